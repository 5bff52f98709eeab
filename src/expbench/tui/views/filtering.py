"""What the filter bar says of a mistake: a caret under its place, and the words."""

from expbench.errors import UsageError
from expbench.tui.views.lines import Line, Span


def caret_line(mistake: UsageError, offset: int) -> Line:
    """A line to stand below the filter, which begins `offset` cells from the left.

    A mistake's cause is its words, the text, and the carets; where the text was cut on the left there is no caret.
    """
    why, *pointed = mistake.cause.split("\n")
    hint = f"; {mistake.hint}" if mistake.hint else ""
    if len(pointed) == 2 and not pointed[0].startswith("  …"):
        carets = pointed[1][2:]
        return [Span(" " * offset), Span(carets, "bad"), Span(f" {why}{hint}", "warn")]
    return [Span(" " * offset), Span(f"{why}{hint}", "warn")]
