"""Tables: aligned, never wider than allowed, never raw."""

import time

from hypothesis import given
from hypothesis import strategies as st

from expbench.render.printable import width
from expbench.render.style import PLAIN, Style
from expbench.render.table import Cell, Column, csv_text, numeric, table
from tests.render.test_printable import anything, raw

COLUMNS = [Column("name"), numeric("acc"), Column("note")]


def cells(*texts: str) -> list[Cell]:
    return [Cell(text) for text in texts]


def test_columns_are_aligned_in_cells_and_numbers_stand_right() -> None:
    rows = [cells("brisk", "0.98", "first"), cells("中文", "0.9812", ""), cells("e\u0301", "", "x")]
    assert table(COLUMNS, rows, PLAIN) == [
        "name      acc  note",
        "brisk    0.98  first",
        "中文   0.9812",
        "e\u0301              x",
    ]


def test_the_widest_text_column_gives_way_first_and_numbers_never() -> None:
    rows = [cells("a-very-long-name-indeed", "0.98123", "short")]
    assert table(COLUMNS, rows, Style(False, 28, True)) == [
        "name              acc  note",
        "a-very-long…  0.98123  short",
    ]


def test_columns_without_room_go_from_the_right_and_the_header_says_so() -> None:
    columns = [Column("id", shrinks=False), numeric("a"), numeric("b")]
    rows = [cells("7k3fq2m8", "1", "123456789012345")]
    assert table(columns, rows, Style(False, 20, True)) == ["id        a  +1…", "7k3fq2m8  1"]


def test_in_a_pipe_nothing_is_clipped_and_a_monster_pads_nobody() -> None:
    lines = table([Column("name"), Column("x")], [cells("n" * 5000, "1"), cells("b", "2")], PLAIN)
    assert lines[1] == "n" * 5000 + "  1"
    assert len(lines[2]) < 100


def test_colour_is_painted_around_the_text_and_not_the_padding() -> None:
    lines = table(
        [Column("s"), Column("x")], [[Cell("ok", "good"), Cell("1")], cells("longer", "2")], Style(True, 80, True)
    )
    assert lines[1] == "\x1b[32mok\x1b[0m      1"


def test_without_columns_or_rows() -> None:
    assert table([], [], PLAIN) == []
    assert table([Column("name")], [], PLAIN) == ["name"]
    assert table([Column("name")], [], PLAIN, header=False) == []


@given(
    st.lists(st.tuples(anything, anything, anything), max_size=5),
    st.tuples(anything, anything, anything),
    st.integers(1, 60),
    st.booleans(),
)
def test_every_line_fits_and_none_is_raw(
    rows: list[tuple[str, str, str]], headers: tuple[str, str, str], wide: int, unicode: bool
) -> None:
    columns = [Column(headers[0]), numeric(headers[1]), Column(headers[2])]
    for line in table(columns, [cells(*row) for row in rows], Style(False, wide, unicode)):
        assert width(line) <= wide
        assert raw(line) == []


def test_a_table_of_megabyte_names_is_drawn_at_once() -> None:
    rows = [cells("\x1b" * 1_000_000, "1", "中" * 1_000_000) for _ in range(20)]
    begin = time.process_time()
    table(COLUMNS, rows, Style(False, 80, True))
    assert time.process_time() - begin < 2


def test_csv_quotes_what_must_be_quoted_and_is_never_raw() -> None:
    assert (
        csv_text(["id", "note"], [["1", 'say "hi", ok'], ["2", "a\nb\x1b"]])
        == 'id,note\n1,"say ""hi"", ok"\n2,a\\nb\\x1b'
    )


@given(st.lists(st.lists(anything, min_size=2, max_size=2)))
def test_csv_is_never_raw(rows: list[list[str]]) -> None:
    assert raw(csv_text(["a", "b"], rows), newlines=True) == []
