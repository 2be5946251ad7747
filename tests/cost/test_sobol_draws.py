"""Draws come from one scrambled Sobol sequence: balanced, paired, and the same whatever else is drawn."""

import numpy as np
import pytest

from toolkit.cost.quantities import COMPARED, UNITS
from toolkit.cost.sampling import DIMENSIONS, ORDER, Draws
from toolkit.cost.setting import TEAM_SIZE
from toolkit.evidence import Figure
from toolkit.pricing.traffic import DRIVERS

MINUTES = "service_unavailability_min_per_month"


def test_everything_that_the_model_draws_has_a_dimension_of_its_own() -> None:
    scenario = {TEAM_SIZE.get(name, name) for name in DRIVERS}
    drawn = scenario | {"growth_per_month", "downtime_cost_usd_per_hour"} | (set(UNITS) - set(COMPARED))
    assert drawn <= set(ORDER)
    assert len(set(ORDER)) == len(ORDER) <= DIMENSIONS


@pytest.mark.parametrize("name", ORDER)
def test_every_interval_of_equal_probability_holds_one_draw(name: str) -> None:
    share = Draws(1024, seed=5).share(name)
    assert sorted(np.floor(share * 1024).astype(int)) == list(range(1024))


def test_any_two_quantities_fill_the_square_evenly() -> None:
    """Of 4,096 draws every cell of 8 by 8 holds some, and every one of 16 by 16 of the first dimensions."""
    draws = Draws(4096, seed=5)
    for one in range(len(ORDER)):
        for other in range(one):
            bins = 16 if one < 12 else 8
            cells = np.histogram2d(draws.share(ORDER[one]), draws.share(ORDER[other]), bins=bins)[0]
            assert cells.min() >= cells.mean() / 2, (ORDER[one], ORDER[other])


def test_other_names_are_independent() -> None:
    draws = Draws(16_384, seed=3)
    shares = np.array([draws.share(name) for name in ORDER])
    assert abs(np.corrcoef(shares) - np.eye(len(ORDER))).max() < 0.01


def test_a_quantity_gets_the_same_draws_whatever_was_asked_before() -> None:
    alone, among = Draws(64, seed=5), Draws(64, seed=5)
    for name in reversed(ORDER):
        among.share(name)
    assert (alone.share(MINUTES) == among.share(MINUTES)).all()


def test_a_name_that_is_appended_moves_no_other() -> None:
    longer = Draws(64, seed=5, order=(*ORDER, "queue_usd_per_month"))
    for name in ORDER:
        assert (longer.share(name) == Draws(64, seed=5).share(name)).all()


def test_a_name_without_a_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match=r"queue_usd_per_month has no dimension .* append it"):
        Draws(64, seed=5).share("queue_usd_per_month")


@pytest.mark.parametrize(("count", "right"), [(3, 4), (500, 512), (4097, 8192)])
def test_numbers_of_draws_that_unbalance_the_sequence_are_refused(count: int, right: int) -> None:
    with pytest.raises(ValueError, match=f"{count} draws .* are out of balance; take {right}"):
        Draws(count, seed=5)


def test_equal_names_share_their_probability_so_that_a_tenfold_range_stays_tenfold() -> None:
    draws = Draws(1024, seed=3)
    one = draws.figure(MINUTES, minutes(p5=4.4, p50=219, p95=2190))
    ten = draws.figure(MINUTES, minutes(p5=44, p50=2190, p95=21900))
    assert ten == pytest.approx(10 * one)


def test_names_that_move_together_share_their_probability() -> None:
    draws = Draws(128, seed=3, together=TEAM_SIZE)
    assert (draws.share("channels") == draws.share("monthly_active_users")).all()
    assert not (draws.share("channels") == draws.share("message_bytes")).all()


@pytest.mark.parametrize("seed", [0, 1, 20261123])
def test_a_seed_gives_the_same_draws_every_time_and_no_other_seed_does(seed: int) -> None:
    assert (Draws(64, seed=seed).share(MINUTES) == Draws(64, seed=seed).share(MINUTES)).all()
    assert not (Draws(64, seed=seed).share(MINUTES) == Draws(64, seed=seed + 1).share(MINUTES)).all()


def test_what_was_read_is_known_in_the_order_of_the_dimensions() -> None:
    draws = Draws(2, seed=3, together=TEAM_SIZE)
    draws.figure("spare_nodes", minutes(value=3.0))
    assert draws.inputs == [], "a number is no uncertain input"
    for name in ("message_bytes", "channels", "monthly_active_users"):
        draws.share(name)
    assert draws.inputs == ["team_size", "message_bytes"]


def test_probabilities_may_be_given_and_the_others_stay_at_their_median() -> None:
    given = {"team_size": np.array([0.05, 0.5, 0.95])}
    draws = Draws(3, seed=3, together=TEAM_SIZE, given=given)
    assert draws.share("channels").tolist() == [0.05, 0.5, 0.95]
    assert draws.figure(MINUTES, minutes(p5=1, p50=2, p95=3)).tolist() == [2.0, 2.0, 2.0]


def minutes(**parts: float) -> Figure:
    return Figure.model_validate(
        {**parts, "unit": "min/month", "grade": "claim", "source": "test", "as_of": "2026-01-01"}
    )
