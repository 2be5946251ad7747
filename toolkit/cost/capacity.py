"""What one node holds and delivers when full: what an option tells, else what its cores and memory give."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Drawn, Setting
from toolkit.cost.sizing import connections_held, deliveries_made
from toolkit.cost.spending import gathered, sources, weakest


class Derived(NamedTuple):
    """How a capacity follows from figures of a core and of memory."""

    parts: tuple[str, ...]
    formula: Callable[..., Floats]


DERIVED = {
    "connections_per_node": Derived(
        ("node_cores", "connections_per_core", "node_memory_gib", "memory_kib_per_connection"),
        connections_held,
    ),
    "deliveries_per_s_per_node": Derived(("node_cores", "deliveries_per_s_per_core"), deliveries_made),
}
"""By capacity; the formulas take the parts by name."""


def capacities(option: Option, setting: Setting) -> tuple[dict[str, Drawn], list[str]]:
    """Both capacities of a node, by name, and what is missing of them."""
    found: dict[str, Drawn] = {}
    missing: list[str] = []
    for name, derived in DERIVED.items():
        known, lacking = _capacity(name, derived, option, setting)
        found |= known
        missing += lacking
    return found, missing


def _capacity(
    name: str, derived: Derived, option: Option, setting: Setting
) -> tuple[Mapping[str, Drawn], list[str]]:
    told = setting.drawn(option, name)
    if told is not None:
        return {name: told}, []
    parts, missing = gathered(option, derived.parts, setting)
    if not missing:
        values = derived.formula(**{part: drawn.values for part, drawn in parts.items()})
        return {name: Drawn(values, sources(parts), weakest(parts.values()))}, []
    begun = any(part != "node_cores" for part in parts)
    instead = f" (or {' and '.join(missing)})" if begun else ""
    return {}, [f"the figure {name}{instead}"]
