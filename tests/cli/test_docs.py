"""The documentation names every command and every option of the command line."""

import re
from pathlib import Path

import pytest
import typer.main

from toolkit.cli import app

ROOT = Path(__file__).parent.parent.parent
GROUPS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
COMMANDS = {
    f"{name} {part}".strip(): command
    for name, group in GROUPS.items()
    for part, command in getattr(group, "commands", {"": group}).items()
}
"""Commands by name, those of a group by both words."""
DOCS = (ROOT / "docs" / "commands.md").read_text()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_documented(name: str) -> None:
    section = re.search(rf"^## toolkit {name}\n(.*?)(?=^## |\Z)", DOCS, re.M | re.S)
    assert section, f"docs/commands.md has no section for {name}"
    for parameter in COMMANDS[name].params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            assert parameter.opts[0] in section.group(1), f"{name} {parameter.opts[0]}"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_what_it_does(name: str) -> None:
    assert COMMANDS[name].help


def test_the_documentation_names_no_command_that_is_not_there() -> None:
    assert set(re.findall(r"^## toolkit (.+)$", DOCS, re.M)) == set(COMMANDS)


def test_the_readme_lists_every_command() -> None:
    told = set(re.findall(r"^\| `toolkit ([a-z]+(?: [a-z]+)?)", (ROOT / "README.md").read_text(), re.M))
    assert told == set(COMMANDS)


def test_the_design_s_commands_are_all_there() -> None:
    wanted = [
        "build",
        "check",
        "metrics",
        "bill",
        "cost",
        "decide",
        "import",
        "probe",
        "bakeoff",
        "serve",
        "init",
        "prices diff",
        "compact",
        "backtest",
        "capacity",
    ]
    assert sorted(COMMANDS) == sorted(wanted)
