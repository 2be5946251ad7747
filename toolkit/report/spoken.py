"""What the engine says, as readers say it: options by name, dollars with their sign, days in words.

The documents keep ids, as programs read them; the page is read by people who never saw one.
"""

import re
from collections.abc import Mapping
from datetime import date

from toolkit.decide.wording import METRIC_WORDS
from toolkit.report.wording import NBSP, day

_LATENCY = re.compile(r"\b(latency_p\d\d_ms)(?= stays within)")
_DOLLARS = re.compile(r"\bUSD (?=\d)")
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_BEFORE_UNIT = re.compile(r"(?<=[\d∞]) (?=(?:%|h|s|ms|min)(?![\w/]))")

_METRICS = "|".join(map(re.escape, METRIC_WORDS.values()))
_LEADS = (
    rf"(?:{_METRICS}) of|none of|\d h of|min/month of|all take|cost takes|the cheapest is|that of|"
    "find out what"
)
"""What comes before an id in the engine's sentences."""


class Spoken:
    """Retells sentences of the engine for one folder.

    Args:
        names: what readers call each option, by id. One that is not in it keeps its id.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = dict(names)
        ids = "|".join(map(re.escape, sorted(names, key=len, reverse=True))) or r"(?!)"
        one = rf"(?:{ids})(?![\w-])"
        self._subject = re.compile(rf"\b({_LEADS}) ({one})(?: (against|or) ({one}))?(?= ?)")
        self._doubted = re.compile(rf"\bwhether ({one})(?= (?:may be chosen|meets the must-haves))")

    def __call__(self, sentence: str) -> str:
        """The sentence with its numbers, and with the ids in it as names.

        >>> told = Spoken({"current": "Current server, with the fixes", "ably": "Ably"})
        >>> told("connection success rate of current in lab; the current rate")
        'connection success rate of Current server, with the fixes, in lab; the current rate'
        >>> told("find out what ably costs a month, at most USD 3,000 since 2026-11-20")
        'find out what Ably costs a month, at most $3,000 since 20 November 2026'
        """
        found = self._subject.sub(self._retold, sentence)
        found = self._doubted.sub(lambda match: f"whether {self.name(match[1])}", found)
        found = _LATENCY.sub(lambda match: f"the {METRIC_WORDS[match[1]]}", found)
        found = _DAY.sub(lambda match: _in_words(match[0]), _DOLLARS.sub("$", found))
        return _BEFORE_UNIT.sub(NBSP, found)

    def name(self, option: str) -> str:
        """What readers call the option."""
        return self.names.get(option, option)

    def _retold(self, match: re.Match[str]) -> str:
        lead, option, link, other = match.groups()
        return whose(
            lead,
            *filter(None, [self.name(option), other and f"{link} {self.name(other)}"]),
            goes_on=match.string[match.end() : match.end() + 1] == " ",
        )


def whose(lead: str, *parts: str, goes_on: bool) -> str:
    """The parts after their lead, set off by commas where a name has one of its own.

    >>> whose("rate of", "Ably", "against PubNub", goes_on=True)
    'rate of Ably against PubNub'
    >>> whose("rate of", "Ours, as it is", "against Ours, as it was", goes_on=True)
    'rate of Ours, as it is, against Ours, as it was,'
    """
    commas = any("," in part for part in parts)
    told = (", " if commas else " ").join(parts)
    return f"{lead} {told}{',' if commas and goes_on else ''}"


def _in_words(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text
