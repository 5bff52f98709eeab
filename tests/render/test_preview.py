"""Previews drawn: half blocks, heat tables, tables, Markdown; never more colour than wanted, nothing raw."""

import re

import pytest

from expbench.domain.previews.matrix import Matrix
from expbench.domain.previews.preview import Preview, Room, preview_of
from expbench.domain.previews.shrinking import Picture
from expbench.render.preview import preview_document, preview_lines, preview_title
from expbench.render.printable import width
from expbench.render.style import PLAIN, Style
from tests.render.test_printable import raw

COLOURED = Style(colour=True, width=60, unicode=True)
ASCII = Style(colour=True, width=60, unicode=False)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
BLACK, WHITE, RED = (0, 0, 0), (255, 255, 255), (255, 0, 0)


def bare(lines: list[str]) -> list[str]:
    return [COLOURS.sub("", line) for line in lines]


def text(kind: str, words: str) -> Preview:
    return Preview(kind, words)  # type: ignore[arg-type]  # the kinds of the test


def test_two_points_are_one_cell() -> None:
    picture = Picture(2, 4, [[BLACK, RED], [WHITE, RED], [BLACK, BLACK], [BLACK, BLACK]])
    assert preview_lines(Preview("image", picture=picture), COLOURED) == [
        "\x1b[38;5;16;48;5;231m▀\x1b[0m\x1b[38;5;196;48;5;196m▀\x1b[0m",
        "\x1b[38;5;16;48;5;16m▀▀\x1b[0m",
    ]


def test_an_odd_line_of_points_at_the_end() -> None:
    picture = Picture(1, 3, [[BLACK], [BLACK], [WHITE]])
    assert len(preview_lines(Preview("image", picture=picture), COLOURED)) == 2


def test_greys_are_told_apart() -> None:
    picture = Picture(1, 2, [[(128, 128, 128)], [(138, 138, 138)]])
    assert preview_lines(Preview("image", picture=picture), COLOURED) == ["\x1b[38;5;244;48;5;245m▀\x1b[0m"]


@pytest.mark.parametrize("style", [PLAIN, ASCII], ids=["no colour", "ascii"])
def test_without_colour_or_blocks_ink_stands_for_darkness(style: Style) -> None:
    picture = Picture(3, 2, [[BLACK, (128, 128, 128), WHITE], [BLACK, (128, 128, 128), WHITE]])
    assert preview_lines(Preview("image", picture=picture), style) == ["@+"]


def test_a_picture_that_can_not_be_shown() -> None:
    assert preview_lines(Preview("image", trouble="it is cut short"), PLAIN) == ["it is cut short"]


MATRIX = Matrix(["cat", "dog"], [[100, 0], [4, 0.25]])


def test_a_matrix_is_its_numbers() -> None:
    assert preview_lines(Preview("matrix", matrix=MATRIX), PLAIN) == [
        "      cat   dog",
        "cat    100     0",
        "dog      4  0.25",
    ]


def test_a_matrix_has_shades_and_the_same_numbers() -> None:
    lines = preview_lines(Preview("matrix", matrix=MATRIX), COLOURED)
    assert "\x1b[38;5;231;48;5;19m  100 \x1b[0m" in lines[1]
    assert "\x1b[38;5;16;48;5;255m    0 \x1b[0m" in lines[1]
    assert [word for line in bare(lines) for word in line.split()] == [
        "cat", "dog", "cat", "100", "0", "dog", "4", "0.25",
    ]  # fmt: skip


def test_a_matrix_of_zeros() -> None:
    zeros = Matrix(["a", "b"], [[0, 0], [0, 0]])
    assert preview_lines(Preview("matrix", matrix=zeros), COLOURED)


def test_columns_of_a_matrix_that_do_not_fit_are_counted() -> None:
    wide = Matrix([f"c{number}" for number in range(50)], [[1000.0] * 50] * 50)
    lines = preview_lines(Preview("matrix", matrix=wide), COLOURED)
    assert bare(lines)[-1] == "41 more columns"
    assert all(width(line) <= 60 for line in bare(lines))


def test_a_table() -> None:
    preview = Preview("csv", rows=[["step", "name"], ["1", "x"], ["20"]])
    assert preview_lines(preview, PLAIN) == ["step  name", "   1  x", "  20"]


def test_markdown_keeps_its_text() -> None:
    words = "# Head\n\n- item `x` [red]\n> quote\n```\n# code\n```\n1. one\n"
    lines = preview_lines(text("markdown", words), COLOURED)
    assert "\n".join(bare(lines)) == words
    assert lines[0] == "\x1b[1m# Head\x1b[0m"
    assert lines[5] == "\x1b[2m# code\x1b[0m"
    assert lines[2].startswith("\x1b[36m- \x1b[0m")
    assert preview_lines(text("markdown", words), PLAIN) == words.split("\n")


def test_what_is_not_whole_says_so() -> None:
    assert preview_lines(Preview("text", "a", whole=False, trouble="odd"), PLAIN) == [
        "a", "odd", "only the beginning is shown",
    ]  # fmt: skip


HOSTILE = "x\x1b[2J\x1b]0;t\x07\u202e\u200b[red][@click=app.quit]\r\n" + "中" * 50


@pytest.mark.parametrize("path", ["a.txt", "a.md", "a.csv", "a.json", "a.tsv", "a"])
def test_nothing_raw(path: str) -> None:
    for data in (
        HOSTILE,
        f"{HOSTILE},{HOSTILE}\n{HOSTILE},1\n",
        f'["{HOSTILE}"]',
        '["\\u001b[2J\\u202e"]',
        f"# {HOSTILE}",
    ):
        content = data.encode("utf-8", "surrogatepass")
        preview = preview_of(path, len(content), lambda most, content=content: content[:most], Room(40, 20))  # type: ignore[misc]  # a bound default
        for style in (COLOURED, PLAIN, ASCII):
            assert raw("\n".join(bare(preview_lines(preview, style))), newlines=True) == []


def test_labels_of_a_matrix_are_data() -> None:
    evil = Matrix([HOSTILE, "\x1b[2J"], [[1, 2], [3, 4]])
    lines = preview_lines(Preview("matrix", matrix=evil), COLOURED)
    assert raw("\n".join(bare(lines)), newlines=True) == []


def test_the_title() -> None:
    assert preview_title("a\x1b.png", 1234, Preview("image", picture=Picture(3, 4, [[BLACK]]))) == (
        "a\\x1b.png  1.2 kB, image, 3 x 4"
    )


def test_the_document_has_every_key() -> None:
    found = preview_document("a", 3, "ab", Preview("matrix", "1,2", rows=[["1"]], matrix=MATRIX, whole=False))
    assert found == {
        "path": "a", "size": 3, "sha256": "ab", "kind": "matrix", "whole": False, "trouble": None, "text": "1,2",
        "rows": [["1"]], "matrix": {"labels": ["cat", "dog"], "numbers": [[100, 0], [4, 0.25]]}, "image": None,
    }  # fmt: skip
    pictured = preview_document("a", 3, "ab", Preview("image", picture=Picture(3, 4, [])))
    assert pictured["image"] == {"width": 3, "height": 4}
    assert pictured["text"] is None
