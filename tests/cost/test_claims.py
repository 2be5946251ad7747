"""The brief's statements with their verdicts."""

from pathlib import Path

import pytest
from cost_worlds import DATA

from toolkit import api
from toolkit.cost.claims import read_claims
from toolkit.cost.option import Option
from toolkit.project import Faults

ONE = """
  - id: one
    option: ably
    statement: It is cheap.
    verdict: wrong
    evidence: It is not.
    source: a page
    as_of: 2026-01-01
"""


def claims(tmp_path: Path, text: str, options: list[str] | None = None) -> tuple[int, list[str]]:
    path, faults = tmp_path / "claims.yaml", Faults()
    path.write_text(text)
    found = read_claims(path, faults, options=options)
    return len(found), [str(fault).removeprefix(f"{tmp_path}/") for fault in faults]


def test_a_folder_without_claims_has_none(tmp_path: Path) -> None:
    faults = Faults()
    assert read_claims(tmp_path / "claims.yaml", faults) == []
    assert not faults.found


def test_a_claim_is_read(tmp_path: Path) -> None:
    assert claims(tmp_path, "claims:" + ONE) == (1, [])


def test_a_verdict_that_is_none_is_refused_at_its_line(tmp_path: Path) -> None:
    _, found = claims(tmp_path, "claims:" + ONE.replace("wrong", "nonsense"))
    (fault,) = found
    assert fault.startswith("claims.yaml:5: claims[0].verdict: 'nonsense' is not one of the choices; use ")


def test_two_claims_of_one_id_are_told(tmp_path: Path) -> None:
    _, found = claims(tmp_path, "claims:" + ONE + ONE)
    assert [fault.split(": ")[0] for fault in found] == ["claims.yaml:2", "claims.yaml:10"]
    assert "'one' stands twice" in found[0]


def test_an_option_that_does_not_exist_is_told_with_the_near_match(tmp_path: Path) -> None:
    _, found = claims(tmp_path, "claims:" + ONE.replace("ably", "abbly"), options=["ably", "pusher"])
    assert found == ["claims.yaml:3: claims[0].option: 'abbly' is no option; did you mean ably?"]


def test_a_broken_file_is_a_fault_and_no_claims(tmp_path: Path) -> None:
    count, found = claims(tmp_path, "claims: [")
    assert count == 0 and len(found) == 1


@pytest.mark.parametrize(
    ("claim_id", "verdict"),
    [
        ("pusher-49-usd-200k-messages", "wrong"),
        ("pusher-199-usd-1m-messages", "wrong"),
        ("pusher-sla", "unsupported"),
        ("ably-25-usd-1m-messages", "wrong"),
        ("ably-99-usd-5m-messages", "wrong"),
        ("ably-sla", "outdated"),
        ("pubnub-99-usd-1m-messages", "wrong"),
        ("pubnub-499-usd-10m-messages", "wrong"),
        ("pubnub-sla", "wrong"),
        ("socketio-drop-in", "wrong"),
    ],
)
def test_the_verdicts_on_prices_and_promises_ship(claim_id: str, verdict: str) -> None:
    """The ten statements of the brief that its sources could be checked on."""
    found = {claim.id: claim for claim in read_claims(DATA.root / "claims.yaml", Faults())}
    assert found[claim_id].verdict == verdict


def test_every_row_of_the_briefs_table_has_a_verdict(shipped_options: dict[str, Option]) -> None:
    faults = Faults()
    found = read_claims(DATA.root / "claims.yaml", faults, options=list(shipped_options))
    assert not faults.found
    judged = {claim.option for claim in found if claim.id.endswith("-uptime-and-latency")}
    assert judged == set(shipped_options) - {"current-unfixed", "nats"}


def test_a_folder_without_claims_has_a_table_without_rows(folder: Path) -> None:
    for name in ("claims.yaml", "use-cases.yaml"):
        (folder / name).unlink()
    found = api.claims(folder)
    assert found.empty
    assert {"statement", "option", "verdict", "evidence", "source"} <= set(found.columns)
