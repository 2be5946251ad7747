"""Replays the recorded history of a plan, and holds every verdict against what followed."""

from collections.abc import Sequence
from datetime import date, timedelta

from toolkit.decide.backtest.followed import Followed, followed
from toolkit.decide.backtest.replay import Said, World, replay
from toolkit.decide.backtest.result import Backtest, Look, PhaseBacktest
from toolkit.decide.dossier import Dossier
from toolkit.decide.gates import PhaseResult
from toolkit.decide.ranking import Ranked
from toolkit.metrics.windows import recorded_days


def backtest(world: World, *, scenario_id: str, as_of: date, most_days: int | None = None) -> Backtest:
    """What the gates would have said on every day since the first recorded one, and whether it was right.

    Args:
        scenario_id: id of the world's scenario.
        as_of: the last day of the history, which is what followed all others.
        most_days: replay the last ones only; each still knows all that was recorded before it. None: all.
    """
    recorded = recorded_days(world.rollups, world.plan.options())
    days = replayed_days(recorded, as_of)[-(most_days or 0) :]
    last = world.dossier(as_of)
    ranking = world.ranking(last)
    looks: dict[str, list[Look]] = {phase.id: [] for phase in world.plan.phases}
    cost_evaluations, cost = 0, None
    for said in replay(world, days):
        cost_evaluations, cost = cost_evaluations + (said.cost is not cost), said.cost
        for look, phase in zip(_looks(said, last, ranking), world.plan.phases, strict=True):
            looks[phase.id].append(look)
    return Backtest(
        as_of=as_of,
        scenario=scenario_id,
        days=days,
        phases=[PhaseBacktest(phase=name, looks=found) for name, found in looks.items()],
        cost_evaluations=cost_evaluations,
    )


def replayed_days(recorded: Sequence[date], as_of: date) -> list[date]:
    """Every calendar day from the first recorded one to the as-of day; none without recordings."""
    if not recorded or recorded[0] > as_of:
        return []
    return [recorded[0] + timedelta(days=number) for number in range((as_of - recorded[0]).days + 1)]


def _looks(said: Said, last: Dossier, ranking: list[Ranked]) -> list[Look]:
    return [
        Look(
            day=said.day,
            verdict=result.verdict,
            because=result.because,
            option=result.chosen or result.phase.option,
            sentence=result.sentence,
            followed=_followed(result, said.day, last, ranking),
        )
        for result in said.phases
    ]


def _followed(result: PhaseResult, day: date, last: Dossier, ranking: list[Ranked]) -> Followed:
    """On the last day nothing follows."""
    if day >= last.as_of:
        return Followed(state="unknown", criteria=())
    return followed(result.phase, option=result.chosen, after=day, dossier=last, ranking=ranking)
