"""The what-if page: four sliders over a grid that the cost model computed, in one file with one script.

All that the script shows is in the page when it is written; it looks up, draws and computes no cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.decisionmap import SURE
from toolkit.cost.standing import COMPARED
from toolkit.evidence import Range, central
from toolkit.report import plots
from toolkit.report.direction import set_apart
from toolkit.report.html import TEMPLATES, json_block, render
from toolkit.report.inputs import ReportInputs, ScenarioInputs
from toolkit.report.map_parts import short_names
from toolkit.report.palette import SCHEMES, SchemeName, slots
from toolkit.report.tables import Cell, Column, Table
from toolkit.report.wording import clean, compact, day, exact_percent, number, percent, usd

if TYPE_CHECKING:
    from toolkit.cost.whatifaxes import Axis, Value
    from toolkit.cost.whatifcosts import WhatIfCosts

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

LOWEST_NEED = 0.9
"""Where the map begins; one nine, as on the leadership page."""


@dataclass(frozen=True)
class Slider:
    """One control of the page.

    Args:
        id: of its element, and the name of its axis.
        label: what it sets.
        said: what each of its positions means.
        own: position of the scenario's own value.
    """

    id: str
    label: str
    said: list[str]
    own: int


def what_if_page(inputs: ReportInputs, *, build_id: str) -> str:
    """The page of the first scenario as HTML that needs nothing but itself.

    Args:
        inputs: the computed results, of which the first scenario has a grid.
        build_id: id of the build, for the footer.

    Raises:
        ValueError: the first scenario has no grid.
    """
    scenario, its = inputs.default
    if its.whatif is None:
        raise ValueError(f"nothing was computed for a what-if page of {scenario}")
    grid, names = its.whatif, {option: clean(entry.name) for option, entry in inputs.options.items()}
    sliders = sliders_of(grid)
    return render(
        "whatif.html.j2",
        more_style=(TEMPLATES / "whatif.css").read_text(encoding="utf-8") + _hues(grid),
        script=(TEMPLATES / "whatif.js").read_text(encoding="utf-8"),
        title=inputs.project.title,
        scenario_id=scenario,
        scenario=its.scenario.title,
        as_of=day(inputs.as_of),
        months=grid.horizon_months,
        draws=f"{grid.draws:,}",
        sliders=sliders,
        data=json_block(grid_document(grid, names=names, sliders=sliders)),
        apart=[(names[option], "; ".join(found["needs"])) for option, found in grid.apart.items()],
        totals=start_table(grid, names=names, title=its.scenario.title),
        stills=_stills(its, names),
        build_id=build_id,
    )


def sliders_of(grid: "WhatIfCosts") -> list[Slider]:
    """The four controls, with the meaning of every position in words."""
    axes, own = grid.axes, float(grid.messages_per_month[grid.axes.messages.own])
    messages = [_messages(float(month), own) for month in grid.messages_per_month]
    return [
        Slider("messages", "Messages", messages, axes.messages.own),
        Slider(
            "growth", "Growth of users", [_growth(value) for value in axes.growth.values], axes.growth.own
        ),
        Slider("need", "Uptime need", [_need(value) for value in axes.need.values], axes.need.own),
        Slider("downtime", "Cost of downtime", [_hour(v) for v in axes.downtime.values], axes.downtime.own),
    ]


def _messages(month: float, own: float) -> str:
    times = "" if month == own else f", ×\N{NO-BREAK SPACE}{number(month / own)}"
    return f"{compact(month)} a month{times}"


def _growth(value: "Value") -> str:
    if isinstance(value, Range):
        ends = f"{exact_percent(value.p5)} to {exact_percent(value.p95)}"
        return f"{exact_percent(value.p50)} a month ({ends})"
    return f"{exact_percent(value or 0.0)} a month"


def _need(value: "Value") -> str:
    return "none stated" if value is None else exact_percent(central(value))


def _hour(value: "Value") -> str:
    if isinstance(value, Range):
        return f"{usd(value.p50)} an hour ({usd(value.p5)} to {usd(value.p95)})"
    return "not stated" if value is None else f"{usd(value)} an hour"


def in_file(value: "Value") -> str:
    """The value as a scenario's file holds it.

    >>> in_file(Range(p5=4, p50=10, p95=25)), in_file(0.02), in_file(None)
    ('{p5: 4, p50: 10, p95: 25}', '0.02', 'null')
    """
    if isinstance(value, Range):
        return f"{{p5: {value.p5:.12g}, p50: {value.p50:.12g}, p95: {value.p95:.12g}}}"
    return "null" if value is None else f"{value:.12g}"


def grid_document(grid: "WhatIfCosts", *, names: Mapping[str, str], sliders: list[Slider]) -> dict[str, Any]:
    """What the script looks up: means in cents, percentiles in dollars, null for what is unknown.

    Args:
        grid: indexed by growth, messages, cost of downtime, then option or strip of uptimes.
        names: what readers call each option.
        sliders: in the order of the page.
    """
    seats, short = slots(grid.options), short_names(grid.options, names)
    axes: dict[str, Axis] = {slider.id: getattr(grid.axes, slider.id) for slider in sliders}
    return {
        "options": [
            {
                "name": set_apart(names[option]), "short": set_apart(short[option]),
                "letter": _letter(place), "hue": seats[option],
                "reach": _known(grid.reach[option].uptime, percent), "apart": option in grid.apart,
            }
            for place, option in enumerate(grid.options)
        ],
        "axes": {
            slider.id: {
                "said": slider.said, "own": slider.own,
                "file": [f"{axes[slider.id].field}: {in_file(value)}" for value in axes[slider.id].values],
            }
            for slider in sliders
        },
        "compact": [compact(float(month)) for month in grid.messages_per_month],
        "path": _path_ends(grid),
        "needs": [None if need is None else float(central(need)) for need in grid.axes.need.values],
        "strip": grid.strip_of_need.tolist(),
        "strips": [
            {"to": float(to), "said": percent(float(to)), "options": grid.reaching(place)}
            for place, to in enumerate(grid.strips_to)
        ],
        "months": grid.horizon_months,
        "sure": SURE,
        "unpriced": _place_of_none(grid.axes.downtime),
        "total": _triples(grid),
        "priced": np.round(grid.priced, 3).tolist(),
        "compared": COMPARED,
        "best": grid.cheapest.tolist(),
        "chance": _nulls(np.round(grid.p_cheapest, 3)),
    }  # fmt: skip


def _path_ends(grid: "WhatIfCosts") -> list[list[float]]:
    """Where among the columns of messages the last month lies, for each growth and first month.

    The columns are those of a grid; only the end of this path lies between two of them, by the logarithm.
    """
    months, most = np.log(grid.messages_per_month), len(grid.messages_per_month) - 0.5
    ends = [
        np.interp(months + times, months, np.arange(len(months)), right=most)
        for times in np.log(grid.last_month_times)
    ]
    return [[round(float(end), 2) for end in row] for row in ends]


def _letter(place: int) -> str:
    """A letter of an option; two after the twenty-sixth."""
    return LETTERS[place] if place < len(LETTERS) else _letter(place // 26 - 1) + LETTERS[place % 26]


def _place_of_none(axis: "Axis") -> int | None:
    return axis.values.index(None) if None in axis.values else None


def _known(share: float | None, words: Any) -> str | None:
    return None if share is None else words(share)


def _triples(grid: "WhatIfCosts") -> Any:
    """Mean in cents and both percentiles in dollars for each option at each point; null without a total."""
    whole = np.stack([grid.mean_usd * 100, grid.p5_usd, grid.p95_usd], axis=-1)
    flat = [
        None if np.isnan(triple[0]) else [round(float(part)) for part in triple]
        for triple in whole.reshape(-1, 3)
    ]
    return _nested(flat, grid.mean_usd.shape)


def _nulls(values: NDArray[np.float64]) -> Any:
    flat = [None if np.isnan(value) else float(value) for value in values.ravel()]
    return _nested(flat, values.shape)


def _nested(flat: list[Any], shape: tuple[int, ...]) -> Any:
    """A flat list as nested ones of a shape."""
    filled = np.empty(len(flat), dtype=object)
    filled[:] = flat
    return filled.reshape(shape).tolist()


def start_table(grid: "WhatIfCosts", *, names: Mapping[str, str], title: str) -> Table:
    """What the page shows before anything is moved: the totals of the scenario as it stands."""
    axes = grid.axes
    at = (axes.growth.own, axes.messages.own, axes.downtime.own)
    rows: list[list[Cell]] = [
        [
            names[option],
            _total(grid.mean_usd[at][place]),
            _total(grid.p5_usd[at][place]),
            _total(grid.p95_usd[at][place]),
            _known(grid.reach[option].uptime, percent),
        ]
        for place, option in enumerate(grid.options)
    ]
    span = f"USD over {grid.horizon_months} months"
    columns = [
        Column("Option"), Column("Total", span, numeric=True), Column("5 % below", span, numeric=True),
        Column("5 % above", span, numeric=True), Column("Uptime that its experience reaches", numeric=True),
    ]  # fmt: skip
    return Table(f"Totals, {title}", columns, rows, absent="not known, or no plan carries it")


def _total(value: float) -> str | None:
    return None if np.isnan(value) else f"{value:,.2f}"


def _stills(its: ScenarioInputs, names: Mapping[str, str]) -> list[Any]:
    title = its.scenario.title
    found = [plots.cost_curve(its.volume, names=names, title=title)]
    if its.map is not None:
        found.insert(0, plots.decision_map(its.map, names=names, title=title))
    return found


def _hues(grid: "WhatIfCosts") -> str:
    """Rules that give every seat of the palette its colour in both schemes."""
    seats = sorted(set(slots(grid.options).values()))

    def rules(name: SchemeName) -> str:
        return "".join(f".o{seat}{{--hue:{SCHEMES[name].series[seat]}}}" for seat in seats)

    return f"{rules('light')}\n@media screen and (prefers-color-scheme: dark){{{rules('dark')}}}\n"
