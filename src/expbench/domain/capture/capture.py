"""Output as it comes, in pieces of any size, into points.

Most lines hold no metric and must cost next to nothing: a look at the bytes decides before anything is decoded.
"""

import re
from typing import Final, NamedTuple

from expbench.domain.capture.candidates import telling_lines
from expbench.domain.capture.keys import LONGEST as LONGEST_KEY
from expbench.domain.capture.keys import clean
from expbench.domain.capture.lines import Line, LineSplitter, Screen, goes_up, plain
from expbench.domain.capture.reading import read_line
from expbench.domain.capture.settings import CaptureSettings
from expbench.domain.capture.steps import LARGEST

MOST_KEYS: Final = 2000
_STEP: Final = re.compile(r"[+-]?\d{1,19}")
_TRACEBACK: Final = b"Traceback (most"
_BOX: Final = "│".encode()


class Point(NamedTuple):
    """A point of a series; without a step it continues the series."""

    key: str
    value: float
    step: int | None


class _Output:
    """What is known of one output: the beginning of a line, and in what it stands."""

    def __init__(self) -> None:
        self.splitter = LineSplitter()
        self.screen: Screen | None = None
        self.in_traceback = False


class LineCapture:
    """Reads the outputs of one run. `warnings` are to be told, each once, as they appear."""

    def __init__(self, settings: CaptureSettings | None = None) -> None:
        self._settings = settings or CaptureSettings()
        self._outputs: dict[int, _Output] = {}
        self._keys: set[str] = set()
        self.warnings: list[str] = []

    def feed(self, piece: bytes, output: int = 1) -> list[Point]:
        """The points of the lines that this piece ends. Pieces of different outputs never make one line."""
        source = self._outputs.get(output)
        if source is None:
            source = self._outputs[output] = _Output()
        block = source.splitter.feed(piece)
        return [] if block is None else self._with_room(self._block(source, block))

    def finish(self) -> list[Point]:
        """The points of last lines without a newline, and of those that could have been redrawn."""
        points: list[Point] = []
        for source in self._outputs.values():
            block = source.splitter.finish()
            points += [] if block is None else self._block(source, block)
            points += self._lines(source, source.screen.finish() if source.screen else [])
        return self._with_room(points)

    def _block(self, source: _Output, block: bytes) -> list[Point]:
        if source.screen is None and goes_up(block):
            source.screen = Screen()
        if source.screen is not None:
            screen = source.screen
            return self._lines(source, [line for raw in block.split(b"\n") for line in screen.write(raw)])
        if source.in_traceback or self._settings.patterns or _TRACEBACK in block:
            return self._lines(source, [plain(raw) for raw in block.split(b"\n")])
        return [point for raw in telling_lines(block) for point in self._read(plain(raw))]

    def _lines(self, source: _Output, lines: list[Line]) -> list[Point]:
        """The points of all these lines, which stand one after the other."""
        points: list[Point] = []
        for line in lines:
            data = line.data
            if source.in_traceback and _goes_on(data):
                continue
            if source.in_traceback or _TRACEBACK in data:
                source.in_traceback = not source.in_traceback
                continue
            points += self._matched(line) if self._settings.patterns else self._checked(line)
        return points

    def _checked(self, line: Line) -> list[Point]:
        return self._read(line) if telling_lines(line.data) else []

    def _read(self, line: Line) -> list[Point]:
        values, step = read_line(line.data.decode("utf-8", "replace"), line.redrawn)
        ignore = self._settings.ignore
        return [Point(key, float(value), step) for key, value in values.items() if key not in ignore]

    def _matched(self, line: Line) -> list[Point]:
        """What the user's patterns find; a line in which they find nothing is read as usual."""
        text = line.data.decode("utf-8", "replace")
        points = [
            point
            for pattern in self._settings.patterns
            for found in pattern.finditer(text)
            for point in _named(found)
            if point.key not in self._settings.ignore
        ]
        return points or self._checked(line)

    def _with_room(self, points: list[Point]) -> list[Point]:
        return [point for point in points if self._has_room(point.key)] if points else points

    def _has_room(self, key: str) -> bool:
        if key in self._keys:
            return True
        if len(self._keys) < MOST_KEYS:
            self._keys.add(key)
            return True
        if not self.warnings:
            self.warnings.append(
                f"its output names more than {MOST_KEYS} different metrics; those that came later are not recorded"
            )
        return False


def _goes_on(data: bytes) -> bool:
    """Whether a line belongs to a traceback, plain or in a box; the exception's own line is its last."""
    return data[:1] in {b" ", b"\t", b""} or data.startswith(_BOX)


def _named(found: re.Match[str]) -> list[Point]:
    groups = {name: text for name, text in found.groupdict().items() if text is not None}
    step = _step(groups.pop("step", ""))
    if "key" in groups and "value" in groups:
        named = {groups["key"]: groups["value"]}
    else:
        named = groups
    points = []
    for name, text in named.items():
        key, value = clean(name[: LONGEST_KEY * 2]), _number(text)
        if key and value is not None:
            points.append(Point(key, value, step))
    return points


def _step(text: str) -> int | None:
    digits = text.strip().replace(",", "")
    if not _STEP.fullmatch(digits):
        return None
    step = int(digits)
    return step if -LARGEST <= step <= LARGEST else None


def _number(text: str) -> float | None:
    try:
        return float(text.strip().rstrip("%").replace(",", ""))
    except ValueError:
        return None
