"""What a file is, from its name and its first bytes, and what of it is shown.

A name only hints: what can't be read as JSON or CSV is shown as text, and what is no text as bytes.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple

from expbench.domain.previews.matrix import Matrix, matrix_of_json, matrix_of_rows
from expbench.domain.previews.png import SIGNATURE, BadPicture, read_png
from expbench.domain.previews.shrinking import Picture

Kind = Literal["text", "json", "csv", "markdown", "image", "matrix", "binary"]

HEAD: Final = 262_144  # bytes of a file that are looked at
PICTURE: Final = 16_000_000  # bytes of a PNG that are
_DUMPED: Final = 256  # bytes of what is no text
_ROWS: Final = 1000
_MARKDOWN: Final = (".md", ".markdown", ".mdown")
_SEPARATORS: Final = {".csv": ",", ".tsv": "\t"}
# Controls that texts do hold: tab, line feed, form feed, carriage return, escape.
_TEXT_CONTROLS: Final = b"\t\n\x0b\x0c\r\x1b\b\a"
_OTHER_CONTROLS: Final = bytes(set(range(32)) - set(_TEXT_CONTROLS))


class Room(NamedTuple):
    """How large a picture may be, in points: two of them, one above the other, take one cell of a terminal.

    A picture that takes long is given up when `is_wanted` says no.
    """

    columns: int
    rows: int
    is_wanted: Callable[[], bool] = lambda: True


class Preview(NamedTuple):
    """What is shown of a file: its `text` (JSON laid out, bytes as a dump), `rows` of a table, a matrix or a picture.

    `whole` is false where only the beginning was read; `trouble` says what could not be shown, and why.
    """

    kind: Kind
    text: str = ""
    rows: Sequence[Sequence[str]] = ()
    matrix: Matrix | None = None
    picture: Picture | None = None
    whole: bool = True
    trouble: str = ""


def preview_of(path: str, size: int, read: Callable[[int], bytes], room: Room) -> Preview:
    """The preview of a file of `size` bytes; `read` gives its first bytes, at most so many as asked for."""
    head = read(HEAD)
    if head.startswith(SIGNATURE):
        return _picture(head if len(head) < HEAD else read(PICTURE), size, room)
    whole = len(head) >= size
    if _is_binary(head):
        return Preview("binary", _dump(head[:_DUMPED]), whole=size <= _DUMPED)
    text = head.decode("utf-8-sig", "surrogateescape")
    return _document(path.lower(), text)._replace(whole=whole) if whole else _beginning(path.lower(), text)


def _picture(data: bytes, size: int, room: Room) -> Preview:
    if size > PICTURE:
        return Preview("image", trouble="the file is too large to be shown here")
    try:
        return Preview("image", picture=read_png(data, *room))
    except BadPicture as error:
        return Preview("image", trouble=str(error))


def _document(name: str, text: str) -> Preview:
    """A text that was read whole."""
    if name.endswith(".json"):
        return _json(text)
    separator = _separator(name)
    if separator:
        rows = _rows(text, separator)
        matrix = matrix_of_rows(rows)
        if matrix is not None:
            return Preview("matrix", text, rows, matrix)
        if rows:
            return Preview("csv", text, rows[:_ROWS], trouble=_cut(len(rows)))
    return Preview("markdown" if name.endswith(_MARKDOWN) else "text", text)


def _beginning(name: str, text: str) -> Preview:
    """A text of which only the beginning was read: its last line is likely torn."""
    text = text.rpartition("\n")[0] or text
    separator = _separator(name)
    rows = _rows(text, separator)[:_ROWS] if separator else []
    if rows:
        return Preview("csv", text, rows, whole=False)
    return Preview("markdown" if name.endswith(_MARKDOWN) else "text", text, whole=False)


def _json(text: str) -> Preview:
    try:
        found: Any = json.loads(text)
        laid_out = json.dumps(found, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        return Preview("text", text, trouble=f"it is no JSON: {why}")
    matrix = matrix_of_json(found)
    return Preview("json" if matrix is None else "matrix", laid_out, matrix=matrix)


def _rows(text: str, separator: str) -> list[list[str]]:
    """The table's rows; none where it can't be read as one."""
    import csv

    try:
        return list(csv.reader(text.splitlines(), delimiter=separator, strict=True))
    except csv.Error:
        return []


def _separator(name: str) -> str:
    return next((sign for ending, sign in _SEPARATORS.items() if name.endswith(ending)), "")


def _cut(rows: int) -> str:
    return f"the first {_ROWS:,} of {rows:,} rows" if rows > _ROWS else ""


def _is_binary(head: bytes) -> bool:
    """Whether there is a NUL in it, or more than one in ten bytes is no byte of a text."""
    if b"\0" in head:
        return True
    controls = len(head) - len(head.translate(None, _OTHER_CONTROLS))
    foreign = sum("\udc80" <= char <= "\udcff" for char in head[:4096].decode("utf-8", "surrogateescape"))
    return controls * 10 > len(head) or foreign * 3 > len(head[:4096])


def _dump(data: bytes) -> str:
    lines = []
    for start in range(0, len(data), 16):
        part = data[start : start + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{start:06x}  {part.hex(' '):<47}  {shown}")
    return "\n".join(lines)
