"""The expressions are no engine's own."""

from pathlib import Path

import ibis
import ibis.expr.types as ir
import pytest
from metrics_facts import LATER

from toolkit.measure.events import Table
from toolkit.metrics.columns import COLUMNS
from toolkit.metrics.expressions import expressions
from toolkit.metrics.rollups import roll_up
from toolkit.project import Faults, InputError

TYPES = {
    "text": "string", "whole": "float64", "seconds": "float64", "time": "timestamp('UTC')", "flag": "boolean",
}  # fmt: skip


def run(metrics_dir: Path, engine: str, master: str | None = None) -> None:
    roll_up(metrics_dir, as_of=LATER, environments=["lab"], faults=Faults(), engine=engine, master=master)


def test_an_unknown_engine_is_wrong_input_with_the_near_one(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run(tmp_path, "duckbd")
    assert str(caught.value) == "--engine: 'duckbd' is no engine; did you mean duckdb?"


def test_duckdb_has_no_master(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run(tmp_path, "duckdb", "spark://127.0.0.1:7077")
    assert str(caught.value) == "--master: DuckDB has none; leave it out, or choose --engine spark"


@pytest.mark.parametrize("dialect", ["duckdb", "trino", "postgres"])
@pytest.mark.parametrize("unique", [True, False])
@pytest.mark.parametrize("table", ["connections", "deliveries", "aggregates", "faults"])
def test_every_expression_compiles_for_other_engines(table: Table, unique: bool, dialect: str) -> None:
    columns = {column.name: TYPES[column.kind] for column in COLUMNS[table]}
    facts = ibis.table({**columns, "part": "int64", "day_us": "int64"}, name=table)
    kept: list[ir.Table] = []

    def keep(expression: ir.Table) -> ir.Table:
        kept.append(expression)
        return expression

    rolled, set_aside = expressions([facts], table, unique=unique, keep=keep)
    found = [*kept, *rolled.counts, *(rolled.others or {}).values(), set_aside]
    assert len(found) > 1
    for expression in found:
        assert "SELECT" in ibis.to_sql(expression, dialect=dialect)
