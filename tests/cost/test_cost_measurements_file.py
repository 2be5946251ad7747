"""``measurements.yaml``: every fault at its line, all of them at once, and what is right is read."""

from pathlib import Path

import pytest
from cost_worlds import DATA

from toolkit.cost.measurements import Known, Measurement, Sample, read_measurements
from toolkit.project import Faults

KNOWN = Known(options=["current", "ably"], environments={"production": "field"})
FREE = "cost_usd: {value: 0, unit: USD, grade: claim, source: test, as_of: 2026-11-01}"
GOOD = f"""measurements:
  - id: month
    what: watch it for a month
    option: current
    informs: [service_unavailability_min_per_month]
    metrics: [session_availability]
    environment: production
    sample: {{days: 30, events_per_day: 48}}
    {FREE}
"""


def read(folder: Path, text: str) -> tuple[list[Measurement], list[str]]:
    path = folder / "measurements.yaml"
    path.write_text(text)
    faults = Faults()
    found = read_measurements(path, faults, known=KNOWN)
    return found, [str(fault).removeprefix(str(folder) + "/") for fault in faults]


def test_a_measurement_is_read_as_it_stands(tmp_path: Path) -> None:
    (one,), faults = read(tmp_path, GOOD)
    assert faults == [] and (one.id, one.about, one.sample.counts) == ("month", ["current"], 30 * 48)


def test_a_folder_need_not_have_the_file(tmp_path: Path) -> None:
    faults = Faults()
    assert read_measurements(tmp_path / "measurements.yaml", faults, known=KNOWN) == [] and not faults.found


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("option: current", "option: curent", ":4: measurements[0].option: 'curent' is no option"),
        ("option: current", "options: [ably, abl]", ":4: measurements[0].options[1]: 'abl' is no"),
        ("[session_availability]", "[uptime]", ":6: measurements[0].metrics[0]: 'uptime' is no"),
        (
            "[service_unavailability_min_per_month]", "[latency_ms]",
            ":5: measurements[0].informs[0]: 'latency_ms' is no quantity of the cost model",
        ),
        ("production", "producton", ":7: measurements[0].environment: 'producton' is no environment"),
        ("days: 30", "days: 27", ":5: measurements[0].informs[0]: 27 days never give"),
        (
            "[service_unavailability_min_per_month]", "[migration_person_days]",
            ":5: measurements[0].informs[0]: migration_person_days is no share",
        ),
        ("{days: 30, events_per_day: 48}", "{days: 30, sd_after: 0.5}", "has 2 sizes; give exactly one of"),
        ("{days: 30, events_per_day: 48}", "{}", "has 0 sizes; give exactly one of"),
        ("{days: 30, events_per_day: 48}", "{events: 9, events_per_day: 4}", "events_per_day without days"),
        ("{days: 30, events_per_day: 48}", "{sd_after: 1.5}", "measurements[0].sample.sd_after"),
        ("unit: USD", "unit: EUR", "cost_usd is in 'EUR'; convert it to USD"),
        (FREE, "options: [ably]", "has both option and options"),
        (FREE, "person_days: null", "says no price; give cost_usd, person_days or both"),
        ("what: ", "colour: ", "measurements[0].colour: is not a known key"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_line(tmp_path: Path, right: str, wrong: str, fault: str) -> None:
    assert GOOD.count(right) == 1
    _, faults = read(tmp_path, GOOD.replace(right, wrong))
    assert any(fault in told for told in faults), faults


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    second = GOOD.replace("measurements:\n", "").replace("current", "nobody").replace("days: 30", "days: 3")
    _, faults = read(tmp_path, GOOD + second)
    assert len([fault for fault in faults if "stands twice" in fault]) == 2
    assert any("'nobody' is no option" in fault for fault in faults)
    assert any("3 days never give" in fault for fault in faults)


def test_a_quote_is_the_price_of_some_option(tmp_path: Path) -> None:
    quote = f"""measurements:
  - id: quote
    what: ask
    sample: {{price_ratio: {{p5: 0.5, p50: 0.8, p95: 1}}}}
    {FREE}
"""
    _, faults = read(tmp_path, quote)
    assert ":4: measurements[0].sample.price_ratio: is the price of no option" in faults[0]


def test_an_hour_counts_as_one_event_where_nobody_says_how_many() -> None:
    assert Sample(days=2.0).counts == 48
    assert Sample(events=7.0).counts == 7 and Sample(sd_after=0.5).counts is None


def test_every_price_of_the_file_that_ships_has_a_grade_and_a_source() -> None:
    faults = Faults()
    options = [path.stem for path in DATA.files("options")]
    found = read_measurements(
        DATA.measurements, faults, known=Known(options, {"lab": "lab", "production": "field"})
    )
    assert not faults.found, str(faults)
    assert found and all(one.cost_usd or one.person_days for one in found)


def test_a_measurement_of_what_the_folder_does_not_have_is_left_out_and_said_so(tmp_path: Path) -> None:
    found, faults = read(tmp_path, GOOD.replace("option: current", "option: elsewhere"))
    assert found == []
    assert faults == [
        "measurements.yaml:4: measurements[0].option: warning: 'elsewhere' is no option of this folder; "
        "the measurement is left out"
    ]
