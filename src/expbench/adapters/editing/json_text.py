"""One value set in the text of a JSON document, with all else of it kept: indentation, order, spaces."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder(strict=False)


def set_in_json(text: str, key: str, value: Any) -> str | None:  # noqa: ANN401  # JSON data
    """The text with the value of the dotted `key` replaced; None where its place can't be found.

    A list that had one item a line keeps that. Raises `ValueError` for what is no JSON.
    """
    spans = list(_spans(text, _skip(text, 0), key))
    if not spans:
        return None
    start, end = spans[-1]  # of two entries of the same name the later one counts
    return text[:start] + _written(value, text[start:end]) + text[end:]


def _spans(text: str, opened: int, wanted: str) -> Iterator[tuple[int, int]]:
    """Where values of this dotted name stand in the object that begins at `opened`."""
    position = _skip(text, opened + 1)
    while text[position] != "}":
        name, position = _DECODER.raw_decode(text, position)
        start = _skip(text, _skip(text, position) + 1)
        _, end = _DECODER.raw_decode(text, start)
        if name == wanted:
            yield start, end
        elif wanted.startswith(f"{name}.") and text[start] == "{":
            yield from _spans(text, start, wanted[len(name) + 1 :])
        position = _skip(text, end)
        if text[position] == ",":
            position = _skip(text, position + 1)


def _skip(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _written(value: Any, old: str) -> str:  # noqa: ANN401
    ascii_only = old.isascii() and "\\u" in old
    layout = re.match(r"\[(\s*\n\s*)", old)
    if not isinstance(value, list) or not value or layout is None:
        return json.dumps(value, ensure_ascii=ascii_only)
    items = f",{layout[1]}".join(json.dumps(item, ensure_ascii=ascii_only) for item in value)
    closing = re.search(r"\s*\]$", old)
    return f"[{layout[1]}{items}{closing[0] if closing else ']'}"
