"""Which options are compared in which draws: at many places at once as at each of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from toolkit.cost.comparing import priced_alike, priced_alike_at
from toolkit.cost.leaders import means_alike

SHAPES = array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=5)


@given(SHAPES.flatmap(lambda shape: arrays(np.bool_, shape)), st.sampled_from([0.3, 0.5, 0.95]))
def test_many_places_at_once_are_as_each_by_itself(priced: np.ndarray, at_least: float) -> None:
    kept, draws = priced_alike_at(priced, at_least=at_least)
    for place in range(priced.shape[1]):
        totals = {str(index): np.where(own, 1.0, np.inf) for index, own in enumerate(priced[:, place])}
        names, together = priced_alike(totals, at_least=at_least)
        assert np.flatnonzero(kept[:, place]).tolist() == [int(name) for name in names]
        assert draws[place].tolist() == (together.tolist() or [False] * priced.shape[2])


def test_a_mean_is_the_same_to_the_last_bit_beside_any_other_volumes() -> None:
    rng = np.random.default_rng(7)
    totals = rng.lognormal(6, 2, (3, 40, 64))
    totals[0, 10:, :2], totals[1, 20:30, 3:40] = np.inf, np.inf
    together = means_alike(totals)
    alone = np.stack([means_alike(totals[:, [volume]])[:, 0] for volume in range(40)], axis=1)
    assert together.tolist() == alone.tolist()
    assert together[0, 15] == totals[0, 15, 2:].mean()
    assert np.isinf(together[1, 20:30]).all()
    assert np.isfinite(together[2]).all()
