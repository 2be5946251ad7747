"""Shares in blocks of time: what evidence is worth when an outage strikes everybody in it at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.metrics.exact import Whole
from toolkit.metrics.hourly import whole_hours

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """How a share did in blocks of time, each counted once however busy it was.

    Args:
        hours: length of a block.
        count: how many blocks hold evidence.
        mean: of their shares.
        sd: their standard deviation, over ``count``.
        of_clients: whether they are hours of single clients rather than blocks of time.
    """

    hours: int
    count: float
    mean: float
    sd: float
    of_clients: bool = False

    @classmethod
    def of(cls, shares: Floats, hours: int) -> "Blocks":
        """The blocks with these shares, of which there is at least one."""
        return cls(hours=hours, count=len(shares), mean=float(shares.mean()), sd=float(shares.std()))


def block_sums(hour: "pd.Series[pd.Timestamp]", *columns: Whole, block_hours: int) -> list[Whole]:
    """Hourly columns summed by block; blocks are counted from 1970, so that a day is a block of 24 hours.

    Args:
        hour: of each row, in rising order.
        block_hours: length of a block.
    """
    if block_hours == 1 or not len(hour):
        return list(columns)
    blocks = whole_hours(hour) // block_hours
    starts = np.flatnonzero(np.diff(blocks, prepend=blocks[0] - 1))
    return [np.add.reduceat(column, starts) for column in columns]


def share_blocks(
    hour: "pd.Series[pd.Timestamp]", x: Whole, y: Whole, *, block_hours: int
) -> tuple[Whole, Whole]:
    """Successes and events of the blocks that hold events."""
    blocks_x, blocks_y = block_sums(hour, x, y, block_hours=block_hours)
    return blocks_x[blocks_y > 0], blocks_y[blocks_y > 0]


def blocks_of(
    x: Whole,
    y: Whole,
    block_hours: int,
    share: Callable[[Floats, Floats], Floats] = np.divide,
) -> Blocks | None:
    """The shares of blocks with x of y, as far as they lie between 0 and 1; None without blocks.

    Args:
        y: above 0.
        share: of x and y; by default their ratio.
    """
    if not len(y):
        return None
    return Blocks.of(np.clip(share(x.astype("float64"), y.astype("float64")), 0.0, 1.0), block_hours)
