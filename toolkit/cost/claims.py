"""The brief's statements, and what the sources found say about each."""

from collections import Counter
from pathlib import Path
from typing import Literal

from toolkit.evidence import Day, Strict, Text
from toolkit.project import Faults, near, read_optional

Verdict = Literal["wrong", "unsupported", "outdated", "confirmed"]


class Claim(Strict):
    """One statement and its verdict.

    Args:
        id: a short name of it, unique in the file.
        option: the option that it speaks of.
        statement: what is said, in our words.
        verdict: ``unsupported`` where no source was found that says so of the same thing.
        evidence: why.
        source: the page or document that the verdict rests on.
        as_of: the UTC day on which the source said so.
    """

    id: Text
    option: Text
    statement: Text
    verdict: Verdict
    evidence: Text
    source: Text
    as_of: Day


class Claims(Strict):
    """``claims.yaml``."""

    claims: list[Claim]


def read_claims(path: Path, faults: Faults, *, options: list[str] | None = None) -> list[Claim]:
    """The claims of a decision folder, in their order; none where it has no such file.

    Args:
        path: its ``claims.yaml``.
        faults: takes every misfit, ids that stand twice and options that do not exist.
        options: ids of the options that exist. None leaves that unchecked.
    """
    read = read_optional(path, Claims, faults)
    if read is None:
        return []
    document, found = read
    ids = Counter(claim.id for claim in found.claims)
    for index, claim in enumerate(found.claims):
        line = document.line(("claims", index, "id"))
        if ids[claim.id] > 1:
            faults.error(path, line, f"claims[{index}].id", f"{claim.id!r} stands twice", "give each its own")
        if options is not None and claim.option not in options:
            line, where = document.line(("claims", index, "option")), f"claims[{index}].option"
            faults.error(path, line, where, f"{claim.option!r} is no option", near(claim.option, options))
    return found.claims
