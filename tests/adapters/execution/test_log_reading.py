"""`out.log` read line by line, and what stands in its place in a store that came from elsewhere."""

import os
from pathlib import Path

from expbench.adapters.execution.log_reading import read_lines


def test_whole_lines_and_the_last_one_without_its_end(tmp_path: Path) -> None:
    (tmp_path / "out.log").write_bytes(b"one\n\xfftwo\nthree")
    assert list(read_lines(str(tmp_path), None)) == ["one", "\udcfftwo", "three"]


def test_nothing_was_printed(tmp_path: Path) -> None:
    assert list(read_lines(str(tmp_path), None)) == []


def test_it_is_followed_to_the_end(tmp_path: Path) -> None:
    """What came between the last look and the end is read, too."""
    log = tmp_path / "out.log"
    log.write_text("one\n")
    left = [True, False]

    def alive() -> bool:
        with log.open("a") as file:
            file.write(f"{len(left)} more\n")
        return left.pop(0)

    assert list(read_lines(str(tmp_path), alive)) == ["one", "2 more", "1 more"]


def test_a_planted_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "out.log")
    assert list(read_lines(str(tmp_path), None)) == []


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("not of this run\n")
    (tmp_path / "out.log").symlink_to("secret")
    assert list(read_lines(str(tmp_path), None)) == []
