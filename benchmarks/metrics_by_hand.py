"""The rollups of recorded facts as people write them: in DuckDB's SQL, in polars, in pandas.

They know the one shape that the benchmark's files have: every column there, no key twice, one environment, no
connection over midnight. The SQL leaves bad deliveries out, as the toolkit does; all else trusts the rows.
"""

from collections.abc import Callable
from pathlib import Path

from metrics_by_pandas import pandas_day_by_day
from metrics_by_polars import polars_lazily
from metrics_by_sql import duckdb_sql
from metrics_shape import Frames

BY_HAND: dict[str, Callable[[Path], Frames]] = {
    "DuckDB, by hand": duckdb_sql,
    "polars": polars_lazily,
    "pandas": pandas_day_by_day,
}
