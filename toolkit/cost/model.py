"""Total cost of every option under one scenario, with its uncertainty."""

from collections.abc import Mapping, Sequence
from datetime import date

from toolkit.cost.comparing import p_cheapest, regret
from toolkit.cost.curves import cost_against_volume
from toolkit.cost.limits import limits_of
from toolkit.cost.option import Option
from toolkit.cost.result import MOST_DRAWS, Band, CostResult, Line, OptionCost
from toolkit.cost.sampling import DRAWS, SEED, Floats
from toolkit.cost.setting import Setting
from toolkit.cost.spent import Spent, spend
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

    Raises:
        InputError: the traffic grows past what any vendor meters in a month.
    """
    setting = Setting.of(scenario, as_of=as_of, draws=draws, seed=seed, where=f"scenarios/{scenario_id}.yaml")
    spent = [spend(option, books, setting) for option in options]
    totals = {found.option: usd for found in spent if (usd := found.total_usd) is not None}
    chances, regrets = p_cheapest(totals), regret(totals)
    curve = cost_against_volume(options, books, scenario, as_of=as_of, draws=draws, seed=seed)
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
                plan_note=_plan_note(books.get(option.price_book or ""), found.plan, as_of),
            )
            for option, found in zip(options, spent, strict=True)
        },
        crossovers=curve.crossovers,
        limits=limits_of(options, books, setting, totals),
        seed=seed,
        draws=draws,
    )


def _plan_note(book: PriceBook | None, plan: str | None, as_of: date) -> str | None:
    return None if book is None or plan is None else book.plan(plan, as_of=as_of).note


def _cost(
    option: Option,
    spent: Spent,
    setting: Setting,
    *,
    chance: float | None,
    mean_regret: float | None,
    plan_note: str | None,
) -> OptionCost:
    return OptionCost(
        option=spent.option,
        total=_band(spent.total_usd),
        lines=[Line(spending.line, _band(spending.usd), spending.source) for spending in spent.lines],
        monthly_cost_usd=_band(spent.month_usd),
        p_cheapest=chance,
        regret=mean_regret,
        plan=spent.plan,
        plan_note=plan_note,
        infeasible=spent.infeasible,
        unknown=spent.unknown,
        availability=option.figure("service_unavailability_min_per_month", as_of=setting.as_of),
    )


def _band(usd: Floats | None) -> Band | None:
    return Band.of_settled(usd, at_least=MOST_DRAWS)
