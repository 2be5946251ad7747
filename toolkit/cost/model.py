"""Total cost of every option under one scenario, with its uncertainty."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from toolkit.cost.band import MOST_DRAWS, Band
from toolkit.cost.comparing import minimax_regret, p_cheapest, regret
from toolkit.cost.curves import Curve, cost_against_volume
from toolkit.cost.inputs import GROUPS, values_at
from toolkit.cost.limits import limits_of
from toolkit.cost.managed import vendor_bill
from toolkit.cost.measurements import Measurement
from toolkit.cost.option import Option
from toolkit.cost.outcomes import per_million_messages, per_thousand_hours
from toolkit.cost.result import CostResult, GoodOutcomes, Line, OptionCost
from toolkit.cost.sampled import Valuing
from toolkit.cost.sampling import DRAWS, SEED, Draws, Floats
from toolkit.cost.setting import Setting
from toolkit.cost.spending import Spending
from toolkit.cost.spent import Bills, Spent, entry_value_usd, spend
from toolkit.cost.standing import Standing, standings
from toolkit.cost.study import Study
from toolkit.evidence import Range, central
from toolkit.pricing.book import PriceBook
from toolkit.pricing.scenario import Scenario


def cost_options(
    options: Sequence[Option],
    books: Mapping[str, PriceBook],
    scenario: Scenario,
    *,
    scenario_id: str,
    as_of: date,
    draws: int = DRAWS,
    seed: int = SEED,
    in_service: str | None = None,
    measurements: Sequence[Measurement] = (),
    curve: Curve | None = None,
    whole: bool = True,
) -> CostResult:
    """What every option costs over the horizon of a scenario.

    Args:
        options: in the order of the result; ids must differ.
        books: price books by vendor id.
        scenario: traffic, money and horizon.
        scenario_id: its id.
        as_of: the UTC day of prices and figures; what was not known then is unknown.
        draws: random draws of every uncertain quantity.
        seed: of the draws. Equal arguments give equal results.
        in_service: id of the option that runs today: doing nothing is to keep it, and any other one runs
            beside it for a time. None where nothing runs yet.
        measurements: what could be measured, to be valued.
        curve: the cost against volume of the same arguments, where somebody has it already. None: it is made.
        whole: False leaves out what takes most of the time: crossovers, what the choice hangs on, and where
            options stand. The costs are the same.

    Raises:
        InputError: the traffic grows past what any vendor meters in a month.
        ValueError: the option in service is not among the options.
    """
    setting = Setting.of(
        scenario, as_of=as_of, draws=draws, seed=seed, where=f"scenarios/{scenario_id}.yaml",
        in_service=in_service, options=options,
    )  # fmt: skip
    spent = spend_all(options, books, setting)
    totals = totals_of(spent)

    def compute(other: Draws) -> dict[str, Floats]:
        return totals_of(spend_all(options, books, replace(setting, draws=other)))

    study = Study(
        totals, setting.draws, compute, partial(values_at, options=options, setting=setting), GROUPS
    )
    valuing = Valuing(spent, {option.id: option for option in options}, setting)
    worths = valuing.worths(measurements, inputs=setting.draws.inputs)
    standing = standings(totals, setting.draws, compute) if whole else {}
    chances, regrets = p_cheapest(totals), regret(totals)
    if whole and curve is None:
        few = min(draws, DRAWS)
        curve = cost_against_volume(options, books, scenario, as_of=as_of, draws=few, seed=seed)
    return CostResult(
        scenario=scenario_id,
        as_of=as_of,
        horizon_months=scenario.horizon_months,
        options={
            found.option: _cost(
                option,
                found,
                setting,
                chance=chances.get(found.option),
                mean_regret=regrets.get(found.option),
                standing=standing.get(found.option),
                entry_value=entry_value_usd(found, totals.get(in_service or "")),
                plan_note=_plan_note(books.get(option.price_book or ""), found.plan, as_of),
            )
            for option, found in zip(options, spent, strict=True)
        },
        crossovers=curve.crossovers if whole and curve else [],
        limits=limits_of(options, books, setting, totals),
        seed=seed,
        draws=draws,
        in_service=in_service,
        discount_rate_per_year=setting.discount_rate_per_year,
        minimax_regret=minimax_regret(totals),
        sensitivity=study.sensitivity() if whole else None,
        measurements=tuple(worths),
        totals=totals,
    )


def spend_all(
    options: Sequence[Option],
    books: Mapping[str, PriceBook],
    setting: Setting,
    *,
    bills: Bills = vendor_bill,
) -> list[Spent]:
    """What every option costs in every draw, line by line, in the order given.

    Args:
        bills: how the vendors' bills are made.

    Raises:
        ValueError: the option in service is not among the options.
    """
    by_id = {option.id: option for option in options}
    if setting.in_service is not None and setting.in_service not in by_id:
        raise ValueError(f"{setting.in_service} is in service and not among {', '.join(by_id)}")
    old = None if setting.in_service is None else by_id[setting.in_service]
    return [spend(option, books, setting, in_service=old, bills=bills) for option in options]


def totals_of(spent: Sequence[Spent]) -> dict[str, Floats]:
    """Draws of the total by option; those without one are left out."""
    return {found.option: usd for found in spent if (usd := found.total_usd) is not None}


def _plan_note(book: PriceBook | None, plan: str | None, as_of: date) -> str | None:
    return None if book is None or plan is None else book.plan(plan, as_of=as_of).note


def _cost(
    option: Option,
    spent: Spent,
    setting: Setting,
    *,
    chance: float | None,
    mean_regret: float | None,
    standing: Standing | None,
    entry_value: float | None,
    plan_note: str | None,
) -> OptionCost:
    return OptionCost(
        option=spent.option,
        total=_band(spent.total_usd),
        lines=[_line(spending) for spending in spent.lines],
        monthly_cost_usd=_band(spent.month_usd),
        p_cheapest=chance,
        regret=mean_regret,
        plan=spent.plan,
        plan_note=plan_note,
        infeasible=spent.infeasible,
        unknown=spent.unknown,
        availability=option.figure("service_unavailability_min_per_month", as_of=setting.as_of),
        good_outcomes=_good_outcomes(option, spent, setting),
        entering_usd=_band(spent.entering_usd),
        entry_value_usd=entry_value,
        reverting_usd=_band(spent.reverting_usd),
        migration_shares=_shares(option.migration),
        standing=standing,
    )


def _line(spending: Spending) -> Line:
    band = _band(spending.usd)
    months = None if band is None or spending.months_usd is None else tuple(spending.months_usd.tolist())
    return Line(spending.line, band, spending.source, months, None if band is None else spending.grade)


def _good_outcomes(option: Option, spent: Spent, setting: Setting) -> GoodOutcomes:
    found = {
        "usd_per_million_messages_in_time": per_million_messages(option, spent, setting),
        "usd_per_thousand_good_connection_hours": per_thousand_hours(option, spent, setting),
    }
    bands = {name: _band(outcome.usd) for name, outcome in found.items()}
    return GoodOutcomes(
        **bands,
        unknown={name: outcome.needs for name, outcome in found.items() if outcome.needs},
    )


def _shares(person_days: Mapping[str, float | Range]) -> dict[str, float]:
    """Each component's share of the move, at the medians."""
    medians = {component: central(days) for component, days in person_days.items()}
    whole = sum(medians.values())
    return {component: days / whole for component, days in medians.items()} if whole else {}


def _band(usd: Floats | None) -> Band | None:
    return Band.of_settled(usd, at_least=MOST_DRAWS)
