"""Names in scripts that run from right to left, set apart so that they turn nothing around them."""

import re

_RIGHT_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
"""Hebrew, Arabic, Syriac, Thaana, N'Ko and what else the bidirectional algorithm of Unicode calls R or AL."""

_RUN = re.compile(f"{_RIGHT_TO_LEFT}+(?:[ \u00a0'’-]{_RIGHT_TO_LEFT}+)*")
_BETWEEN_TAGS = re.compile(
    r"(<(?:title|style|script)\b[^>]*>[^<]*|<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>)|([^<]+)", re.IGNORECASE
)


def isolated(html: str) -> str:
    """The page with every run from right to left in an element of its own, where it is text of the body.

    Without that, the number after such a name would be shown before it. Attributes and titles hold no
    elements and stay as they are.

    >>> isolated('<p title="\u05d0">\u05d0\u05d1: 5</p>')
    '<p title="א"><bdi>אב</bdi>: 5</p>'
    """
    if _RUN.search(html) is None:
        return html
    return _BETWEEN_TAGS.sub(lambda part: part[1] or _RUN.sub(r"<bdi>\g<0></bdi>", part[2]), html)


def set_apart(text: str) -> str:
    """The text with every such run between the marks of Unicode, for what a script writes into a page.

    >>> set_apart("plain") == "plain", set_apart("\u05d0\u05d1: 5") == "\u2068\u05d0\u05d1\u2069: 5"
    (True, True)
    """
    return _RUN.sub("\u2068\\g<0>\u2069", text)
