"""The key metrics as points with intervals, beside the threshold of each and the brief's word."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from toolkit.report.axes import compact_axis, look, named_ticks
from toolkit.report.metricwords import METRICS, interval
from toolkit.report.palette import Scheme, slots
from toolkit.report.pictures import Picture, label, picture
from toolkit.report.tables import Cell, Column, Table
from toolkit.report.wording import exact_percent, whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from toolkit.metrics.key import MetricValue
    from toolkit.metrics.result import MetricsResult

PANELS = (
    "connection_success_rate", "reconnection_frequency", "delivery_success_rate",
    "session_availability", "mean_connection_duration_s", "latency_p95_ms",
)  # fmt: skip
LOG = {"mean_connection_duration_s", "latency_p95_ms"}


def metric_forest(
    metrics: "MetricsResult", *, environment: str, names: Mapping[str, str] | None = None,
    claims: Mapping[tuple[str, str], float] | None = None,
) -> Picture:  # fmt: skip
    """Estimate and 95 % interval of each metric and option, with the threshold of the alert as a dashed line.

    Args:
        environment: the one to draw; environments are never pooled.
        names: what readers call each option; its id where left out.
        claims: the brief's value by metric and option, drawn hollow. None where there is none.
    """
    names, claims = names or {}, claims or {}
    values = {
        option: by_environment[environment]
        for option, by_environment in metrics.values.items()
        if any(value.state == "measured" for value in by_environment.get(environment, {}).values())
    }

    def draw(figure: "Figure", scheme: Scheme) -> None:
        panels = figure.subplots(3, 2, sharey=True).flatten()
        for axes, metric in zip(panels, PANELS, strict=True):
            _panel(axes, metric, values, scheme, claims)
            named_ticks(
                axes.yaxis, range(len(values)), [label(names.get(option, option)) for option in values]
            )
            axes.set_ylim(max(len(values), 1) - 0.5, -0.5)

    table = _table(f"Key metrics in {environment} with 95 % intervals", values, names)
    return picture(
        draw, alt=_alt(values, environment, names), table=table, height_in=2.2 + 3 * 0.36 * (len(values) + 1)
    )


def _panel(
    axes: "Axes", metric: str, values: "Mapping[str, Mapping[str, MetricValue]]", scheme: Scheme,
    claims: Mapping[tuple[str, str], float],
) -> None:  # fmt: skip
    word = METRICS[metric]
    axes.set_title(
        f"{word.name}{f' (alert {word.threshold})' if word.threshold != '—' else ''}", fontsize=8.5
    )
    if metric in LOG:
        axes.set(xscale=_scale(metric, values), xlabel="ms" if metric.endswith("_ms") else "s")
        compact_axis(axes.xaxis)
    else:
        axes.xaxis.set_major_formatter(lambda value, _position: exact_percent(value))
    axes.xaxis.set_tick_params(labelsize=8)
    for place, (option, by_metric) in enumerate(values.items()):
        drawn = look(slots(values)[option], scheme)
        _point(axes, place, by_metric[metric], drawn)
        if (claim := claims.get((metric, option))) is not None:
            axes.plot(claim, place, marker="D", markersize=6, markerfacecolor="none", color=scheme.soft)
    edge = word.alert_below if word.alert_below is not None else word.alert_above
    if edge is not None:
        axes.axvline(edge, color=scheme.soft, linestyle=(0, (3, 2)), linewidth=1.1, zorder=1)
    if metric not in LOG:
        _keep_inside(axes)


def _scale(metric: str, values: "Mapping[str, Mapping[str, MetricValue]]") -> str:
    """A logarithmic axis where values lie further apart than a few times each other."""
    found = [
        bound
        for by_metric in values.values()
        for bound in (by_metric[metric].low, by_metric[metric].estimate, by_metric[metric].high)
        if bound is not None and bound > 0
    ]
    return "log" if found and max(found) > 8 * min(found) else "linear"


def _point(axes: "Axes", place: int, value: "MetricValue", drawn: Any) -> None:
    if value.low is not None and value.high is not None:
        axes.plot([value.low, value.high], [place, place], color=drawn.colour, linewidth=2)
    elif value.low is not None:
        axes.plot(value.low, place, marker=">", color=drawn.colour, markersize=6)
    if value.estimate is not None:
        axes.plot(value.estimate, place, marker=drawn.marker, color=drawn.colour, markersize=6)


def _keep_inside(axes: "Axes") -> None:
    """Shares end at 0 and 1, whatever room the axis would like around its points."""
    low, high = axes.get_xlim()
    axes.set_xlim(max(low, -0.02), min(high, 1.02))


def _alt(
    values: "Mapping[str, Mapping[str, MetricValue]]", environment: str, names: Mapping[str, str]
) -> str:
    alerts = [
        f"{METRICS[metric].name.lower()} of {names.get(option, option)}"
        for option, by_metric in values.items()
        for metric in PANELS
        if by_metric[metric].alert
    ]
    said = (
        f"past its alert threshold: {', '.join(alerts)}"
        if alerts
        else "no alert threshold is passed for certain"
    )
    if not values:
        return f"Nothing was measured in {environment}."
    key = "Bars are 95 % intervals, dashed lines alert thresholds, hollow diamonds what the brief says."
    return f"Key metrics measured in {environment}; {said}. {key}"


def _table(
    caption: str, values: "Mapping[str, Mapping[str, MetricValue]]", names: Mapping[str, str]
) -> Table:
    rows: list[list[Cell]] = []
    for metric in PANELS:
        for option, by_metric in values.items():
            value, word = by_metric[metric], METRICS[metric]
            shown = None if value.estimate is None else word.show(value.estimate)
            bounds = interval(metric, value.low, value.high) if value.state == "measured" else None
            rows.append(
                [f"{word.name}: {names.get(option, option)}", shown, bounds, whole(value.n), word.threshold]
            )
    columns = [
        Column("Metric and option"), Column("Estimate", numeric=True), Column("Interval", numeric=True),
        Column("n", "events", numeric=True), Column("Alert when"),
    ]  # fmt: skip
    return Table(caption, columns, rows, absent="nothing was recorded, or it lies beyond the deadline")
