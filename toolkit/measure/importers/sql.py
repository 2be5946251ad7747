"""Pieces of SQL."""


def quoted(text: str) -> str:
    """The text as SQL writes it.

    >>> print(quoted("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"
