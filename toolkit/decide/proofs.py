"""What has to be proven a second time, in parts of the evidence each of which may fail as a whole.

In the field these are blocks of time, for the sake of outages to come. Elsewhere they are hours of single
clients: where few of them failed in anything, no variance shows how failures hang together, so that one
failure among thousands of events of few clients would make all of them count as independent.
"""

from toolkit.decide import blockbound, sequence
from toolkit.metrics.blocks import Blocks


def proves(blocks: Blocks, m: float, *, alpha: float, above: bool) -> bool:
    """Whether the parts prove that the mean share is above ``m`` (else: below it).

    Args:
        alpha: the error over all looks.
    """
    three = blocks.count, blocks.mean, blocks.sd
    if bool(blockbound.proves(m, *three, alpha=alpha, above=above)):
        return True
    # Shares between 0 and 1 are at most as spread as events that succeed or fail as a whole.
    beyond = blocks.mean > m if above else blocks.mean < m
    if not (blocks.of_clients and beyond and 0 < m < 1):
        return False
    return bool(sequence.rejects(m, blocks.mean * blocks.count, blocks.count, alpha=alpha))


def proven_end(blocks: Blocks, *, alpha: float, above: bool) -> float:
    """The share that the parts prove to be exceeded by the mean one (else: not reached by it)."""
    end = blockbound.proven_end(blocks, alpha=alpha, above=above)
    if not blocks.of_clients:
        return end
    n = blocks.count
    low, high = sequence.bernoulli_interval(min(blocks.mean * n, n), n, alpha=alpha)
    return max(end, low) if above else min(end, high)
