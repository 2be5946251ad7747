"""What could be measured next, at what price: ``measurements.yaml`` of a decision folder."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from toolkit.cost.inputs import OF_SCENARIO
from toolkit.cost.measured import MEASURED
from toolkit.cost.quantities import COMPARED, UNITS
from toolkit.evidence import Figure, Range, Strict, Text
from toolkit.metrics.shares import SHARES
from toolkit.project import Document, Faults, check_name, dotted, near, read_optional

QUANTITIES = sorted({*UNITS, *OF_SCENARIO} - {*COMPARED})
"""What a measurement can inform: the figures that enter a cost, and the scenario's uncertain fields."""

METRICS = (
    *SHARES,
    "mean_connection_duration_s",
    "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms",
    "disconnection_rate_reduction",
)

EVENTS_A_DAY = 24.0
"""Outages last, so that an hour counts as one event where nobody says how many there are."""

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Sample(Strict):
    """How much a measurement would show; one of the first four.

    Args:
        events: independent events that it counts.
        days: days that it lasts.
        sd_after: the part of today's standard deviation that it leaves, from 0 (it shows the truth) to 1.
        price_ratio: what a vendor may ask, over what its price book says.
        events_per_day: independent events of a day. None takes :data:`EVENTS_A_DAY`.
        list_price_stays: whether the price of the book can still be had when a quote is dearer.
    """

    events: Positive | None = None
    days: Positive | None = None
    sd_after: Annotated[float, Field(ge=0, le=1)] | None = None
    price_ratio: Range | None = None
    events_per_day: Positive | None = None
    list_price_stays: bool = True

    @model_validator(mode="after")
    def _one(self) -> Self:
        sizes = ("events", "days", "sd_after", "price_ratio")
        given = [name for name in sizes if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"has {len(given)} sizes|give exactly one of {', '.join(sizes)}")
        if self.events_per_day is not None and self.days is None:
            raise ValueError("has events_per_day without days|give days, or leave it out")
        return self

    @property
    def counts(self) -> float | None:
        """The independent events that it counts; None where it counts none."""
        if self.days is not None:
            return self.days * (self.events_per_day or EVENTS_A_DAY)
        return self.events


class Measurement(Strict):
    """One thing that could be found out.

    Args:
        id: a short name of it, unique in the file.
        what: the work, as an order.
        option, options: whom it measures; one of the two, or none where it is about the scenario.
        informs: quantities of the cost model that it tells more about.
        metrics: recorded metrics that it gives.
        environment: where it records them. None where it records nothing.
        sample: how much it shows.
        cost_usd: what is paid for it, in USD. None: nothing is.
        person_days: work that it takes, in person-days. None: none.
    """

    id: Text
    what: Text
    option: str | None = None
    options: list[str] = Field(default_factory=list)
    informs: list[str] = Field(default_factory=list)
    metrics: list[str] = Field(default_factory=list)
    environment: str | None = None
    sample: Sample
    cost_usd: Figure | None = None
    person_days: Figure | None = None

    @property
    def about(self) -> list[str]:
        """The options that it measures."""
        return [self.option, *self.options] if self.option is not None else list(self.options)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.option is not None and self.options:
            raise ValueError("has both option and options|give one of the two")
        if self.cost_usd is None and self.person_days is None:
            raise ValueError("says no price|give cost_usd, person_days or both, with 0 where it is free")
        for name, unit in (("cost_usd", "USD"), ("person_days", "person-days")):
            figure: Figure | None = getattr(self, name)
            if figure is not None and figure.unit != unit:
                raise ValueError(f"{name} is in {figure.unit!r}|convert it to {unit}")
        return self


class Measurements(Strict):
    """``measurements.yaml``."""

    measurements: list[Measurement]


@dataclass(frozen=True)
class Known:
    """What a folder's measurements may name.

    Args:
        options: ids of its options.
        environments: of its ``project.yaml``. None leaves them unchecked.
    """

    options: Sequence[str]
    environments: Mapping[str, str] | None


Fault = tuple[tuple[str | int, ...], str, str]
"""Where it is inside an entry, what is wrong, and what would be right."""


def read_measurements(path: Path, faults: Faults, *, known: Known) -> list[Measurement]:
    """The measurements of a decision folder, in their order; none where it has no such file.

    Args:
        path: its ``measurements.yaml``.
        faults: takes every misfit. A measurement of what the folder does not have is warned of and left out.
        known: what they may name.
    """
    read = read_optional(path, Measurements, faults)
    if read is None:
        return []
    document, found = read
    ids = Counter(measurement.id for measurement in found.measurements)
    for index, measurement in enumerate(found.measurements):
        wrong = list(_misfits(measurement))
        for at, name, kind, choice in _of_folder(measurement, known):
            path_of = ("measurements", index, *at)
            check_name(document, path_of, name, choice, kind=kind, faults=faults, what="the measurement")
        if ids[measurement.id] > 1:
            wrong.append((("id",), f"{measurement.id!r} stands twice", "give each its own"))
        _tell(document, faults, index, wrong)
    return [
        measurement
        for measurement in found.measurements
        if all(name in choice for _, name, _, choice in _of_folder(measurement, known))
    ]


def _tell(document: Document, faults: Faults, index: int, wrong: Sequence[Fault]) -> None:
    for at, what, right in wrong:
        path = ("measurements", index, *at)
        faults.error(document.path, document.line(path), dotted(path), what, right)


def _misfits(measurement: Measurement) -> Iterator[Fault]:
    named: list[tuple[tuple[str | int, ...], str, str, Sequence[str]]] = [
        *((("informs", place), name, "no quantity of the cost model", QUANTITIES)
          for place, name in enumerate(measurement.informs)),
        *((("metrics", place), name, "no metric", METRICS) for place, name in enumerate(measurement.metrics)),
    ]  # fmt: skip
    for at, name, wrong, choice in named:
        if name not in choice:
            yield at, f"{name!r} is {wrong}", near(name, list(choice))
    yield from _unfit_sample(measurement)


def _of_folder(
    measurement: Measurement, known: Known
) -> Iterator[tuple[tuple[str | int, ...], str, str, Sequence[str]]]:
    """Each option and environment that it names: where, the name, of what, and those that the folder has."""
    for place, name in enumerate(measurement.options):
        yield ("options", place), name, "option", known.options
    if measurement.option is not None:
        yield ("option",), measurement.option, "option", known.options
    if measurement.environment is not None and known.environments is not None:
        yield ("environment",), measurement.environment, "environment", list(known.environments)


def _unfit_sample(measurement: Measurement) -> Iterator[Fault]:
    sample = measurement.sample
    if sample.price_ratio is not None and not measurement.about:
        yield ("sample", "price_ratio"), "is the price of no option", "add option: ID"
    if measurement.metrics and measurement.environment is None:
        yield ("metrics",), "are recorded nowhere", "add environment: NAME"
    if sample.counts is None:
        return
    for place, name in enumerate(measurement.informs):
        if name not in MEASURED:
            wrong = f"{name} is no share that events are counted of"
            yield ("informs", place), wrong, f"use sd_after, or one of {', '.join(MEASURED)}"
        elif sample.days is not None and sample.days < MEASURED[name].least_days:
            wrong = f"{sample.days:g} days never give {name}"
            right = f"write {MEASURED[name].least_days} days or more, or leave it out"
            yield ("informs", place), wrong, right
