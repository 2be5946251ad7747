"""Keeps the queries of rollups, since writing them takes longer than rolling up a small day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.metrics.cache import code_digest, put
from toolkit.metrics.program import Program

if TYPE_CHECKING:
    import ibis.expr.types as ir

_written: dict[str, Program] = {}
"""Those that this process has used."""


class Shelf:
    """Queries in ``metrics/rollups/queries``; the folder may be deleted at any time, and may be read-only.

    The name of a file holds the digest of what its queries were written from, and that of its content.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "queries"

    def program(
        self,
        table: Table,
        *,
        unique: bool,
        facts: Sequence[pa.Schema],
        engine: str,
        write: Callable[[ir.Table], str],
    ) -> Program:
        """The rollup of a table in an engine's words, see :func:`toolkit.metrics.expressions.write_program`.

        Args:
            engine: the package of the engine.
        """
        columns = [[f"{field.name} {field.type}" for field in schema] for schema in facts]
        basis = [code_digest(), version("ibis-framework"), engine, version(engine), table, unique, columns]
        key = hashlib.sha256(json.dumps(basis).encode()).hexdigest()[:24]
        if key not in _written:
            _written[key] = self._kept(key) or self._write(key, table, unique, facts, write)
        return _written[key]

    def _write(
        self,
        key: str,
        table: Table,
        unique: bool,
        facts: Sequence[pa.Schema],
        write: Callable[[ir.Table], str],
    ) -> Program:
        # A night with kept queries does without Ibis, which takes as long to import as all else it needs.
        from toolkit.metrics.expressions import write_program

        return self._keep(key, write_program(table, unique=unique, facts=facts, write=write))

    def _kept(self, key: str) -> Program | None:
        for path in sorted(self._folder.glob(f"{key}-*.json")):
            try:
                content = path.read_bytes()
            except OSError:
                continue
            if path == self._place(key, content):
                return Program(**json.loads(content))
        return None

    def _keep(self, key: str, program: Program) -> Program:
        content = json.dumps(asdict(program), indent=1).encode()
        put(self._place(key, content), content)
        return program

    def _place(self, key: str, content: bytes) -> Path:
        return self._folder / f"{key}-{hashlib.sha256(content).hexdigest()[:24]}.json"
