"""What alarms rest on: the pulse and the last values of live runs, from files that may go at any moment."""

import os
import shutil
from pathlib import Path

import pytest

from expbench.adapters.series.names import file_name
from expbench.bootstrap.vitals import vitals_of
from expbench.bootstrap.workplace import Workplace, open_workplace
from tests.cli.series_in_store import START, add_run, store_at

RUN = "aaaabbbbcccc"
SERIES = {"loss": [float(step) for step in range(20)], "acc": [0.5, 0.6], "system/cpu": [1.0] * 40}


@pytest.fixture
def place(repository: Path) -> Workplace:
    add_run(store_at(repository), RUN, "one", SERIES)
    return open_workplace(str(repository))


def series_file(place: Workplace, key: str) -> Path:
    return Path(place.store.run_dir(RUN), "metrics", file_name(key, "api"))


def test_the_pulse_is_that_of_the_busiest_series_that_the_run_logs_itself(place: Workplace) -> None:
    os.utime(series_file(place, "loss"), (START, START))
    os.utime(series_file(place, "acc"), (START + 50, START + 50))
    os.utime(series_file(place, "system/cpu"), (START + 900, START + 900))
    pulse = vitals_of(place).pulse(RUN)
    assert pulse is not None
    assert (pulse.last_at, pulse.usual_s, pulse.longest_s) == (START + 50, 1.0, 1.0)


def test_the_last_values_of_a_metric(place: Workplace) -> None:
    recent = vitals_of(place).recent
    assert list(recent(RUN, "loss")) == [15.0, 16.0, 17.0, 18.0, 19.0]
    assert list(recent(RUN, "acc")) == [0.5, 0.6]
    assert list(recent(RUN, "never")) == []


def test_a_run_that_logs_nothing_and_one_that_nobody_knows_have_no_pulse(place: Workplace, repository: Path) -> None:
    add_run(store_at(repository), "bbbbccccdddd", "two", {"system/cpu": [1.0] * 9})
    vitals = vitals_of(place)
    for run_id in ("bbbbccccdddd", "zzzzzzzzzzzz"):
        assert vitals.pulse(run_id) is None
        assert list(vitals.recent(run_id, "loss")) == []


def test_a_file_that_goes_between_two_looks_is_nothing(place: Workplace) -> None:
    vitals = vitals_of(place)
    assert vitals.pulse(RUN)
    series_file(place, "loss").unlink()
    assert vitals.pulse(RUN) is None
    assert list(vitals.recent(RUN, "loss")) == []
    assert list(vitals.recent(RUN, "acc")) == [0.5, 0.6]


def test_a_run_that_goes_meanwhile_is_nothing(place: Workplace) -> None:
    vitals = vitals_of(place)
    shutil.rmtree(place.store.run_dir(RUN))
    assert vitals.pulse(RUN) is None
    assert list(vitals.recent(RUN, "loss")) == []


def test_a_torn_point_at_the_end_is_not_read(place: Workplace) -> None:
    with series_file(place, "loss").open("ab") as file:
        file.write(b"torn")
    assert list(vitals_of(place).recent(RUN, "loss")) == [15.0, 16.0, 17.0, 18.0, 19.0]
