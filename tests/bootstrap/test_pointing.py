"""Points from a shell: into the run that the environment names while it lives, and a reason where that can't be."""

from pathlib import Path

import pytest

from expbench.adapters.series.names import is_digest, stem_of
from expbench.bootstrap.pointing import log_points
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.events import Event
from expbench.errors import ExpError, UsageError
from tests.bootstrap.recorded import AT, RUN, recorded

LONG = "a-metric-" * 40


def environ(place: Workplace) -> dict[str, str]:
    return {"EXP_RUN_ID": RUN, "EXP_RUN_DIR": place.store.run_dir(RUN)}


def test_points_become_a_series_of_the_run(place: Workplace) -> None:
    log_points([("loss", 0.5), ("loss", 0.25), ("acc", 1.0)], None, environ(place))
    log_points([("loss", 0.125)], 9, environ(place))
    found = place.series(RUN)
    assert set(found) == {"loss", "acc"}
    assert found["loss"].size == 3 * found["acc"].size
    assert {series.source for series in found.values()} == {"cli"}


def test_a_key_too_long_for_a_file_name_is_told_by_the_journal(place: Workplace) -> None:
    assert is_digest(stem_of(LONG))
    log_points([(LONG, 1.0)], None, environ(place))
    assert LONG in place.series(RUN)


@pytest.mark.parametrize("missing", [("EXP_RUN_ID",), ("EXP_RUN_DIR",), ("EXP_RUN_ID", "EXP_RUN_DIR")])
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_outside_of_a_run_there_is_nothing_to_log_to(place: Workplace, missing: tuple[str, ...], how: str) -> None:
    given = {key: value for key, value in environ(place).items() if key not in missing}
    if how == "empty":
        given |= dict.fromkeys(missing, "")
    with pytest.raises(UsageError) as caught:
        log_points([("loss", 1.0)], None, given)
    error = caught.value
    assert (error.what, error.cause) == ("there is no run to log to", "EXP_RUN_DIR is not set")
    assert error.hint == "exp run -- sh train.sh"


def test_a_run_that_is_gone_takes_no_point(place: Workplace, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    with pytest.raises(UsageError) as caught:
        log_points([("loss", 1.0)], None, {**environ(place), "EXP_RUN_DIR": gone})
    assert caught.value.cause == f"{gone} is gone"
    assert not Path(gone).exists()


def test_a_run_that_has_ended_takes_no_point(repository: Path) -> None:
    place = open_workplace(str(repository))
    recorded(place)
    place.store.append(
        RUN, [Event("ended", AT, {"status": "finished", "exit_code": 0, "signal": None, "duration_s": 1.0})]
    )
    with pytest.raises(UsageError) as caught:
        log_points([("loss", 1.0)], None, environ(place))
    assert (caught.value.what, caught.value.cause) == (f"the run {RUN} has ended", "nothing more can be logged to it")
    assert place.series(RUN) == {}


def test_the_points_before_one_that_can_not_be_written_are_kept(place: Workplace) -> None:
    metrics = Path(place.store.run_dir(RUN)) / "metrics"
    metrics.mkdir()
    (metrics / "bad.cli.pts").mkdir()
    with pytest.raises(ExpError) as caught:
        log_points([("good", 1.0), ("bad", 2.0), ("never", 3.0)], None, environ(place))
    assert caught.value.what == "the point of bad can't be recorded"
    assert caught.value.hint == "df -h . && ls -ld .exp"
    assert "good" in place.series(RUN)
    assert "never" not in place.series(RUN)


def test_a_step_beyond_what_a_point_holds_is_an_error_and_no_point(place: Workplace) -> None:
    log_points([("loss", 1.0)], (1 << 63) - 1, environ(place))
    size = place.series(RUN)["loss"].size
    with pytest.raises(ExpError) as caught:
        log_points([("loss", 2.0)], None, environ(place))
    assert caught.value.cause == "the step is beyond 64 bits"
    assert caught.value.hint == "exp log-metric loss=0.31 --step 5", "the disk has nothing to do with it"
    assert place.series(RUN)["loss"].size == size
