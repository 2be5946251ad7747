"""Between two days that anything dated names, costs stay: so each stretch is computed once."""

from datetime import date, timedelta
from pathlib import Path

from toolkit import answers
from toolkit.cost.assumptions import default_assumptions
from toolkit.cost.epochs import Epochs
from toolkit.loading import load

from dataclasses import replace  # isort: skip


def test_a_stretch_begins_on_a_day_that_is_named_and_on_the_day_after() -> None:
    epochs = Epochs([default_assumptions()])
    named = default_assumptions().labour_usd_per_hour.as_of
    assert epochs.start(named) == named
    assert epochs.start(named + timedelta(days=1)) == named + timedelta(days=1)
    assert epochs.start(date.min) == date.min


def test_within_a_stretch_totals_are_the_same(shipped: Path) -> None:
    loaded = load(shipped)
    epochs = Epochs([*loaded.options.values(), *loaded.books.values(), default_assumptions()])
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(330)]
    starts = {day: epochs.start(day) for day in days}
    inside = [
        day for day in days if starts[day] < day and epochs.start(day + timedelta(days=1)) == starts[day]
    ]
    assert len(inside) > 200 and len(set(starts.values())) > 5
    for day in inside[:: len(inside) // 3]:
        there, here = (
            answers.costed(replace(loaded, as_of=when), "under-100-usd", whole=False).options
            for when in (starts[day], day)
        )
        assert {name: cost.total for name, cost in there.items()} == {
            name: cost.total for name, cost in here.items()
        }
