"""Numbers and names as the reasons print them."""

from math import ceil, inf, log10

from toolkit.decide.plan import AnyOf, Comparator, Criterion

METRIC_WORDS = {
    "connection_success_rate": "connection success rate",
    "mean_connection_duration_s": "mean connection duration",
    "reconnection_frequency": "reconnection frequency",
    "delivery_success_rate": "delivery success rate",
    "latency_p50_ms": "50th percentile of latency",
    "latency_p95_ms": "95th percentile of latency",
    "latency_p99_ms": "99th percentile of latency",
    "session_availability": "session availability",
    "disconnection_rate_reduction": "disconnection rate reduction",
    "monthly_cost_usd": "monthly cost",
}

MOST_DECIMALS = 12


def share(value: float) -> str:
    """A share as a percentage, with as many decimals as keep it from reading as 0 or 100 when it is neither.

    >>> share(0.9812), share(0.999996), share(1)
    ('98.12 %', '99.9996 %', '100 %')
    """
    gap = min(value, 1 - value)
    decimals = min(max(2, ceil(-log10(gap)) - 1), MOST_DECIMALS) if gap > 0 else 2
    return f"{_bare(f'{value * 100:.{decimals}f}')} %"


def shares(low: float, high: float) -> str:
    """An interval of shares.

    >>> shares(0.9746, 0.9955)
    '97.46–99.55 %'
    """
    return f"{share(low).removesuffix(' %')}–{share(high)}"


def plain(value: float) -> str:
    """A number with thousands separated, and as many decimals as it takes to read it, four at most.

    >>> plain(12000), plain(0.05), plain(99.5), plain(4452.5993)
    ('12,000', '0.05', '99.5', '4,452.6')
    """
    if abs(value) < 1:
        return _bare(f"{value:.4g}")
    return _bare(f"{value:,.{1 if abs(value) >= 100 else 4}f}")


def _bare(text: str) -> str:
    """The number without trailing noughts of its decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def usd(value: float) -> str:
    """An amount of US dollars, cents only where they are not nought.

    >>> usd(1250), usd(60.74)
    ('USD 1,250', 'USD 60.74')
    """
    return f"USD {value:,.2f}".removesuffix(".00")


def seconds(value: float) -> str:
    """A duration in seconds; one that never ended has no number.

    >>> seconds(452.59), seconds(float("inf"))
    ('452.6 s', 'none seen to end')
    """
    return "none seen to end" if value == inf else f"{plain(value)} s"


def words(comparator: Comparator) -> str:
    """The comparison in words.

    >>> words("at_least")
    'at least'
    """
    return comparator.replace("_", " ")


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "day"), counted(1200, "event")
    ('1 day', '1,200 events')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def subject(entry: Criterion | AnyOf, *, option: str | None, environment: str | None) -> str:
    """What an entry of the plan speaks about, in words."""
    if isinstance(entry, AnyOf):
        return f"any of {counted(len(entry.any_of), 'condition')}"
    if entry.scenario_field is not None:
        return f"{entry.scenario_field.replace('_', ' ')} of the scenario"
    metric = METRIC_WORDS.get(str(entry.metric), str(entry.metric))
    where = f" in {environment}" if environment else ""
    whose = "the chosen option" if option in (None, "chosen") else option
    against = f" against {entry.baseline}" if entry.baseline else ""
    return f"{metric} of {whose}{against}{where}"
