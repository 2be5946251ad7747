"""How long a client bears silence, to the millisecond."""

from toolkit.chat.client.watch import Watch

MS = 0.001


def watch() -> Watch:
    return Watch(interval_s=25.0, wait_s=10.0, now_s=1000.0)


def test_a_silent_server_is_asked_after_the_interval_and_not_before() -> None:
    for late_s, verdict in ((-MS, "wait"), (0.0, "ask"), (MS, "ask")):
        assert watch().decide(1025.0 + late_s) == verdict


def test_a_server_that_does_not_answer_is_given_up_after_the_wait_and_not_before() -> None:
    for late_s, verdict in ((-MS, "wait"), (0.0, "give up"), (MS, "give up")):
        silent = watch()
        assert silent.decide(1025.0) == "ask"
        assert silent.decide(1035.0 + late_s) == verdict


def test_any_frame_starts_the_silence_anew() -> None:
    for heard_s in (1000.0 + MS, 1025.0 - MS, 1025.0 + MS, 1035.0 - MS):
        silent = watch()
        silent.decide(1025.0)
        silent.heard(heard_s)
        assert not silent.asked
        assert silent.due_s == heard_s + 25.0
        assert silent.decide(heard_s + 25.0 - MS) == "wait"
        assert silent.decide(heard_s + 25.0) == "ask"


def test_a_server_that_answers_every_question_at_the_last_moment_is_never_given_up() -> None:
    silent, now_s = watch(), 1000.0
    for _ in range(1000):
        now_s += 25.0
        assert silent.decide(now_s) == "ask"
        now_s += 10.0 - MS
        assert silent.decide(now_s) == "wait"
        silent.heard(now_s)


def test_who_slept_over_the_question_asks_it_and_waits_the_whole_time() -> None:
    silent = watch()
    assert silent.decide(1400.0) == "ask"
    assert silent.decide(1410.0 - MS) == "wait"
    assert silent.decide(1410.0) == "give up"


def test_who_slept_over_the_answer_asks_again() -> None:
    for late_s, verdict in ((10.0, "give up"), (10.0 + MS, "ask")):
        silent = watch()
        silent.decide(1025.0)
        assert silent.decide(1035.0 + late_s) == verdict
    silent = watch()
    silent.decide(1025.0)
    assert silent.decide(5000.0) == "ask"
    assert silent.decide(5010.0) == "give up"


def test_who_is_always_late_asks_once_more_and_then_gives_up() -> None:
    silent = watch()
    assert [silent.decide(now_s) for now_s in (2000.0, 3000.0, 4000.0)] == ["ask", "ask", "give up"]


def test_an_answer_gives_the_next_silence_its_second_question_again() -> None:
    silent = watch()
    assert [silent.decide(now_s) for now_s in (2000.0, 3000.0)] == ["ask", "ask"]
    silent.heard(3001.0)
    assert [silent.decide(now_s) for now_s in (4000.0, 5000.0, 6000.0)] == ["ask", "ask", "give up"]
