"""What a file is told to be, by its name and its bytes; and that nothing in it is ever believed too much."""

import json
from typing import Any

import pytest

from expbench.domain.previews.preview import HEAD, PICTURE, Preview, Room, preview_of
from tests.domain.previews.pictures import SIGNATURE, png

ROOM = Room(40, 20)


def look(path: str, data: bytes, size: int | None = None) -> Preview:
    return preview_of(path, len(data) if size is None else size, lambda most: data[:most], ROOM)


@pytest.mark.parametrize(
    ("path", "data", "kind"),
    [
        ("a.txt", b"text", "text"),
        ("a", b"", "text"),
        ("A.JSON", b'{"a": [1]}', "json"),
        ("a.json", b"no json", "text"),
        ("a.csv", b"a,b\n1,x\n", "csv"),
        ("a.tsv", b"a\tb\n1\tx\n", "csv"),
        ("a.csv", b'"torn', "text"),
        ("a.md", b"# head", "markdown"),
        ("a.csv", b"1,2\n3,4\n", "matrix"),
        ("a.json", b"[[1,2],[3,4]]", "matrix"),
        ("a.pkl", b"\x80\x04\x95\x00", "binary"),
        ("a.txt", bytes(range(128, 255)) * 3, "binary"),
        ("a.txt", "späße 中文".encode(), "text"),
        ("a.txt", "mostly text with one byte \udcff".encode("utf-8", "surrogateescape") + b"x" * 50, "text"),
        ("a.txt", b"\x01\x02\x03\x04", "binary"),
        ("a.log", b"\x1b[31mred\x1b[0m\n", "text"),
        ("roc.bin", png([bytes(3)], 1), "image"),
        ("roc.png", b"no picture", "text"),
        ("roc.png", SIGNATURE + b"\0" * 30, "image"),
    ],
)
def test_what_it_is(path: str, data: bytes, kind: str) -> None:
    assert look(path, data).kind == kind


def test_json_is_laid_out() -> None:
    assert look("a.json", b'{"b":[1,{"c":null}],"a":"\\u001b"}').text == (
        '{\n  "b": [\n    1,\n    {\n      "c": null\n    }\n  ],\n  "a": "\\u001b"\n}'
    )


def test_json_that_is_none_is_text_with_a_reason() -> None:
    found = look("a.json", b"{")
    assert found.text == "{"
    assert found.trouble.startswith("it is no JSON: ")


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 50_000, b"[" * 3000 + b"]" * 3000, b"1" * 10_000])
def test_json_that_is_made_to_hurt(data: bytes) -> None:
    assert look("a.json", data).kind in ("text", "json")


def test_a_beginning_is_called_one() -> None:
    found = look("a.txt", b"line\n" * 100_000)
    assert not found.whole
    assert found.text.endswith("line")
    assert len(found.text) <= HEAD


def test_the_beginning_of_a_table_is_a_table() -> None:
    found = look("a.csv", b"step,loss\n" + b"1,0.5\n" * 100_000)
    assert (found.kind, found.whole) == ("csv", False)
    assert len(found.rows) == 1000


def test_of_a_long_table_the_first_rows() -> None:
    found = look("a.csv", b"step,name\n" + b"1,x\n" * 2000)
    assert found.trouble == "the first 1,000 of 2,001 rows"


def test_bytes_become_a_dump() -> None:
    found = look("a.bin", bytes(range(20)))
    assert found.text.splitlines()[0] == ("000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................")
    assert found.text.splitlines()[1].startswith("000010  10 11 12 13 ")


def test_a_picture_and_what_is_wrong_with_one() -> None:
    found = look("a.png", png([bytes([1, 2, 3])], 1))
    assert found.picture is not None
    assert found.picture.points[0][0] == (1, 2, 3)
    assert look("a.png", SIGNATURE).trouble == "it is cut short"


def test_no_more_is_read_than_is_looked_at() -> None:
    asked: list[int] = []

    def read(most: int) -> bytes:
        asked.append(most)
        return (SIGNATURE + bytes(HEAD))[:most]

    assert preview_of("a.png", PICTURE + 1, read, ROOM).trouble == "the file is too large to be shown here"
    assert max(asked) <= PICTURE


def matrix(path: str, text: str) -> Any:
    found = look(path, text.encode()).matrix
    return None if found is None else (found.labels, found.numbers)


@pytest.mark.parametrize(
    ("text", "labels", "numbers"),
    [
        ("1,2\n3,4\n", ["0", "1"], [[1, 2], [3, 4]]),
        (",cat,dog\ncat,10,2\ndog,3,4\n", ["cat", "dog"], [[10, 2], [3, 4]]),
        ("true,0,1\n0,10,2\n1,3,4\n", ["0", "1"], [[10, 2], [3, 4]]),
        ("cat,dog\n10,2\n3,4\n", ["cat", "dog"], [[10, 2], [3, 4]]),
        ("0.5,-1e3\n\n0,1\n", ["0", "1"], [[0.5, -1000.0], [0, 1]]),
    ],
)
def test_square_tables_are_matrices(text: str, labels: list[str], numbers: list[list[float]]) -> None:
    assert matrix("a.csv", text) == (labels, numbers)


@pytest.mark.parametrize(
    "text",
    [
        "epoch,loss,acc\n1,0.5,0.2\n2,0.4,0.6\n",
        "epoch,loss,acc\n1,0.5,0.2\n2,0.4,0.6\n3,0.3,0.7\n",
        "1,2\n3,nan\n",
        "1,2\n3,inf\n",
        "1,2\n3,x\n",
        "1\n",
        "",
        "1,2\n3\n",
        "a,b\nc,d\n",
    ],
)
def test_other_tables_are_none(text: str) -> None:
    assert matrix("a.csv", text) is None


@pytest.mark.parametrize(
    ("document", "labels"),
    [
        ([[1, 2], [3, 4]], ["0", "1"]),
        ({"labels": ["a", "b"], "matrix": [[1, 2], [3, 4]]}, ["a", "b"]),
        ({"classes": ["a"], "counts": [[1, 2], [3, 4]], "n": 4}, ["0", "1"]),
    ],
)
def test_matrices_in_json(document: Any, labels: list[str]) -> None:
    assert matrix("a.json", json.dumps(document)) == (labels, [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    "document",
    [
        {"a": [[1, 2], [3, 4]], "b": [[1, 2], [3, 4]]},
        [[True, False], [True, True]],
        [[1, 2], [3, None]],
        [[1, 2], "ab"],
        [[10**400, 1], [1, 1]],
        {"a": {"b": [[1, 2], [3, 4]]}},
        3,
    ],
)
def test_other_json_is_none(document: Any) -> None:
    assert matrix("a.json", json.dumps(document)) is None


def test_a_matrix_too_large_for_a_screen_is_a_table() -> None:
    row = ",".join("1" for _ in range(200))
    assert look("a.csv", ("\n".join([row] * 200)).encode()).kind == "csv"
