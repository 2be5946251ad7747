"""Labour: what keeps a service running, what a move takes, and what going back takes."""

from toolkit.cost.formulas import migration_usd, operations_labour_usd, way_back_usd
from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Drawn, Setting
from toolkit.cost.spending import Spending, alike, at_once, gathered, unknown

RATE = ("hours_per_person_day", "labour_usd_per_hour")
MIGRATION, WAY_BACK = "migration", "way back"


def operations_labour(option: Option, setting: Setting) -> Spending:
    """Labour to keep the service running, month by month."""
    line = "operations labour"
    drawn, missing = gathered(option, ("operations_hours_per_month", "labour_usd_per_hour"), setting)
    if missing:
        return unknown(line, missing, recurring=True)
    month = operations_labour_usd(
        hours_per_month=drawn["operations_hours_per_month"].values,
        labour_usd_per_hour=drawn["labour_usd_per_hour"].values,
    )
    return alike(line, drawn, setting, month, recurring=True)


def migration(option: Option, setting: Setting) -> Spending:
    """Labour of the move, in the first month."""
    drawn, missing = gathered(option, ("migration_person_days", *RATE), setting)
    if missing:
        return unknown(MIGRATION, missing, recurring=False)
    once = _effort_usd(drawn["migration_person_days"].values, drawn)
    return at_once(MIGRATION, drawn, setting, once)


def way_back(option: Option, setting: Setting) -> tuple[Spending, Floats | None]:
    """The way back: its line, which is what it costs on average, and what it costs if it is taken.

    The effort is the option's own, else a share of that of the move. Both stand in the first month.
    """
    effort: tuple[str, ...] = ("way_back_person_days",)
    if setting.drawn(option, effort[0]) is None:
        effort = ("migration_person_days", "way_back_effort_share")
    drawn, missing = gathered(option, (*effort, "way_back_probability", *RATE), setting)
    if missing:
        return unknown(WAY_BACK, missing, recurring=False), None
    person_days = drawn[effort[0]].values
    for share in effort[1:]:
        person_days = person_days * drawn[share].values
    reverting = _effort_usd(person_days, drawn)
    expected = way_back_usd(probability=drawn["way_back_probability"].values, reverting_usd=reverting)
    return at_once(WAY_BACK, drawn, setting, expected), reverting


def _effort_usd(person_days: Floats, drawn: dict[str, Drawn]) -> Floats:
    return migration_usd(
        person_days=person_days,
        hours_per_person_day=drawn["hours_per_person_day"].values,
        labour_usd_per_hour=drawn["labour_usd_per_hour"].values,
    )
