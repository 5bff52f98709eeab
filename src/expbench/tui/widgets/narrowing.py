"""What is written to the terminal when a part of the screen changed: the cells of that part, and no others.

Textual 8.2 writes each changed line from the left edge of its widget on. Over a slow line that is most of what a
list of live runs sends, so `ExpApp` lets every update of a part through `narrowed`; all else stays Textual's.
"""

from collections.abc import Iterator

from rich.console import Console, RenderableType
from textual._compositor import ChopsUpdate


class NarrowUpdate(ChopsUpdate):
    """The same update: `spans` are what changed, as line, first cell and end; `chops` are the pieces of each line."""

    def render_segments(self, console: Console) -> str:
        """What is written."""
        return "".join(self._written(console))

    def _written(self, console: Console) -> Iterator[str]:
        there = (-1, -1)  # where the terminal's cursor then is
        for y, first, last in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                left, right = max(x, first), min(end, last)
                if strip is None or left >= right:
                    continue
                if there != (left, y):
                    yield f"\x1b[{y + 1};{left + 1}H"
                yield strip.crop(left - x, right - x).render(console)
                there = (right, y)


def narrowed(update: RenderableType | None) -> RenderableType | None:
    """The update as it is written; one of the whole screen stays as it is."""
    if type(update) is ChopsUpdate:
        return NarrowUpdate(update.chops, update.spans, update.chop_ends)
    return update
