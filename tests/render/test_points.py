"""Points as JSON and CSV: exact, strict, in pieces."""

import csv
import io
import json
import math
from array import array

from expbench.domain.series import Points
from expbench.render.points import csv_pieces, csv_start, json_pieces, points_table
from expbench.render.style import PLAIN

BLOCK = Points(array("q", [0, -(2**63)]), array("d", [1.5, math.inf]), array("d", [0.1, math.nan]))


def test_json_is_strict_and_exact() -> None:
    text = "[" + ",".join(json_pieces([BLOCK, BLOCK])) + "]"
    rows = json.loads(text, parse_constant=lambda word: 1 / 0)
    assert rows == [[0, 1.5, 0.1], [-(2**63), "Infinity", "NaN"]] * 2


def test_no_points_are_no_pieces() -> None:
    assert list(json_pieces([])) == []
    assert list(csv_pieces([])) == []


def test_a_long_block_comes_in_pieces() -> None:
    count = 10_000
    long = Points(array("q", range(count)), array("d", [0.0] * count), array("d", [1.0] * count))
    pieces = list(json_pieces([long]))
    assert len(pieces) == 3
    assert [row[0] for row in json.loads("[" + ",".join(pieces) + "]")] == list(range(count))


def test_csv_spells_what_is_not_finite_and_quotes_texts() -> None:
    text = "\n".join(csv_pieces([BLOCK], csv_start("id", 'a,"b"\x1b')))
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [["id", 'a,"b"\\x1b', "0", "1.5", "0.1"], ["id", 'a,"b"\\x1b', str(-(2**63)), "Infinity", "NaN"]]


def test_a_table_survives_times_that_are_none() -> None:
    lines = points_table(BLOCK, PLAIN).splitlines()
    assert lines[1].split() == ["0", "1970-01-01", "00:00:01", "UTC", "0.1"]
    assert lines[2].split() == [str(-(2**63)), "Infinity", "NaN"]
