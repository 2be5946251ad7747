"""How far a mean of draws may be from the truth, because there are only so many draws."""

from collections.abc import Sequence

import numpy as np

REPLICATES = 8
"""Independent scramblings of a sequence."""

FEWEST_DRAWS = 64
"""With fewer, a replicate has so few draws that it tells little."""


def standard_error(estimates: Sequence[float]) -> float:
    """Standard error of the mean of estimates from independent scramblings of one sequence.

    The spread of draws within a sequence says nothing, since they keep out of each other's way; that between
    scramblings is unbiased (Owen, *Annals of Statistics* 25, 1997; L'Ecuyer and Lemieux, *Recent advances in
    randomized quasi-Monte Carlo methods*, 2002, section 2).

    Args:
        estimates: one of each scrambling, from equally many draws; two or more.

    >>> standard_error([1.0, 2.0, 3.0, 2.0])
    0.408248290463863
    """
    if len(estimates) < 2:
        raise ValueError(f"{len(estimates)} estimates have no spread; take 2 or more")
    spread = float(np.std(estimates, ddof=1))
    return spread / float(np.sqrt(len(estimates)))


def error_of_one(estimates: Sequence[float]) -> float:
    """Standard error of one such estimate, by its spread between scramblings.

    >>> round(error_of_one([1.0, 2.0, 3.0, 2.0]), 6)
    0.816497
    """
    return standard_error(estimates) * float(np.sqrt(len(estimates)))
