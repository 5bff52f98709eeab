"""Lines of spans: what every view makes and every widget draws. A span is a text and the role of its colour.

A span's text may be raw data: it becomes printable where the line is fitted to its width, and not before.
"""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias, overload

from expbench.render.printable import ELLIPSIS, clip, fit, printable, width
from expbench.render.style import Role


class Paint(NamedTuple):
    """Two of the 256 colours: the text's, and what is behind it."""

    ink: int
    behind: int


# What a place on the screen is, beside what `render.style.Role` knows.
Look: TypeAlias = Role | Literal["cursor", "mark", "bar", "title", "chosen"] | Paint


class Span(NamedTuple):
    """A piece of a line; `link` names what `enter` on this line would open, if anything."""

    text: str
    look: Look | None = None


Line: TypeAlias = Sequence[Span]


class LazyLines(Sequence[Line]):
    """Lines that are made one by one as they come into sight: subclasses give their number and `line`."""

    @abstractmethod
    def line(self, number: int) -> Line:
        """The line of this number, from 0."""

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        if isinstance(index, slice):
            return [self.line(number) for number in range(*index.indices(len(self)))]
        return self.line(range(len(self))[index])


def line(*parts: "str | Span | tuple[str, Look | None]") -> tuple[Span, ...]:
    """A line of texts, and of texts with looks."""
    return tuple(Span(part) if isinstance(part, str) else Span(*part) for part in parts)


def text_of(spans: Line) -> str:
    """What the line says, printable."""
    return "".join(printable(span.text) for span in spans)


_READABLE = 1 << 14  # characters of a span that can be moved into sight


def shifted(spans: Line, cells: int) -> Line:
    """The line without its first cells, as if one had moved to the right."""
    if cells <= 0:
        return spans
    left: list[Span] = []
    for span in spans:
        text = printable(span.text[:_READABLE])
        head = clip(text, cells, "") if cells else ""
        rest = text[len(head) :]
        cells -= width(head)
        if cells and rest:  # a wide letter that is cut in the middle leaves a blank
            rest, cells = " " + rest[len(clip(rest, cells + 1, "")) :], 0
        left.append(Span(rest, span.look))
    return left


def fitted(spans: Line, cells: int, ellipsis: str = ELLIPSIS) -> list[tuple[str, Look | None]]:
    """The line as printable pieces that take exactly `cells` cells: cut with an ellipsis, or filled with blanks.

    Neighbours of one look are one piece.
    """
    pieces: list[tuple[str, Look | None]] = []
    texts: list[str] = []
    before: Look | None = None
    left = cells
    for text, look in spans:
        if left <= 0:
            break
        if look != before and texts:
            pieces.append(("".join(texts), before))
            texts = []
        shown, taken = fit(text, left, ellipsis)
        texts.append(shown)
        before = look
        left -= taken
    if texts:
        pieces.append(("".join(texts), before))
    if left > 0:
        pieces.append((" " * left, spans[-1].look if spans and spans[-1].look in _FILLING else None))
    return pieces


def with_end(spans: Line, end: Line, cells: int, ellipsis: str = ELLIPSIS) -> Line:
    """The line with an end that is seen whatever the width: what is before it is cut."""
    room = cells - width(text_of(end))
    if width(text_of(spans)) <= room:
        return [*spans, *end]
    return [*(Span(text, look) for text, look in fitted(spans, room, ellipsis)), *end]


_FILLING = frozenset({"cursor", "bar", "title"})


def joined(lines: Iterable[Line]) -> str:
    """The lines as plain text, for copying and for tests."""
    return "\n".join(text_of(spans).rstrip() for spans in lines)
