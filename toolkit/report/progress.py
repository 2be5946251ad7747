"""How far long work is, on standard error where that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from toolkit.report.termtables import text_of

Told = Callable[[int, int, str], None]


@contextmanager
def progress_bar() -> Iterator[Told]:
    """What takes how many steps are done, of how many, and what is done now; silent without a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total, text: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)

        def told(done: int, total: int, text: str) -> None:
            shown.update(task, completed=done, total=total, description=text_of(text).plain)

        yield told
