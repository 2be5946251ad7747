"""Notebooks run in this very Python, need no home, and every way of failing is told in plain words."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from toolkit.project.faults import EnvironmentFault, InputError
from toolkit.report.run import check_parameters, run_notebooks

PARAMETERS: dict[str, str | float | bool | None] = {"project": "data", "as_of": None}


def notebook(path: Path, *cells: str, tagged: str = "project = 'x'\nas_of = 'y'") -> Path:
    made: Any = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(tagged, id="p"), *(
        nbformat.v4.new_code_cell(cell, id=f"c{number}") for number, cell in enumerate(cells)
    )]  # fmt: skip
    made.cells[0].metadata["tags"] = ["parameters"]
    path.write_text(nbformat.writes(made))
    return path


def said(executed: Any) -> str:
    return "".join(output.get("text", "") for cell in executed.cells for output in cell.get("outputs", []))


@dataclass(frozen=True)
class Ran:
    """One run of several notebooks, on a machine with a foreign kernel and without a home.

    Args:
        said: what each notebook printed.
        cwd: where they ran.
        unchanged: whether the notebooks' files and the environment of the caller are what they were.
        home: the home that there is not.
    """

    said: dict[str, str]
    cwd: Path
    unchanged: bool
    home: Path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    cwd = tmp_path_factory.mktemp("notebooks")
    paths = [
        notebook(cwd / "parameters.ipynb", "print(project, as_of)"),
        notebook(cwd / "kernel.ipynb", "import sys, os; print(sys.executable); print(os.getcwd())"),
        notebook(cwd / "plots.ipynb", "import matplotlib.pyplot; print('done')"),
    ]
    spec = cwd / "share" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(
        json.dumps({"argv": ["/bin/false"], "display_name": "x", "language": "python"})
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(cwd / "home"))
        patch.setenv("JUPYTER_PATH", str(cwd / "share"))
        for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR"):
            patch.delenv(name, raising=False)
        before = [path.read_bytes() for path in paths], dict(os.environ)
        executed = run_notebooks(paths, PARAMETERS, cwd=cwd)
        after = [path.read_bytes() for path in paths], dict(os.environ)
    return Ran({name: said(one) for name, one in executed.items()}, cwd, after == before, cwd / "home")


def test_parameters_reach_the_notebook(ran: Ran) -> None:
    assert ran.said["parameters"] == "data None\n"


def test_the_files_and_the_environment_of_the_caller_are_left_alone(ran: Ran) -> None:
    assert ran.unchanged


def test_the_kernel_is_this_interpreter_in_the_given_folder_whatever_kernel_is_installed(ran: Ran) -> None:
    assert ran.said["kernel"].split() == [sys.executable, str(ran.cwd)]


def test_no_home_is_needed_and_none_is_made(ran: Ran) -> None:
    assert ran.said["plots"] == "done\n"
    assert not ran.home.exists()


def test_every_failing_notebook_is_named_with_its_cell_and_its_exception(tmp_path: Path) -> None:
    good = notebook(tmp_path / "good.ipynb", "print(1)")
    bad = notebook(tmp_path / "bad.ipynb", "x = 1", "1 / 0")
    other = notebook(tmp_path / "other.ipynb", "raise ValueError('other')")
    with pytest.raises(InputError) as caught:
        run_notebooks([good, bad, other], PARAMETERS, cwd=tmp_path)
    first, second = str(caught.value).splitlines()
    assert "bad.ipynb:1: cell 4: ZeroDivisionError: division by zero; run it in Jupyter" in first
    assert "other.ipynb:1: cell 3: ValueError: other; run it in Jupyter" in second


def test_a_notebook_without_end_is_stopped(tmp_path: Path) -> None:
    path = notebook(tmp_path / "slow.ipynb", "import time\nwhile True: time.sleep(0.1)")
    with pytest.raises(EnvironmentFault, match=r"slow.ipynb: took longer than 2 s"):
        run_notebooks([path], PARAMETERS, cwd=tmp_path, limit_s=2)


def test_a_kernel_that_dies_is_an_environment_fault(tmp_path: Path) -> None:
    path = notebook(tmp_path / "dies.ipynb", "import os; os._exit(1)")
    with pytest.raises(EnvironmentFault, match=r"dies.ipynb: its kernel failed"):
        run_notebooks([path], PARAMETERS, cwd=tmp_path)


def test_an_unknown_parameter_is_an_error_with_the_near_match(tmp_path: Path) -> None:
    path = notebook(tmp_path / "a.ipynb")
    with pytest.raises(
        InputError, match=r"a.ipynb:1: parameters.projekt: the notebook has no such .* mean project\?"
    ):
        check_parameters(path, {"projekt": "data"})


def test_a_notebook_without_parameters_says_how_to_have_some(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook()))
    with pytest.raises(InputError, match="tag a cell `parameters` that sets it"):
        check_parameters(path, PARAMETERS)


@pytest.mark.parametrize("content", ["", "not json", "{}", "[]"])
def test_a_file_that_is_no_notebook_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(content)
    with pytest.raises(InputError, match=r"a.ipynb:1: file: is not a notebook that can be read|tag a cell"):
        check_parameters(path, PARAMETERS)


KILLED = """
import sys
from pathlib import Path
from toolkit.report.run import run_notebooks
if __name__ == "__main__":
    run_notebooks([Path({path!r})], {{"project": "x", "as_of": None}}, cwd=Path({cwd!r}))
"""


def alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_nothing_goes_on_when_the_build_is_killed(tmp_path: Path) -> None:
    path = notebook(
        tmp_path / "a.ipynb",
        "import os, pathlib, time; pathlib.Path('pids').write_text(f'{os.getpid()} {os.getppid()}')",
        "time.sleep(600)",
    )
    program = tmp_path / "program.py"
    program.write_text(KILLED.format(path=str(path), cwd=str(tmp_path)))
    with subprocess.Popen([sys.executable, str(program)]) as process:
        deadline_s = time.monotonic() + 60
        while not (tmp_path / "pids").exists() and time.monotonic() < deadline_s:
            time.sleep(0.1)
        time.sleep(0.5)
        process.kill()
    kernel, worker = map(int, (tmp_path / "pids").read_text().split())
    deadline_s = time.monotonic() + 20
    while (alive(kernel) or alive(worker)) and time.monotonic() < deadline_s:
        time.sleep(0.1)
    assert not alive(kernel) and not alive(worker)
