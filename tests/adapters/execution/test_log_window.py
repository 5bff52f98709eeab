"""Looking into a log: any place of it, while it grows, is cut short, is replaced, or is no file at all."""

import os
from pathlib import Path
from unittest import mock

import pytest

from expbench.adapters.execution.log_window import BLOCK, LogWindow


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "out.log"


def window(log: Path) -> LogWindow:
    return LogWindow(str(log.parent))


def test_pieces_across_blocks(log: Path) -> None:
    data = os.urandom(3 * BLOCK + 17)
    log.write_bytes(data)
    looked = window(log)
    assert looked.size() == len(data)
    for start, end in [(0, 10), (BLOCK - 3, BLOCK + 3), (0, len(data)), (len(data) - 5, len(data) + 99), (7, 7)]:
        assert looked.read(start, end) == data[start:end]


def test_nothing_was_printed_yet(log: Path) -> None:
    looked = window(log)
    assert (looked.size(), looked.read(0, 10)) == (0, b"")
    log.write_bytes(b"now")
    assert (looked.size(), looked.read(0, 10)) == (3, b"now")


def test_it_grows(log: Path) -> None:
    log.write_bytes(b"a" * BLOCK)
    looked = window(log)
    looked.size()
    assert looked.read(BLOCK - 1, BLOCK + 5) == b"a"
    with log.open("ab") as file:
        file.write(b"bcd")
    assert looked.read(BLOCK - 1, BLOCK + 5) == b"a"  # as it was looked at
    looked.size()
    assert looked.read(BLOCK - 1, BLOCK + 5) == b"abcd"


def test_it_is_cut_short_and_written_anew(log: Path) -> None:
    log.write_bytes(b"a" * (BLOCK + 10))
    looked = window(log)
    looked.size()
    looked.read(0, BLOCK)
    log.write_bytes(b"b" * 5)
    assert looked.size() == 5
    assert looked.read(0, 100) == b"bbbbb"


def test_it_is_replaced(log: Path) -> None:
    log.write_bytes(b"a" * (BLOCK + 10))
    looked = window(log)
    looked.size()
    looked.read(0, BLOCK)
    other = log.with_name("other")
    other.write_bytes(b"b" * (BLOCK + 10))
    other.rename(log)
    assert looked.size() == BLOCK + 10
    assert looked.read(0, 3) == b"bbb"


def test_it_goes_away_while_it_is_looked_at(log: Path) -> None:
    log.write_bytes(b"text")
    looked = window(log)
    looked.size()
    log.unlink()
    assert (looked.size(), looked.read(0, 4)) == (0, b"")


def test_what_is_no_regular_file_is_empty(log: Path) -> None:
    os.mkfifo(log)
    assert window(log).size() == 0
    log.unlink()
    log.symlink_to("/etc/passwd")
    assert window(log).size() == 0
    log.unlink()
    log.mkdir()
    assert window(log).size() == 0


def test_whole_blocks_are_read_once_and_few_are_kept(log: Path) -> None:
    with log.open("wb") as file:
        file.truncate(100 * BLOCK)
    looked = window(log)
    looked.size()
    with mock.patch("os.pread", wraps=os.pread) as reading:
        for _ in range(3):
            looked.read(0, 10)
        assert reading.call_count == 1
        for number in range(100):
            looked.read(number * BLOCK, number * BLOCK + 1)
        assert reading.call_count == 100
    assert len(looked._blocks) <= 16


def test_closing_lets_go_of_the_file(log: Path) -> None:
    log.write_bytes(b"x")
    looked = window(log)
    looked.size()
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 1
    looked.close()
    looked.close()
    assert not os.path.isdir("/proc/self/fd") or len(os.listdir("/proc/self/fd")) == before - 1
    assert looked.size() == 1
