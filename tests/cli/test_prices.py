"""Bills and differences of price books from the command line."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from commands import TOOLKIT

USAGE = "messages_published: 3000000\nmessages_delivered: 60000000\npeak_connections: 2400\n"


@pytest.fixture
def usage(tmp_path: Path) -> Path:
    path = tmp_path / "usage.yaml"
    path.write_text(USAGE)
    return path


def document(toolkit: Any, *arguments: str | Path) -> dict[str, Any]:
    done = toolkit(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_bill_says_why_the_other_plans_are_out(toolkit: Any, folder: Path, usage: Path) -> None:
    told = document(toolkit, "bill", "pusher", "--usage", usage, "--project", folder)
    others = {other["plan"]: other for other in told["others"]}
    assert told["plan"] == "business" and "business" not in others
    assert others["pro"]["violations"] == ["peak_connections 2,400 > 2,000 of pro"]
    assert (others["premium"]["violations"], others["premium"]["total"]) == ([], "499.00")
    table = toolkit("bill", "pusher", "--usage", usage, "--project", folder).stdout
    assert "not pro: peak_connections 2,400 > 2,000 of pro" in table
    assert "not premium: 499.00 USD a month" in table


def test_a_named_plan_has_no_others(toolkit: Any, folder: Path, usage: Path) -> None:
    told = document(toolkit, "bill", "pusher", "--plan", "pro", "--usage", usage, "--project", folder)
    assert (told["others"], told["feasible"]) == ([], False)


def test_an_outage_adds_its_credit_beside_the_total(toolkit: Any, folder: Path, usage: Path) -> None:
    arguments = ("bill", "aws-api-gateway", "--usage", usage, "--project", folder)
    plain = document(toolkit, *arguments)
    told = document(toolkit, *arguments, "--outage-minutes", "90.5")
    assert plain["sla_credit"] is None and told["total"] == plain["total"] == "63.00"
    assert told["sla_credit"]["amount"] == "6.30"
    table = toolkit(*arguments, "--outage-minutes", "90.5").stdout
    assert "SLA credit for 90.5 minutes of outage: 6.30 USD (10 % of the month's charge)" in table


@pytest.mark.parametrize(("vendor", "amount"), [("pusher", "0.00"), ("aws-appsync-events", None)])
def test_no_agreement_is_nothing_and_an_unknown_schedule_is_unknown(
    toolkit: Any, folder: Path, usage: Path, vendor: str, amount: str | None
) -> None:
    told = document(toolkit, "bill", vendor, "--usage", usage, "--outage-minutes", "90", "--project", folder)
    assert told["sla_credit"]["amount"] == amount


@pytest.mark.parametrize(
    "minutes", ["-1", "43201", "many", "nan", "1e400", "1e-249", "1E-1000000", "1_000", "٣", " 5 "]
)
def test_an_outage_that_cannot_be_is_wrong_input(
    toolkit: Any, folder: Path, usage: Path, minutes: str
) -> None:
    done = toolkit("bill", "ably", "--usage", usage, f"--outage-minutes={minutes}", "--project", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("arguments:1: outage-minutes: ")
    assert len(done.stderr) < 300


def test_all_that_is_wrong_with_a_bill_is_told_at_once(
    toolkit: Any, folder: Path, usage: Path, edit: Any
) -> None:
    edit(folder / "pricing" / "pusher.yaml", "currency: USD", "currency: EUR")
    usage.write_text("messages_publshed: 5\ndays: 45\n")
    done = toolkit(
        "bill", "ably", "--usage", usage, "--as-of", "20261123", "--outage-minutes", "x", "--project", folder
    )
    assert (done.returncode, done.stdout) == (2, "")
    for told in (
        "currency: 'EUR'",
        "did you mean messages_published?",
        "write 31 or less",
        "write YYYY-MM-DD",
        "write minutes such as 43.2",
    ):
        assert told in done.stderr, told


def test_a_plan_and_an_outage_that_cannot_be_are_told_together(
    toolkit: Any, folder: Path, usage: Path
) -> None:
    asked = ("--usage", usage, "--plan", "strtup", "--outage-minutes", "99999", "--project", folder)
    done = toolkit("bill", "pusher", *asked)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean startup?" in done.stderr and "write 0 to 43200" in done.stderr


def test_a_book_and_a_day_that_are_wrong_are_told_together(
    toolkit: Any, folder: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("vendor: acme\n")
    done = toolkit(
        "prices", "diff", wrong, folder / "pricing" / "pusher.yaml", "--as-of", "soon", "--project", folder
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "plans: is missing" in done.stderr and "write YYYY-MM-DD" in done.stderr


def test_a_vendor_and_a_usage_that_are_wrong_are_told_together(
    toolkit: Any, folder: Path, usage: Path
) -> None:
    usage.write_text("days: 0\n")
    done = toolkit("bill", "puhser", "--usage", usage, "--project", folder)
    assert done.returncode == 2
    assert "did you mean pusher?" in done.stderr and "write 1 or more" in done.stderr


def test_focus_rows_of_a_plan_that_does_not_fit_say_so_beside_them(
    toolkit: Any, folder: Path, usage: Path
) -> None:
    done = toolkit(
        "bill", "pusher", "--plan", "pro", "--usage", usage, "--format", "focus", "--outage-minutes", "5",
        "--project", folder,
    )  # fmt: skip
    assert done.returncode == 0 and done.stdout.startswith("BilledCost,")
    assert "does not fit: peak_connections 2,400 > 2,000 of pro" in done.stderr
    assert "SLA credit for 5 minutes of outage" in done.stderr


def test_no_name_in_a_book_steers_the_terminal(toolkit: Any, folder: Path, usage: Path) -> None:
    path = folder / "pricing" / "pusher.yaml"
    hostile = 'notes:\n  - "\\u001b]52;c;AAAA\\u0007 n \\u202e"\n'
    path.write_text(path.read_text().replace("notes:\n", hostile, 1))
    done = toolkit("bill", "pusher", "--usage", usage, "--project", folder)
    assert done.returncode == 0 and "note: " in done.stdout
    assert not set(done.stdout) & {"\x1b", "\x07", "\u202e"}


def test_names_that_the_terminal_cannot_write_are_escaped(
    installed: Any, folder: Path, usage: Path, edit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    edit(folder / "pricing" / "pusher.yaml", "name: Pusher Channels", "name: Püsher")
    done = installed("bill", "pusher", "--usage", usage, "--format", "focus", "--project", folder)
    assert done.returncode == 0 and "P\\xfcsher" in done.stdout
    told = document(installed, "bill", "pusher", "--usage", usage, "--format", "focus", "--project", folder)
    assert told["rows"][0]["ProviderName"] == "Püsher"


def test_a_reader_that_leaves_is_no_error(folder: Path, usage: Path) -> None:
    script = f"'{TOOLKIT}' bill pusher --usage '{usage}' --project '{folder}' --json; echo $? >&2"
    done = subprocess.run(
        ["sh", "-c", f"({script}) | true"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr.split() == ["0"]


def test_a_vendor_whose_plans_need_a_name_leaves_its_option_unknown(toolkit: Any, folder: Path) -> None:
    path = folder / "pricing" / "pusher.yaml"
    path.write_text(path.read_text().replace("kind: self_serve", "kind: by_request"))
    told = document(toolkit, "cost", "--project", folder)
    assert told["options"]["pusher"]["total"] is None
    assert told["options"]["ably"]["total"] is not None


def test_a_bill_of_last_year_has_last_years_prices(toolkit: Any, folder: Path, usage: Path) -> None:
    arguments = ("bill", "ably", "--plan", "standard", "--usage", usage, "--project", folder)
    today, then = (document(toolkit, *arguments, *day) for day in ((), ("--as-of", "2025-03-01")))
    # 63 million messages: 157.50 in whole millions today, 50 x 2.50 + 13 x 2.25 in tiers then.
    assert (today["total"], then["total"]) == ("186.50", "183.25")


def test_prices_that_differ_and_the_bills_that_feel_it(toolkit: Any, folder: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.yaml"
    ably = folder / "pricing" / "ably.yaml"
    before.write_text(
        ably.read_text().replace("{amount: 29, source: packages}", "{amount: 19, source: packages}")
    )
    told = document(toolkit, "prices", "diff", before, ably, "--project", folder)
    assert [(change["what"], change["before"], change["after"]) for change in told["changes"]] == [
        ("plans[standard from 2025-09-16].base_fee.amount", "19", "29")
    ]
    differences = {found["scenario"]: found["difference"] for found in told["bills"] if found["differs"]}
    assert differences == {"production": "10.00", "immediate-fix": "10.00"}
    table = toolkit("prices", "diff", before, ably, "--project", folder).stdout
    assert "production" in table and "10.00" in table


def test_folders_of_books_and_decision_folders_are_compared_too(toolkit: Any, folder: Path) -> None:
    done = toolkit("prices", "diff", folder / "pricing", folder, "--project", folder)
    assert (done.returncode, done.stdout) == (0, "The price books are the same.\n")


@pytest.mark.parametrize("which", ["missing.yaml", "empty"])
def test_what_is_no_price_book_is_wrong_input(toolkit: Any, folder: Path, tmp_path: Path, which: str) -> None:
    (tmp_path / "empty").mkdir()
    done = toolkit("prices", "diff", tmp_path / which, folder, "--project", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert which in done.stderr and "Traceback" not in done.stderr


def test_a_spoiled_book_is_told_at_its_line_before_anything_is_compared(
    toolkit: Any, folder: Path, tmp_path: Path
) -> None:
    spoiled = tmp_path / "ably.yaml"
    text = (folder / "pricing" / "ably.yaml").read_text()
    spoiled.write_text(text.replace("currency: USD", "currency: EUR").replace("amount: 399", "amount: -399"))
    done = toolkit("prices", "diff", spoiled, folder, "--project", folder)
    assert done.returncode == 2 and done.stdout == ""
    assert "ably.yaml:4: currency: 'EUR' is not one of the choices; use 'USD'" in done.stderr
    assert "-399 is not a number of 0 or more" in done.stderr
