"""The engine is DuckDB; the expressions are no engine's own."""

from pathlib import Path

import ibis
import pytest
from metrics_facts import LATER

from toolkit.metrics.columns import COLUMNS, SOURCE, read
from toolkit.metrics.connections import connection_rollups
from toolkit.metrics.deliveries import delivery_rollups
from toolkit.metrics.rollups import roll_up
from toolkit.metrics.screening import good, judged
from toolkit.project import EnvironmentFault, Faults, InputError

TYPES = {
    "text": "string", "whole": "float64", "seconds": "float64", "time": "timestamp('UTC')", "flag": "boolean",
}  # fmt: skip


def run(metrics_dir: Path, engine: str) -> None:
    roll_up(metrics_dir, as_of=LATER, environments=["lab"], faults=Faults(), engine=engine)


def test_spark_is_an_environment_fault_that_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        run(tmp_path, "spark")
    assert str(caught.value) == "the Spark engine is not available in this version; use --engine duckdb"


def test_an_unknown_engine_is_wrong_input_with_the_near_one(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run(tmp_path, "duckbd")
    assert str(caught.value) == "--engine: 'duckbd' is no engine; did you mean duckdb?"


@pytest.mark.parametrize("dialect", ["duckdb", "trino", "clickhouse", "postgres"])
@pytest.mark.parametrize("table", ["connections", "deliveries"])
def test_every_expression_compiles_for_other_engines(table: str, dialect: str) -> None:
    columns = {column.name: TYPES[column.kind] for column in COLUMNS[table]}
    rows = judged(read(ibis.table({**columns, SOURCE: "string"}, name=table), table), table)
    counted = good(rows, table)
    rollups = connection_rollups(counted) if table == "connections" else delivery_rollups(counted)
    for expression in rollups.values():
        assert "SELECT" in ibis.to_sql(expression, dialect=dialect)
