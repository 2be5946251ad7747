"""What a cost is on average where some inputs are known: regression on the draws at hand."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.sampling import Floats

PIECES = 20
"""Of the spline in one input: its knots are every 5 %, so also where ranges have their kinks."""

PIECES_TOGETHER = 10
"""Of the spline in each of several inputs."""

DRAWS_A_PIECE = 64
"""Pieces are fewer where they would have fewer draws than this."""

FEW = 12
"""An input that takes so few values is taken value by value."""


def design(shares: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The columns to regress on: a linear spline of every input, and the product of every two.

    Linear splines follow the kinks of ranges and of tariffs and do not swing beside their steps. Of more than
    two inputs at once only the part of an interaction is seen that products of two can follow.

    Args:
        shares: probabilities of the inputs, from 0 to 1, shape (draws, inputs). One that takes twelve values
            or fewer has a column for each.

    Returns:
        The rows, shape (draws, columns), and which inputs a column is made of, shape (columns, inputs). The
        columns of several inputs are linearly dependent.

    Raises:
        ValueError: a probability is outside 0 to 1.
    """
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError("inputs are told by their probabilities, from 0 to 1")
    own = np.eye(shares.shape[1], dtype=bool)
    count = pieces_for(shares.shape[0], most=PIECES if len(own) == 1 else PIECES_TOGETHER)
    columns = [_of_one(share, count) for share in shares.T]
    made_of = [np.tile(mark, (block.shape[1], 1)) for mark, block in zip(own, columns, strict=True)]
    pairs = list(combinations(range(shares.shape[1]), 2))
    columns += [np.prod(shares[:, pair] - 0.5, axis=1)[:, np.newaxis] for pair in pairs]
    made_of += [(own[one] | own[other])[np.newaxis, :] for one, other in pairs]
    return np.hstack(columns), np.vstack(made_of)


def pieces_for(draws: int, *, most: int = PIECES) -> int:
    """How many pieces a spline has.

    >>> pieces_for(64), pieces_for(320), pieces_for(4096)
    (1, 5, 20)
    """
    return min(max(draws // DRAWS_A_PIECE, 1), most)


def _of_one(share: Floats, pieces: int) -> Floats:
    values, which = np.unique(share, return_inverse=True)
    if values.size <= FEW:
        return np.eye(values.size)[which]
    return hats(share, pieces=pieces)


def hats(share: Floats, *, pieces: int) -> Floats:
    """The columns of a linear spline with equally spaced knots, shape (draws, pieces + 1).

    A column is 1 at its own knot, 0 at all others, and straight in between; a row adds up to 1.

    >>> hats(np.array([0.0, 0.25, 1.0]), pieces=2).tolist()
    [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]
    """
    position = share * pieces
    left = np.minimum(position.astype(np.intp), pieces - 1)
    rows, columns = np.arange(share.size), np.zeros((share.size, pieces + 1))
    columns[rows, left] = left + 1 - position
    columns[rows, left + 1] = position - left
    return columns


def weights(square: Floats, product: Floats) -> Floats:
    """Least squares from the sums of a fit, X'X and X'y; of equal solutions about the shortest.

    A billionth of the mean square of a column is added to each (ridge), as columns may depend on each other.
    """
    ridge = 1e-9 * float(np.trace(square)) / len(square)
    return np.asarray(np.linalg.solve(square + ridge * np.eye(len(square)), product), dtype=np.float64)
