"""What the cost model takes for granted, as figures with a grade and a source."""

from functools import cache
from pathlib import Path

from toolkit.evidence import Figure, Strict
from toolkit.project import Faults, InputError, read_yaml, validate


class Assumptions(Strict):
    """``assumptions.yaml`` of this room; an option's figure of the same name goes before it.

    Args:
        labour_usd_per_hour: what an hour of a developer costs the employer.
        usable_capacity_share: share of a node's capacity that sizing uses.
        spare_nodes: nodes beyond what the load needs.
        busiest_second_factor: deliveries of the busiest second over the average second of the busiest day.
        hours_per_person_day: hours of labour in a person-day.
    """

    labour_usd_per_hour: Figure
    usable_capacity_share: Figure
    spare_nodes: Figure
    busiest_second_factor: Figure
    hours_per_person_day: Figure


@cache
def default_assumptions() -> Assumptions:
    """The assumptions that the toolkit brings.

    Raises:
        InputError: the file that came with the toolkit was damaged.
    """
    faults = Faults()
    document = read_yaml(Path(__file__).with_name("assumptions.yaml"), faults)
    assumptions = None if document is None else validate(document, Assumptions, faults)
    if assumptions is None or faults.errors:
        raise InputError(faults)
    return assumptions
