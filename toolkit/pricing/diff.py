"""What changed between two states of the price books, and what it does to each scenario's bill."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Any

from toolkit.pricing.amounts import EXACT, money, plain
from toolkit.pricing.bill import Bill, cheapest_bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import traffic_of
from toolkit.pricing.usagearrays import usage_of

SCHEMA = "toolkit.prices-diff/1"
ABSENT = object()
MOST_NAMED = 30
"""Characters by which an entry of a plain list is named."""


@dataclass(frozen=True)
class Change:
    """A field of a book that differs; ``before`` is None where it is new, ``after`` where it is gone."""

    vendor: str
    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class BillChange:
    """The cheapest bill of one vendor for the first month of one scenario, before and after.

    Args:
        scenario: its id.
        vendor: id of the book.
        before, after: None where there is no such book, or none of its plans is chosen without being named.
    """

    scenario: str
    vendor: str
    before: Bill | None
    after: Bill | None

    @property
    def difference(self) -> Decimal | None:
        """US dollars a month more than before; None where either is unknown, not feasible or not there."""
        totals = [_payable(made) for made in (self.before, self.after)]
        with localcontext(EXACT):
            return None if totals[0] is None or totals[1] is None else totals[1] - totals[0]

    @property
    def differs(self) -> bool:
        """Whether plan, feasibility or total changed."""
        return _gist(self.before) != _gist(self.after)


@dataclass(frozen=True)
class PriceChanges:
    """The difference of two states of the price books.

    Args:
        as_of: the UTC day whose prices the bills are of.
        changes: field by field, by vendor.
        bills: of every scenario with every vendor that changed.
    """

    as_of: date
    changes: list[Change]
    bills: list[BillChange]

    def to_document(self) -> dict[str, Any]:
        """The difference as JSON, amounts as exact decimal strings."""
        return {
            "schema": SCHEMA,
            "as_of": self.as_of.isoformat(),
            "changes": [vars(change) for change in self.changes],
            "bills": [
                {
                    "scenario": found.scenario,
                    "vendor": found.vendor,
                    "before": _gist(found.before),
                    "after": _gist(found.after),
                    "difference": money(found.difference),
                    "differs": found.differs,
                }
                for found in self.bills
            ],
        }


def compare(
    old: Mapping[str, PriceBook],
    new: Mapping[str, PriceBook],
    scenarios: Mapping[str, Scenario],
    *,
    as_of: date,
) -> PriceChanges:
    """What changed, and what it does to the bill of each scenario's first month, at its medians.

    Args:
        old, new: price books by vendor id.
        scenarios: by id.
        as_of: the UTC day whose prices the bills are of.
    """
    vendors = sorted({*old, *new})
    changes = [change for vendor in vendors for change in _changes(vendor, old.get(vendor), new.get(vendor))]
    changed = sorted({change.vendor for change in changes})
    usages = {name: usage_of(traffic_of(scenario)) for name, scenario in scenarios.items()}
    bills = [
        BillChange(
            name,
            vendor,
            *(cheapest_bill(books[vendor], usage, as_of=as_of) if vendor in books else None
              for books in (old, new)),
        )
        for name, usage in usages.items()
        for vendor in changed
    ]  # fmt: skip
    return PriceChanges(as_of, changes, bills)


def newest_day(*books: Mapping[str, PriceBook]) -> date:
    """The newest day that any of the books names: what it says is known by then, and what ended has ended."""
    return max(
        day
        for by_vendor in books
        for book in by_vendor.values()
        for day in [
            *(plan.valid_from for plan in book.plans),
            *(_day_after(plan.valid_to) for plan in book.plans if plan.valid_to is not None),
            *(found.confirmed or found.as_of for found in book.sources.values()),
        ]
    )


def _day_after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def _payable(made: Bill | None) -> Decimal | None:
    return made.total if made is not None and made.feasible else None


def _gist(made: Bill | None) -> dict[str, Any] | None:
    if made is None:
        return None
    return {"plan": made.plan, "feasible": made.feasible, "total": money(made.total)}


def _changes(vendor: str, old: PriceBook | None, new: PriceBook | None) -> Iterator[Change]:
    """What differs, field by field; what is new or gone as a whole is told once."""
    if old is None or new is None:
        yield Change(vendor, "book", _whole(old), _whole(new))
    else:
        yield from _differences(vendor, "", _named(old.model_dump()), _named(new.model_dump()))
        yield from _new_versions(vendor, old, new)


def _new_versions(vendor: str, old: PriceBook, new: PriceBook) -> Iterator[Change]:
    """What a new version of a plan has other than the one by which its first day was billed before."""
    known = {(plan.id, plan.valid_from) for plan in old.plans}
    for plan in new.plans:
        if (plan.id, plan.valid_from) not in known and any(plan.id == other.id for other in old.plans):
            stood = old.plan(plan.id, as_of=plan.valid_from)
            versions = (
                _named(found.model_dump(exclude={"valid_from", "valid_to"})) for found in (stood, plan)
            )
            yield from _differences(vendor, f"plans[{plan.id} from {plan.valid_from}]", *versions)


def _whole(book: PriceBook | None) -> str | None:
    return None if book is None else f"{book.name}, {len(book.plans)} plans"


def _differences(vendor: str, path: str, old: Any, new: Any) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            deeper = f"{path}.{key}" if path and not key.startswith("[") else f"{path}{key}"
            yield from _differences(vendor, deeper, old.get(key, ABSENT), new.get(key, ABSENT))
    elif old != new:
        unknown = "unknown" if path.endswith(".amount") else "none"
        yield Change(vendor, path, _text(old, unknown), _text(new, unknown))


def _named(node: Any) -> Any:
    """The book with plans, meters and tiers under their names, so that a new one does not move the others."""
    if isinstance(node, dict):
        return {key: _named(child) for key, child in node.items()}
    if isinstance(node, list):
        found: dict[str, Any] = {}
        for index, child in enumerate(node):
            name = _name(child, index)
            # Two notes that begin alike are two entries all the same.
            found[name if name not in found else f"{name}[{index + 1}]"] = _named(child)
        return found
    return node


def _name(item: Any, index: int) -> str:
    if isinstance(item, dict) and "valid_from" in item:
        return f"[{item['id']} from {item['valid_from']}]"
    if isinstance(item, dict) and "up_to" in item:
        return f"[up to {item['up_to']}]" if item["up_to"] is not None else "[without end]"
    if isinstance(item, dict) and "meter" in item:
        return f"[{item['meter']}]"
    return f"[{index + 1}]" if isinstance(item, dict) else f"[{str(item)[:MOST_NAMED]}]"


def _text(value: Any, unknown: str = "none") -> str | None:
    """A value as a reader would say it: absent, unknown, or the gist of a record."""
    if value is ABSENT:
        return None
    if isinstance(value, dict):
        named = value.get("name") or value.get("where") or value.get("meter")
        fee = value.get("base_fee")
        price = f", base fee {_text(fee['amount'], 'unknown')}" if fee else ""
        return f"{named}{price}" if named else ", ".join(_told(key, child) for key, child in value.items())
    return unknown if value is None else plain(value) if isinstance(value, Decimal) else str(value)


def _told(key: str, value: Any) -> str:
    return f"{key} {_text(value, 'unknown' if key == 'amount' else 'none')}"
