"""Under LANG=C every byte of every screen, at three sizes, is ASCII."""

from pathlib import Path

import pytest

from tests.services.runs_in_memory import run
from tests.tui.gallery import gallery
from tests.tui.terminal import Terminal

# What is typed, what must then be on the screen, and what must have gone.
WAY = (
    ("a", "25 marked", ""),
    ("p", "@ F", ""),
    ("f", "\n filter ", ""),  # at the line's start, unlike the hint below
    ("ac\t", "\n filter  acc", ""),
    ("\x1b", "? help", "\n filter "),
    ("f", "\n filter ", ""),
    (">>", "can't be read", ""),
    ("\x1b", "? help", "can't be read"),
    ("s", "Sort by", ""),
    ("\x1b", "? help", "Sort by"),
    ("C", "Columns", ""),
    ("\x1b", "? help", "Columns"),
    ("b", "Group by", ""),
    ("exper\r", "grouped", "Group by"),
    ("\x1b", "? help", "grouped"),
    ("?", "Keys of runs", ""),
    ("G", "Keys of runs", ""),
    ("\x1b", "? help", "Keys of runs"),
    ("llhGg", "? help", ""),
    ("j", "warm-wren", ""),
    ("2", "pinned", ""),
    ("G", "Overview", ""),
    *(("]", word, "") for word in ("optimizer", "val/loss", "Code", "digits.csv", "3.11.7", "report.md")),
    ("j", "cat", ""),
    ("j", "png", ""),
    ("]", "epoch 0", ""),
    ("]", "data", ""),
    ("3", "+-----", "exp show"),
    ("i", "at step", ""),
    ("]", "[scatter]", ""),
    ("]", "[params]", ""),
    ("4", "differences", ""),
    ("a", "4 compare", ""),
    ("d", "next file", ""),
    ("q", "4 compare", "next file"),
    ("5", "gates of production", ""),
    ("6", "6 journal", ""),
    ("?", "Keys of journal", ""),
    ("\x1b", "6 journal", "Keys of journal"),
    ("1", "1 runs", ""),
)


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 30), (200, 50)])
def test_every_byte_is_ascii(tmp_path: Path, columns: int, lines: int) -> None:
    place = gallery(tmp_path)
    place.store.create(run("zzzz00000000", "größe-日本", 14, tags=["é"], params={"ä": "ö"}))
    terminal = Terminal(tmp_path, "tui", columns=columns, lines=lines, env={"LANG": "C", "LC_ALL": "C"})
    terminal.shows("25 runs")
    for keys, comes, goes in WAY:
        terminal.type(keys)
        terminal.shows(comes)
        terminal.loses(goes)
        terminal.read(0.1)
        bad = [piece for piece in terminal.raw.split(b"\x1b") if not piece.isascii()]
        assert not bad, f"after {keys!r}: {bad[:5]}"
    terminal.type("q")
    assert terminal.code() == 0
