"""Long series to stdout, piece by piece: what `exp metric` and `exp plot` print for programs."""

import json
from collections.abc import Iterable, Mapping

from expbench.cli.output import emit


def emit_json_series(head: Mapping[str, str], pieces: Iterable[str], end: str = "") -> None:
    """One JSON object: the head's texts, then `points`, an array out of pieces; `end` follows it."""
    emit(json.dumps(dict(head))[:-1] + ', "points": [')
    comma = ""
    for piece in pieces:
        emit(comma + piece)
        comma = ","
    emit("]}" + end)


def emit_lines(pieces: Iterable[str]) -> None:
    """Lines out of pieces of one line or more."""
    for piece in pieces:
        emit(piece)
