"""Must-haves that measurements answer: what an option is needed to be fast enough for."""

from collections.abc import Iterable

from toolkit.decide.dossier import Dossier, Window
from toolkit.decide.measured import judge_measured
from toolkit.decide.plan import Criterion
from toolkit.decide.ranking import Finding, unmeasured

EVER = Window(list_name="ready_if", since=None, duration_days=None)


def latency_findings(options: Iterable[str], dossier: Dossier) -> dict[str, Finding]:
    """By option, whether its users saw the latency that the scenario needs; empty where it needs none.

    A gate judges it, on field evidence alone: a lab, or a vendor's page, speaks of another network.
    """
    need = dossier.scenario.latency_p95_ms
    if need is None:
        return {}
    return {option: _finding(option, need, dossier) for option in options}


def _finding(option: str, need_ms: float, dossier: Dossier) -> Finding:
    asked = Criterion(option=option, metric="latency_p95_ms", at_most=need_ms, grade="field")
    judged = judge_measured(asked, option=option, dossier=dossier, window=EVER)
    if judged.state == "met":
        return Finding(holds=True, text=f"latency in {judged.environment}: {judged.reason}")
    if judged.state == "not met":
        return Finding(holds=False, text=f"too slow in {judged.environment}: {judged.reason}")
    text = unmeasured(need_ms).text
    return Finding(holds=None, text=f"{text} ({judged.reason})" if judged.n else text)
