"""Checks of burn-rate alerts: those that cannot fire, or hardly."""

from toolkit.decide.alert import FAILURES_OF, Alert
from toolkit.decide.checker import Checker, Path
from toolkit.decide.wording import plain, share

HARDLY = 0.5
"""An error rate that only a collapse reaches."""


def check_alerts(alerts: list[Alert], checker: Checker) -> None:
    """Note the names that nobody knows, and windows whose factor no error rate can reach."""
    for index, alert in enumerate(alerts):
        at: Path = ("alerts", index)
        if alert.option is not None:
            checker.known((*at, "option"), alert.option, "an option of this folder", checker.options)
        if alert.environment is not None:
            known = list(checker.environments)
            checker.known((*at, "environment"), alert.environment, "an environment of project.yaml", known)
        for place, window in enumerate(alert.windows):
            needed = window.factor * alert.budget
            where = (*at, "windows", place, "factor")
            # Both windows must burn faster than the factor, and no error rate is above 1.
            if needed >= 1:
                _never(alert, window.factor, where, checker)
            elif needed > HARDLY:
                wrong = f"fires only above {share(needed)} {FAILURES_OF[alert.metric]}"
                checker.warn(where, wrong, _right(alert))


def _never(alert: Alert, factor: float, at: Path, checker: Checker) -> None:
    wrong = (
        f"can never fire: {plain(factor)} times a budget of {share(alert.budget)} is "
        f"{plain(factor * alert.budget * 100)} % {FAILURES_OF[alert.metric]}"
    )
    checker.error(at, wrong, _right(alert))


def _right(alert: Alert) -> str:
    return f"write less than {plain(HARDLY / alert.budget)}, with longer windows"
