"""Notebooks run in this very Python, need no home, and every way of failing is told in plain words."""

import json
import os
import subprocess
import sys
import time
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


def test_parameters_reach_the_notebook_and_the_file_is_left_alone(tmp_path: Path) -> None:
    path = notebook(tmp_path / "a.ipynb", "print(project, as_of)")
    before = path.read_bytes()
    executed = run_notebooks([path], PARAMETERS, cwd=tmp_path)
    assert said(executed["a"]) == "data None\n"
    assert path.read_bytes() == before


def test_the_kernel_is_this_interpreter_in_the_given_folder(tmp_path: Path) -> None:
    path = notebook(tmp_path / "a.ipynb", "import sys, os; print(sys.executable); print(os.getcwd())")
    assert said(run_notebooks([path], PARAMETERS, cwd=tmp_path)["a"]).split() == [
        sys.executable,
        str(tmp_path),
    ]


def test_an_installed_kernel_of_another_python_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tmp_path / "share" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(
        json.dumps({"argv": ["/bin/false"], "display_name": "x", "language": "python"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    path = notebook(tmp_path / "a.ipynb", "print(1)")
    assert said(run_notebooks([path], PARAMETERS, cwd=tmp_path)["a"]) == "1\n"


def test_no_home_is_needed_and_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR"):
        monkeypatch.delenv(name, raising=False)
    path = notebook(tmp_path / "a.ipynb", "import matplotlib.pyplot; print('done')")
    assert said(run_notebooks([path], PARAMETERS, cwd=tmp_path)["a"]) == "done\n"
    assert not home.exists()


def test_a_failing_cell_is_named_with_its_notebook_and_exception(tmp_path: Path) -> None:
    good = notebook(tmp_path / "good.ipynb", "print(1)")
    bad = notebook(tmp_path / "bad.ipynb", "x = 1", "1 / 0")
    with pytest.raises(
        InputError, match=r"bad.ipynb:1: cell 4: ZeroDivisionError: division by zero; run it in Jupyter"
    ):
        run_notebooks([good, bad], PARAMETERS, cwd=tmp_path)


def test_every_failing_notebook_is_named(tmp_path: Path) -> None:
    paths = [notebook(tmp_path / f"{name}.ipynb", f"raise ValueError('{name}')") for name in ("one", "two")]
    with pytest.raises(InputError) as caught:
        run_notebooks(paths, PARAMETERS, cwd=tmp_path)
    assert "ValueError: one" in str(caught.value) and "ValueError: two" in str(caught.value)


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


def test_the_environment_of_the_caller_is_not_changed(tmp_path: Path) -> None:
    before = dict(os.environ)
    run_notebooks([notebook(tmp_path / "a.ipynb", "print(1)")], PARAMETERS, cwd=tmp_path)
    assert dict(os.environ) == before
