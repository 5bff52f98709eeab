"""DVCLive's folders: a TSV file a series under `plots/metrics`, and the last values in `metrics.json`.

The TSVs go before `metrics.json`, which is read only for what was logged without a plot. A row that is torn at
the end of a file, or is no number (DVCLive takes texts too), is passed over.
"""

import os
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from expbench.adapters.files import MAX_BYTES, Unreadable, parse
from expbench.adapters.foreign.records import LARGEST_STEP, Full, Gathering, open_regular

SOURCE: Final = "dvclive"
LONGEST_ROW: Final = 10_000
MOST_DEEP: Final = 32


def gather(root: str, folders: dict[str, list[str]], warnings: list[str]) -> Gathering:
    """The series of these folders, each given with its files; what was wrong is added to the warnings."""
    found = Gathering(SOURCE)
    try:
        for folder, paths in folders.items():
            for path in paths:  # the summary comes last
                gather_file = _gather_tsv if path.endswith(".tsv") else _gather_summary
                gather_file(root, folder, path, found, warnings)
    except Full as full:
        warnings.append(f"DVCLive's files hold {full}; the rest is not recorded")
    return found


def _gather_tsv(root: str, folder: str, path: str, found: Gathering, warnings: list[str]) -> None:
    inside = os.path.relpath(path, os.path.join(folder, "plots", "metrics"))
    key = inside.removesuffix(".tsv").replace(os.sep, "/")
    try:
        with open_regular(os.path.join(root, path)) as file:
            for step, at, value in read_tsv(file, os.fstat(file.fileno()).st_mtime):
                found.add(folder, key, step, at, value)
    except OSError as error:
        warnings.append(f"{path} was not read: {error.strerror or error}")
    except Unreadable as error:
        warnings.append(f"{path} was not read: {error}")


def read_tsv(file: BinaryIO, otherwise_at: float) -> Iterator[tuple[int | None, float, float]]:
    """Step, unix time in seconds and value of each row; `otherwise_at` where a row has no time.

    Raises `Unreadable` for a table of another shape.
    """
    header = _cells(file.readline(LONGEST_ROW)) or []
    columns = {name: place for place, name in reversed([*enumerate(header)])}
    values = [place for place, name in enumerate(header) if place != columns.get("step") and name != "timestamp"]
    if len(values) != 1:
        raise Unreadable("it is not a TSV file of DVCLive")
    while row := file.readline(LONGEST_ROW):
        cells = _cells(row)
        if cells is None or len(cells) != len(header):
            continue
        value = _number(cells[values[0]])
        if value is not None:
            at = _number(cells[columns["timestamp"]]) if "timestamp" in columns else None
            step = _step(cells[columns["step"]]) if "step" in columns else None
            yield step, otherwise_at if at is None else at / 1000, value


def _gather_summary(root: str, folder: str, path: str, found: Gathering, warnings: list[str]) -> None:
    """The values in `metrics.json` that have no series."""
    try:
        with open_regular(os.path.join(root, path)) as file:
            at = os.fstat(file.fileno()).st_mtime
            document = parse(path, file.read(MAX_BYTES + 1)[:MAX_BYTES])
    except OSError as error:
        warnings.append(f"{path} was not read: {error.strerror or error}")
        return
    except ValueError as error:
        warnings.append(f"{path} was not read: {' '.join(str(error).split()):.300}")
        return
    last = document.get("step")
    step = last if isinstance(last, int) and not isinstance(last, bool) and abs(last) <= LARGEST_STEP else None
    known = set(found.folders.get(folder, ()))
    for key, value in _values((), document):
        if key not in known and key != "step":
            found.add(folder, key, step, at, value)


def _values(path: tuple[str, ...], document: dict[Any, Any]) -> Iterator[tuple[str, float]]:
    for name, value in document.items():
        place = (*path, str(name))
        if isinstance(value, dict):
            if len(place) < MOST_DEEP:
                yield from _values(place, value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield "/".join(place), _as_float(value)
        elif isinstance(value, str) and value in {"NaN", "Infinity", "-Infinity"}:
            yield "/".join(place), float(value)


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _cells(row: bytes) -> list[str] | None:
    """The cells of a whole row; None for one that is none, or without its end: it may be half a number."""
    if not row.endswith(b"\n"):
        return None
    text = row.decode("utf-8", "replace").rstrip("\r\n")
    if '"' not in text:
        return text.split("\t")
    import csv

    try:
        return next(csv.reader([text], delimiter="\t"), None)
    except csv.Error:
        return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _step(text: str) -> int | None:
    digits = text.strip()
    if len(digits) > 19 or not digits.removeprefix("-").isdecimal():
        return None
    step = int(digits)
    return step if abs(step) <= LARGEST_STEP else None
