"""An option's figures on a day, with the plain fields that state effort without a source."""

from collections.abc import Iterable
from datetime import date

from toolkit.cost.option import Option
from toolkit.evidence import Figure, Range, central


def figure_of(option: Option, name: str, *, as_of: date) -> Figure | None:
    """The figure of an option to use on a day, plain fields for effort included; None where it has none."""
    figure = option.figure(name, as_of=as_of)
    if figure is not None:
        return figure
    if name == "operations_hours_per_month" and option.operations_hours_per_month is not None:
        return _stated(
            option, option.operations_hours_per_month, "operations_hours_per_month", "h/month", as_of
        )
    if name == "migration_person_days" and option.migration:
        return _stated(option, added_up(option.migration.values()), "migration", "person-days", as_of)
    return None


def _stated(option: Option, quantity: float | Range, key: str, unit: str, as_of: date) -> Figure:
    source = f"{key} of {option.id}, stated without a source"
    parts = quantity.model_dump() if isinstance(quantity, Range) else {"value": float(quantity)}
    return Figure(**parts, unit=unit, grade="claim", source=source, as_of=as_of)


def added_up(parts: Iterable[float | Range]) -> float | Range:
    """Quantities added up; those that are ranges move together, so that their percentiles add.

    >>> added_up([2.0, Range(p5=1, p50=2, p95=6)])
    Range(p5=3.0, p50=4.0, p95=8.0)
    """
    known = list(parts)
    if not any(isinstance(part, Range) for part in known):
        return float(sum(central(part) for part in known))
    ranges = [part if isinstance(part, Range) else Range(p5=part, p50=part, p95=part) for part in known]
    p5, p50, p95 = (sum(getattr(part, name) for part in ranges) for name in ("p5", "p50", "p95"))
    return Range(p5=p5, p50=p50, p95=p95)
