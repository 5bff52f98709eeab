"""The metrics of a run as a table whose lines are made when they come into sight: a run may have ten thousand."""

from collections.abc import Mapping
from typing import Final

from expbench.domain.document import RunDocument, Summary
from expbench.domain.metrics import Direction
from expbench.render.printable import clip, width
from expbench.render.style import Style, sign
from expbench.render.values import number
from expbench.tui.views.lines import LazyLines, Line, Span

SPARK: Final = 12  # cells of a small curve
_LONGEST: Final = 40
# Header, cells, and which of a summary's numbers; the columns at the end go first where the room is short.
_NUMBERS: Final = (("last", 11), ("min", 11), ("max", 11), ("step", 9), ("points", 10))


class MetricLines(LazyLines):
    """One line a metric: its name, which way it is better, a small curve, its numbers and what logged it.

    `curves` are drawn as they come in; a metric without one has a blank there.
    """

    def __init__(
        self,
        document: RunDocument,
        curves: Mapping[str, str],
        directions: Mapping[str, Direction | None],
        style: Style,
    ) -> None:
        self.keys = list(document["metrics"])
        self._metrics = document["metrics"]
        self._curves = curves
        self._directions = directions
        self._style = style
        widest = max((min(len(key), _LONGEST) for key in self.keys), default=6)
        self._key_cells = max(min(widest, _LONGEST, style.width - SPARK - 40), 6)
        left = style.width - self._key_cells - SPARK - 7
        self._numbers = [place for place in range(len(_NUMBERS)) if sum(c for _, c in _NUMBERS[: place + 1]) <= left]
        self._has_source = left - sum(_NUMBERS[place][1] for place in self._numbers) > 8

    @property
    def header(self) -> Line:
        """The line above."""
        names = "".join(_NUMBERS[place][0].rjust(_NUMBERS[place][1]) for place in self._numbers)
        source = "  from" if self._has_source else ""
        return [Span(f"   {'metric':<{self._key_cells}}  {'':<{SPARK}}{names}{source}", "dim")]

    def __len__(self) -> int:
        return len(self.keys)

    def line(self, number: int) -> Line:
        """The row of a metric."""
        key = self.keys[number]
        summary = self._metrics[key]
        name = clip(key, self._key_cells, sign("ellipsis", self._style))
        direction = self._directions.get(key)
        arrow = sign("up" if direction == "max" else "down", self._style) if direction else " "
        curve = clip(self._curves.get(key, ""), SPARK, "")
        return [
            Span(f" {arrow} ", "dim"),
            Span(name + " " * (self._key_cells - width(name)), "key"),
            Span("  "),
            Span(curve + " " * (SPARK - width(curve)), "live"),
            *self._cells(summary),
        ]

    def _cells(self, summary: Summary) -> list[Span]:
        texts = [*(number(summary[name]) for name in ("last", "min", "max")), str(summary["last_step"])]
        texts.append(f"{summary['count']:,}")
        end = sign("ellipsis", self._style)
        bad = isinstance(summary["last"], str)
        spans = [
            Span(
                clip(texts[place], _NUMBERS[place][1] - 1, end).rjust(_NUMBERS[place][1]),
                "bad" if bad and not place else None,
            )
            for place in self._numbers
        ]
        return [*spans, Span(f"  {clip(summary['source'], 40, end)}", "dim")] if self._has_source else spans
