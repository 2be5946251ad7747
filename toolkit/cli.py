"""The command line: which commands there are, and how each error ends."""

import io
import sys
from typing import Annotated, NoReturn

import typer

from toolkit.commands import acting, asking
from toolkit.project.faults import EnvironmentFault, ToolkitError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Says GO, NO-GO or HOLD for each phase of a chat migration, from measurements, prices and traffic.",
)
prices = typer.Typer(no_args_is_help=True, help="Keeping the price books true.")

debug = False


@app.callback()
def _options(
    debug_: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    global debug
    debug = debug_


for asked in (
    asking.check, asking.metrics, asking.bill, asking.cost, asking.decide, asking.backtest, asking.build,
):  # fmt: skip
    app.command()(asked)
app.command("import")(acting.import_)
for acted in (acting.compact, acting.probe, acting.bakeoff, acting.capacity, acting.serve, acting.init):
    app.command()(acted)
prices.command("diff")(asking.prices_diff)
app.add_typer(prices, name="prices")


def main() -> NoReturn:
    """Run the command; every error becomes one message and its exit code."""
    try:
        _write_any_name()
        app(standalone_mode=True)
    except ToolkitError as error:
        _fail(str(error), error.exit_code)
    except SystemExit:
        # Click wraps standard output and ends with 1 where the reader of a pipe has left; nothing to act on.
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":
            sys.exit(0)
        raise
    except KeyboardInterrupt:
        _fail("stopped", 130)
    except OSError as error:
        _fail(f"{error.filename or 'file'}: {error.strerror or error}", EnvironmentFault.exit_code)
    except Exception as error:
        _fail(f"internal error: {type(error).__name__}: {error}; run with --debug and report it", 3)
    sys.exit(0)


def _write_any_name() -> None:
    """Escape what a terminal or a pipe of another encoding cannot take, instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _fail(message: str, code: int) -> NoReturn:
    if debug:
        raise
    print(message, file=sys.stderr)
    sys.exit(code)
