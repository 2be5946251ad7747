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
        nodes_per_cache: nodes that one cache passes messages between.
        spare_caches: caches beyond what the nodes need.
        cache_usd_per_month: price of a cache.
        degraded_share: share of the unavailable minutes in which the service was only degraded.
        degraded_min_per_month: degraded minutes beside the unavailable ones.
        degraded_severity: what a degraded minute costs, as a share of a minute of outage.
        unscheduled_credit_share: share of the bill that comes back where no credit schedule is known.
        parallel_run_months: months in which the old runs beside the new.
        way_back_effort_share: effort of going back, as a share of that of the move.
        way_back_probability: how likely the move is taken back.
        discount_rate_per_year: where the scenario names none.
    """

    labour_usd_per_hour: Figure
    usable_capacity_share: Figure
    spare_nodes: Figure
    busiest_second_factor: Figure
    hours_per_person_day: Figure
    nodes_per_cache: Figure
    spare_caches: Figure
    cache_usd_per_month: Figure
    degraded_share: Figure
    degraded_min_per_month: Figure
    degraded_severity: Figure
    unscheduled_credit_share: Figure
    parallel_run_months: Figure
    way_back_effort_share: Figure
    way_back_probability: Figure
    discount_rate_per_year: Figure


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
