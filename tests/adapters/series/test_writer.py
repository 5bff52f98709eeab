"""Appending points: nothing acknowledged is lost, whoever writes beside us and whenever we die."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from expbench.adapters.series.names import file_name
from expbench.adapters.series.reader import find_series, read_points
from expbench.adapters.series.writer import EAGER, LOOK_S, OPEN_FILES, SeriesWriter
from expbench.domain.series import RECORD


def values_of(metrics_dir: Path, key: str) -> list[float]:
    return list(read_points(find_series(str(metrics_dir), {})[key]).values)


def steps_of(metrics_dir: Path, key: str) -> list[int]:
    return list(read_points(find_series(str(metrics_dir), {})[key]).steps)


@pytest.fixture
def writer(tmp_path: Path) -> SeriesWriter:
    return SeriesWriter(str(tmp_path / "metrics"), "api")


def test_steps_count_from_zero_and_go_on_after_the_last(writer: SeriesWriter, tmp_path: Path) -> None:
    assert [writer.append("loss", 1.0), writer.append("loss", 0.5), writer.append("loss", 0.4, step=10)] == [0, 1, 10]
    assert writer.append("loss", 0.3) == 11
    assert steps_of(tmp_path / "metrics", "loss") == [0, 1, 10, 11]


def test_repeated_and_backward_steps_are_kept_in_order(writer: SeriesWriter, tmp_path: Path) -> None:
    for step in (5, 5, 3, -2):
        writer.append("loss", float(step), step=step)
    assert steps_of(tmp_path / "metrics", "loss") == [5, 5, 3, -2]


def test_many_series_need_few_files(writer: SeriesWriter, tmp_path: Path) -> None:
    for key in range(OPEN_FILES * 3):
        writer.append(f"m{key}", 1.0)
        writer.append(f"m{key % 7}", 2.0)
    assert len(writer._open) <= OPEN_FILES
    assert len(find_series(str(tmp_path / "metrics"), {})) == OPEN_FILES * 3


def test_a_torn_record_is_cut_off_before_the_next(writer: SeriesWriter, tmp_path: Path) -> None:
    writer.append("loss", 1.0)
    path = tmp_path / "metrics" / file_name("loss", "api")
    path.write_bytes(path.read_bytes() + b"\x01\x02\x03")
    assert writer.append("loss", 2.0) == 1
    assert values_of(tmp_path / "metrics", "loss") == [1.0, 2.0]


def test_threads_and_writers_share_a_series(writer: SeriesWriter, tmp_path: Path) -> None:
    other = SeriesWriter(str(tmp_path / "metrics"), "api")
    threads = [
        threading.Thread(target=lambda w=w: [w.append("loss", 1.0) for _ in range(200)])
        for w in (writer, writer, other, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert steps_of(tmp_path / "metrics", "loss") == list(range(800))


def test_a_forked_child_writes_beside_its_parent(writer: SeriesWriter, tmp_path: Path) -> None:
    writer.append("loss", 0.0)
    child = os.fork()
    if not child:
        for _ in range(100):
            writer.append("loss", 1.0)
        os._exit(0)
    for _ in range(100):
        writer.append("loss", 2.0)
    assert os.waitpid(child, 0)[1] == 0
    assert steps_of(tmp_path / "metrics", "loss") == list(range(201))


def test_a_symlink_in_place_of_a_series_is_not_followed(writer: SeriesWriter, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("keep")
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / file_name("loss", "api")).symlink_to(target)
    with pytest.raises(OSError, match="symbolic"):
        writer.append("loss", 1.0)
    assert target.read_text() == "keep"


LOGGER = """
import sys
from expbench.adapters.series.writer import SeriesWriter
writer = SeriesWriter(sys.argv[1], "api")
for number in range(10**9):
    writer.append("loss", float(number))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("trial", range(5))
def test_what_was_acknowledged_survives_sigkill(tmp_path: Path, trial: int) -> None:
    wanted = random.Random(trial).randrange(1, 400)
    with subprocess.Popen(
        [sys.executable, "-c", LOGGER, str(tmp_path / "metrics")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        acknowledged = [process.stdout.readline() for _ in range(wanted)]
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.readlines()
    last = int([line for line in acknowledged if line.endswith("\n")][-1])
    assert values_of(tmp_path / "metrics", "loss")[: last + 1] == [float(number) for number in range(last + 1)]


def test_a_full_disk_loses_the_point_that_failed_and_no_other(tmp_path: Path) -> None:
    code = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (24 * 3 + 10, resource.RLIM_INFINITY))
from expbench.adapters.series.writer import SeriesWriter
writer = SeriesWriter({str(tmp_path / "metrics")!r}, "api")
for number in range(3):
    writer.append("loss", float(number))
for number in range(2):
    try:
        writer.append("loss", 9.0)
    except OSError as error:
        print(error.errno)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(writer.append("loss", 3.0))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(done.stdout.split()) == 3
    assert done.stdout.split()[-1] == "3"
    assert values_of(tmp_path / "metrics", "loss") == [0.0, 1.0, 2.0, 3.0]
    assert (tmp_path / "metrics" / file_name("loss", "api")).stat().st_size == 4 * RECORD.size


def test_a_short_write_is_completed_or_taken_back_with_the_true_cause(tmp_path: Path) -> None:
    """A limit in the midst of a record: the error is the system's own, not a guess."""
    code = f"""
import errno, resource
resource.setrlimit(resource.RLIMIT_FSIZE, (24 * 3 + 10, resource.RLIM_INFINITY))
from expbench.adapters.series.writer import SeriesWriter
writer = SeriesWriter({str(tmp_path / "metrics")!r}, "api")
for number in range(3):
    writer.append("loss", float(number))
for number in range(2):
    try:
        writer.append("loss", 9.0)
    except OSError as error:
        print(errno.errorcode[error.errno])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["EFBIG", "EFBIG"]


def test_a_deleted_series_is_begun_anew(writer: SeriesWriter, tmp_path: Path) -> None:
    writer.append("loss", 1.0)
    (tmp_path / "metrics" / file_name("loss", "api")).unlink()
    writer.append("loss", 2.0)
    assert values_of(tmp_path / "metrics", "loss") == [2.0]


def test_the_file_of_a_fast_loop_is_looked_for_again_in_a_tenth_of_a_second(
    writer: SeriesWriter, tmp_path: Path
) -> None:
    """Time is that of the points: here it stands still, then goes on, then jumps back."""
    for _ in range(2 * EAGER):
        writer.append("loss", 1.0, at=1000.0)
    (tmp_path / "metrics" / file_name("loss", "api")).unlink()
    writer.append("loss", 2.0, at=1000.0 + LOOK_S / 2)
    writer.append("loss", 3.0, at=1000.0 + LOOK_S * 1.01)
    assert values_of(tmp_path / "metrics", "loss") == [3.0]
    (tmp_path / "metrics" / file_name("loss", "api")).unlink()
    writer.append("loss", 4.0, at=10.0)
    assert values_of(tmp_path / "metrics", "loss") == [4.0]


def test_a_fast_loop_asks_for_the_state_of_its_file_a_few_times_only(
    writer: SeriesWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = os.fstat

    def counted(file: int) -> os.stat_result:
        asked.append(file)
        return real(file)

    monkeypatch.setattr(os, "fstat", counted)
    for number in range(10_000):
        writer.append("loss", 1.0, number, 1000.0 + number / 100_000)  # a tenth of a second in all
    assert EAGER <= len(asked) <= EAGER + 2


def test_a_deleted_run_is_not_made_again(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    writer = SeriesWriter(str(run / "metrics"), "api")
    writer.append("loss", 1.0)
    shutil.rmtree(run)
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            writer.append("loss", 2.0)
    assert not run.exists()


def test_the_step_after_the_largest_is_refused(writer: SeriesWriter) -> None:
    assert writer.append("loss", 1.0, step=2**63 - 1) == 2**63 - 1
    with pytest.raises(OverflowError, match="64 bits"):
        writer.append("loss", 1.0)


def test_a_handler_of_a_signal_may_log_while_its_thread_is_logging(writer: SeriesWriter, tmp_path: Path) -> None:
    before = signal.signal(signal.SIGALRM, lambda *_: writer.append("loss", 1.0) and None)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0005)
    try:
        for _ in range(20_000):
            writer.append("loss", 2.0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert values_of(tmp_path / "metrics", "loss").count(2.0) == 20_000
