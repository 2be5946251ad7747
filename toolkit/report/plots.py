"""Every plot of the report and of the notebooks; each returns a :class:`~toolkit.report.pictures.Picture`."""

from toolkit.report.cost_plots import cost_curve
from toolkit.report.downtimemap_plot import downtime_map
from toolkit.report.forest import metric_forest
from toolkit.report.measured_plots import latency_distribution, survival_curves
from toolkit.report.teammaps_plot import team_maps
from toolkit.report.timeline_plot import connection_timeline
from toolkit.report.uptime_plots import uptime_curve
from toolkit.report.uptimemap_plot import decision_map
from toolkit.report.worth_plot import worth_forest

__all__ = [
    "connection_timeline",
    "cost_curve",
    "decision_map",
    "downtime_map",
    "latency_distribution",
    "metric_forest",
    "survival_curves",
    "team_maps",
    "uptime_curve",
    "worth_forest",
]
