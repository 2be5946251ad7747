"""Times to notice and to recover: what counts, what is censored, and since when."""

import pytest

from toolkit.measure.faults.noticing import Noticing, Observation, Watched
from toolkit.measure.faults.times import Times, noticed, times


def at_a_client(fault: str = "blackhole", way: str = "both") -> tuple[Noticing, Observation]:
    """Ann is connected over connection 3, which is struck at second 10."""
    seen = Noticing()
    seen.joined("ann", 3, 5.0)
    seen.struck(3, fault, way, 10.0)  # type: ignore[arg-type]  # the tests' words are those of the type
    (observation,) = seen.observations
    return seen, observation


def test_each_end_is_timed_from_the_fault() -> None:
    noticing, seen = at_a_client()
    noticing.closing(3, "client", 45.0)
    noticing.closing(3, "server", 70.0)
    assert seen.client == "ann"
    assert seen.ends == {"client": Watched(35.0, 35.0, True), "server": Watched(60.0, 60.0, True)}


def test_only_the_first_sign_counts() -> None:
    noticing, seen = at_a_client()
    noticing.closing(3, "client", 45.0)
    noticing.closing(3, "client", 55.0)
    noticing.over(3, 60.0)
    assert seen.ends["client"].noticed_s == 35.0


def test_who_did_not_notice_by_the_end_is_censored() -> None:
    noticing, seen = at_a_client()
    noticing.closing(3, "server", 30.0)
    noticing.finish(100.0)
    noticing.closing(3, "client", 101.0)
    assert seen.ends == {"client": Watched(None, 90.0, True), "server": Watched(20.0, 20.0, True)}
    assert (seen.recovered_s, seen.wanted_s) == (None, 90.0)


def test_a_connection_that_heals_unnoticed_is_censored_and_recovered_by_it() -> None:
    noticing, seen = at_a_client()
    noticing.healed(3, 22.0)
    noticing.closing(3, "client", 30.0)
    assert (seen.healed_s, seen.recovered_s, seen.wanted_s) == (12.0, 12.0, 12.0)
    assert seen.ends["client"] == seen.ends["server"] == Watched(None, 12.0, True)


def test_healing_after_the_client_noticed_is_no_recovery() -> None:
    noticing, seen = at_a_client()
    noticing.closing(3, "client", 20.0)
    noticing.healed(3, 22.0)
    assert (seen.healed_s, seen.recovered_s) == (12.0, None)
    noticing.joined("ann", 4, 26.0)
    assert seen.recovered_s == 16.0


def test_recovery_is_to_the_next_time_in_the_room() -> None:
    noticing, seen = at_a_client("reset")
    noticing.lost("ann", 10.1)
    noticing.joined("ann", 8, 12.0)
    noticing.joined("ann", 9, 13.0)
    assert seen.recovered_s == seen.wanted_s == 2.0


def test_who_goes_on_purpose_noticed_nothing_and_need_not_recover() -> None:
    noticing, seen = at_a_client()
    noticing.leaving("ann", 25.0)
    noticing.closing(3, "client", 25.001)
    noticing.joined("ann", 9, 40.0)
    noticing.closing(3, "server", 70.0)
    assert seen.ends == {"client": Watched(None, 15.0, True), "server": Watched(60.0, 60.0, True)}
    assert (seen.recovered_s, seen.wanted_s) == (None, 15.0)


def test_a_server_that_hears_the_client_go_noticed_nothing_either() -> None:
    noticing, seen = at_a_client(way="to_client")
    noticing.leaving("ann", 25.0)
    noticing.closing(3, "server", 25.002)
    assert seen.ends["server"] == Watched(None, 15.0, True)


def test_of_a_reset_the_client_tells_and_of_the_server_nothing_is_known() -> None:
    noticing, seen = at_a_client("reset")
    noticing.closing(3, "client", 10.1)
    noticing.over(3, 10.2)
    noticing.lost("ann", 11.5)
    assert seen.ends == {"client": Watched(1.5, 1.5, True), "server": Watched(None, 0.0, True)}


def test_a_connection_that_nobody_claims_is_watched_all_the_same() -> None:
    noticing = Noticing()
    noticing.struck(0, "blackhole", "both", 1.0)
    noticing.struck(1, "reset", "both", 1.0)
    noticing.closing(0, "client", 2.0)
    noticing.finish(5.0)
    half, reset = noticing.observations
    assert half.client is None
    assert half.ends["client"].noticed_s == 1.0
    assert reset.ends["client"] == Watched(None, 0.0, True)


def test_each_change_is_told_once() -> None:
    noticing, seen = at_a_client()
    assert list(noticing.changed()) == [seen]
    assert list(noticing.changed()) == []
    noticing.closing(3, "client", 45.0)
    noticing.joined("ann", 4, 46.0)
    assert list(noticing.changed()) == [seen]


def test_quantiles_are_those_of_kaplan_and_meier() -> None:
    # Worked by hand: after 1 of 4 the curve is at 3/4; 2 is censored; after 3 of the 2 left it is at 3/8.
    assert times([1.0, 3.0], [2.0, 4.0]) == Times(4, 2, 3.0, None)
    assert times([float(second) for second in range(1, 101)], []) == Times(100, 100, 50.0, 95.0)
    assert times([], [3.0]) == Times(1, 0, None, None)
    assert times([], []) == Times(0, 0, None, None)


def test_a_censored_time_is_not_taken_for_a_short_one() -> None:
    (short, with_censored) = times([1.0, 2.0, 30.0], []), times([1.0, 2.0, 30.0], [3.0, 3.0, 3.0])
    assert short.median_s == 2.0
    assert with_censored.median_s == 30.0


def test_times_are_told_by_fault_and_way() -> None:
    noticing = Noticing()
    noticing.struck(0, "blackhole", "both", 0.0)
    noticing.struck(1, "blackhole", "to_client", 0.0)
    noticing.struck(2, "idle", "both", 0.0)
    for number, seconds in enumerate([4.0, 6.0, 0.1]):
        noticing.closing(number, "client", seconds)
    noticing.finish(9.0)
    found = noticed(noticing.observations)
    assert list(found) == ["blackhole", "blackhole to_client", "idle"]
    assert found["blackhole"].client == Times(1, 1, 4.0, 4.0)
    assert found["blackhole"].server == Times(1, 0, None, None)
    # Nobody said whose connections these were.
    assert found["idle"].recovered == Times(0, 0, None, None)


@pytest.mark.parametrize("end", ["client", "server"])
def test_unknown_connections_and_clients_are_no_error(end: str) -> None:
    noticing = Noticing()
    noticing.closing(1, end, 1.0)  # type: ignore[arg-type]  # as above
    noticing.healed(1, 1.0)
    noticing.over(1, 1.0)
    noticing.lost("ann", 1.0)
    noticing.leaving("ann", 1.0)
    noticing.joined("ann", None, 2.0)
    assert noticing.observations == []
