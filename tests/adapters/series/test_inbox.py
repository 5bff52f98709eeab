"""`metrics.jsonl` becomes series: every whole line once, whoever is killed and whatever else lies there."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from expbench.adapters.series import inbox
from expbench.adapters.series.inbox import INBOX, NOTE, inbox_size, made, make, settle, warnings_of
from expbench.adapters.series.reader import find_series, read_points
from expbench.adapters.series.writer import SeriesWriter


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return tmp_path


def add(run: Path, *lines: Any) -> None:
    with (run / INBOX).open("ab") as file:
        for line in lines:
            file.write(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")


def fold(run: Path, *, is_over: bool = False, folder: str = "metrics") -> inbox.Made:
    return make(str(run), str(run / folder), is_over=is_over)


def points(run: Path, key: str, folder: str = "metrics") -> list[tuple[int, float]]:
    found = find_series(str(run / folder), made(str(run / folder)).long_keys)
    if key not in found:
        return []
    read = read_points(found[key])
    return list(zip(read.steps, read.values, strict=True))


def changed(**fields: Any) -> bytes:
    """A note as it may be beside two points, but for these fields."""
    note = inbox.Made(24, 2, {"loss": 2}, {"loss": 1}, {}, 0, [])._asdict()
    return json.dumps({**note, **fields}).encode()


def test_lines_become_points_in_their_order(run: Path) -> None:
    add(run, {"loss": 3, "acc": 1, "step": 5}, {"loss": 2, "step": 4}, {"loss": 1}, b"\n", {"acc": 2})
    done = fold(run)
    assert points(run, "loss") == [(5, 3.0), (4, 2.0), (5, 1.0)]
    assert points(run, "acc") == [(5, 1.0), (6, 2.0)]
    assert (done.bad, warnings_of(done)) == (0, [])


def test_times_are_those_of_the_lines_else_of_the_file(run: Path) -> None:
    add(run, {"loss": 1, "time": 1000.5}, {"loss": 2})
    os.utime(run / INBOX, (0, 2000.25))
    fold(run)
    assert list(read_points(find_series(str(run / "metrics"), {})["loss"]).times) == [1000.5, 2000.25]


def test_only_what_is_new_is_read(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(run, {"loss": 1}, {"loss": 2})
    size = fold(run).size
    monkeypatch.setattr(inbox, "parse_line", lambda line: 1 / 0)
    assert fold(run).size == size
    monkeypatch.undo()
    add(run, {"loss": 3})
    fold(run)
    assert points(run, "loss") == [(0, 1.0), (1, 2.0), (2, 3.0)]


def test_a_line_without_its_end_waits_until_it_has_one_or_all_is_over(run: Path) -> None:
    add(run, {"loss": 1}, b'{"loss": 2')
    assert fold(run).bad == 0
    assert points(run, "loss") == [(0, 1.0)]
    add(run, b"}\n", b'{"loss": 3}')
    fold(run)
    assert points(run, "loss") == [(0, 1.0), (1, 2.0)]
    assert fold(run, is_over=True).bad == 0
    assert points(run, "loss") == [(0, 1.0), (1, 2.0), (2, 3.0)]


def test_hostile_lines_are_counted_and_named_and_harm_no_other(run: Path) -> None:
    add(run, {"loss": 1}, b"garbage\n", b"\xff\xfe\n", b'{"loss": "x"}\n', b"[" * 5000 + b"\n", {"loss": 2})
    add(run, b"\x00" * 100 + b"\n", b'{"torn": ')
    done = fold(run, is_over=True)
    assert points(run, "loss") == [(0, 1.0), (1, 2.0)]
    assert done.bad == 6
    (text,) = warnings_of(done)
    assert text.startswith("6 lines of metrics.jsonl were not recorded: line 2: it is no JSON; ")
    assert text.endswith(" and 3 more")


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the memory used")
def test_a_monstrous_line_takes_no_memory_and_no_other_line_with_it(run: Path) -> None:
    add(run, {"loss": 1}, b'{"a":1}' * 3_000_000, b"\n", {"loss": 2})
    code = (
        "import sys; from expbench.adapters.series.inbox import make\n"
        "make(sys.argv[1], sys.argv[1] + '/metrics', is_over=False)\n"
        # Not ru_maxrss: that begins with the size of whoever started this process.
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(run)], capture_output=True, text=True, check=True)
    assert points(run, "loss") == [(0, 1.0), (1, 2.0)]
    assert points(run, "a") == []
    assert int(done.stdout) < 100_000  # kB


@pytest.mark.parametrize("plant", ["link", "folder", "fifo"])
def test_what_is_no_regular_file_is_not_read(run: Path, plant: str) -> None:
    if plant == "link":
        (run / "elsewhere").write_bytes(b'{"loss": 1}\n')
        (run / INBOX).symlink_to(run / "elsewhere")
    elif plant == "folder":
        (run / INBOX).mkdir()
    else:
        os.mkfifo(run / INBOX)
    assert inbox_size(str(run)) == 0


def test_keys_that_no_file_name_holds(run: Path) -> None:
    add(run, {"k" * 400: 1, "": 2, "\ud800": 3, "損" * 100: 4})
    found = fold(run).long_keys
    assert set(found.values()) == {"k" * 400, "", "損" * 100}
    for number, key in enumerate(("k" * 400, "", "\ud800", "損" * 100), 1):
        assert points(run, key) == [(0, float(number))]


@pytest.mark.parametrize(
    "note",
    [
        *(b"", b"garbage", b"[]", b'{"size": "x"}', b'{"size": 1e9, "points": {}}', b"\xff", b'{"size": null}'),
        *(b"[" * 100_000, changed(size=-1), changed(lines=True), changed(bad=0.5), changed(points=[])),
        *(changed(points={"loss": -1}), changed(points=None), changed(steps={"loss": 2**63}), changed(steps=[])),
        *(changed(steps={"loss": None}), changed(long_keys=[]), changed(long_keys={"~1": 2}), changed(long_keys=7)),
        *(changed(faults={}), changed(faults=[1]), changed(more=1)),
    ],
)
def test_a_damaged_note_costs_reading_again(run: Path, note: bytes) -> None:
    add(run, {"loss": 1}, {"loss": 2})
    fold(run)
    (run / "metrics" / NOTE).write_bytes(note)
    add(run, {"loss": 3})
    fold(run)
    assert points(run, "loss") == [(0, 1.0), (1, 2.0), (2, 3.0)]


def test_a_crash_between_series_and_note_doubles_nothing(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(run, *({"loss": n, "acc": -n} for n in range(10)))
    fold(run)
    add(run, *({"loss": n, "acc": -n} for n in range(10, 20)))

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(inbox, "_note", crash)
    with pytest.raises(KeyboardInterrupt):
        fold(run)
    monkeypatch.undo()
    path = run / "metrics" / "acc.lines.pts"
    path.write_bytes(path.read_bytes()[:-30])  # and the second series was cut short
    add(run, {"loss": 20, "acc": -20})
    fold(run)
    assert points(run, "loss") == [(n, float(n)) for n in range(21)]
    assert points(run, "acc") == [(n, float(-n)) for n in range(21)]


FOLDER = """
import sys
from expbench.adapters.series.inbox import make
while True:
    make(sys.argv[1], sys.argv[2], is_over=False)
    print("once", flush=True)
"""


def test_two_readers_at_once_and_one_of_them_killed(run: Path) -> None:
    folder = run / "cache"
    add(run, {"loss": 0})
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", FOLDER, str(run), str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout is not None
        reader.stdout.readline()
    for number in range(1, 2000):
        add(run, {"loss": number})
        if number == 1000:
            readers[0].send_signal(signal.SIGKILL)
    fold(run, folder="cache")
    readers[1].kill()
    for reader in readers:
        reader.communicate()
    assert points(run, "loss", "cache") == [(number, float(number)) for number in range(2000)]


def test_at_the_end_its_series_are_those_of_the_command_line(run: Path) -> None:
    add(run, {"loss": 1}, {"both": 3})
    SeriesWriter(str(run / "metrics"), "cli").append("both", 2)
    fold(run, is_over=True)
    settle(str(run / "metrics"))
    assert points(run, "loss") == [(0, 1.0)]
    assert points(run, "both") == [(0, 2.0), (0, 3.0)]
    assert sorted(path.name for path in (run / "metrics").iterdir()) == ["both.cli.pts", NOTE, "loss.cli.pts"]
    settle(str(run / "metrics"))
    assert points(run, "both") == [(0, 2.0), (0, 3.0)]
