"""A picture made smaller while its lines pass by: each point of the small one is the mean of what it stands for."""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

# One line of a picture: bytes for red, green, blue and, where there is a fourth, opacity.
Planes: TypeAlias = tuple[bytes, ...]
Colour: TypeAlias = tuple[int, int, int]

_LINES: Final = 4  # of the lines that become one, so many count
_LARGEST: Final = 8  # a tiny picture is shown with points so many times as large
_PAPER: Final = 255  # what shows through where a picture is transparent


class Picture(NamedTuple):
    """The size of a picture in pixels, and its points as they are to be shown, line by line."""

    width: int
    height: int
    points: list[list[Colour]]


class Shrinking:
    """Takes the lines of a picture from top to bottom. Lines are only looked at when they count."""

    def __init__(self, width: int, height: int, columns: int, rows: int) -> None:
        self._size = (width, height)
        scale = max(width / max(columns, 1), height / max(rows, 1), 1.0)
        self._columns = max(round(width / scale), 1)
        self._rows = max(round(height / scale), 1)
        self._larger = min(max(columns // width, 1), max(rows // height, 1), _LARGEST) if scale == 1.0 else 1
        self._edges = [place * width // self._columns for place in range(self._columns + 1)]
        self._points: list[list[Colour]] = []
        self._sums: list[list[int]] = []
        self._counted = 0
        self._line = 0

    def feed(self, planes: Callable[[], Planes]) -> None:
        """The next line; `planes` is called only if it counts."""
        height = self._size[1]
        first = -(-len(self._points) * height // self._rows)
        end = -(-(len(self._points) + 1) * height // self._rows)
        every = max((end - first) // _LINES, 1)
        if (self._line - first) % every == 0:
            self._add(planes())
        self._line += 1
        if self._line >= end:
            self._points.append(self._means())
            self._sums, self._counted = [], 0

    def picture(self) -> Picture:
        """What has come of it."""
        width, height = self._size
        larger = self._larger
        wide = [[point for point in line for _ in range(larger)] for line in self._points]
        return Picture(width, height, [line for line in wide for _ in range(larger)])

    def _add(self, planes: Planes) -> None:
        edges = self._edges
        new = [[sum(plane[a:b]) for a, b in zip(edges, edges[1:], strict=False)] for plane in planes]  # noqa: RUF007  # pairwise is slower here
        before = self._sums or [[0] * self._columns for _ in planes]
        self._sums = [[x + y for x, y in zip(old, more, strict=True)] for old, more in zip(before, new, strict=True)]
        self._counted += 1

    def _means(self) -> list[Colour]:
        widths = [(b - a) * self._counted for a, b in zip(self._edges, self._edges[1:], strict=False)]  # as above
        channels = [[total // width for total, width in zip(sums, widths, strict=True)] for sums in self._sums]
        if len(channels) == 3:
            return list(zip(*channels, strict=True))
        opacity = channels[3]
        return [
            (_over_paper(red, clear), _over_paper(green, clear), _over_paper(blue, clear))
            for red, green, blue, clear in zip(*channels[:3], opacity, strict=True)
        ]


def _over_paper(value: int, opacity: int) -> int:
    return (value * opacity + _PAPER * (255 - opacity)) // 255
