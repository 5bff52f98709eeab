"""The title line and the line of keys at the bottom."""

from collections.abc import Iterable

from expbench.errors import ExpError
from expbench.tui.keys import Key, shown
from expbench.tui.screens import SCREENS
from expbench.tui.views.lines import Line, Span


def title_line(current: str, project: str, about: str) -> Line:
    """The project, the screens by their numbers, this one with its name, and what is shown."""
    spans = [Span(" "), Span(project, "title"), Span("  ")]
    for place in SCREENS:
        here = place.name == current
        spans += [
            Span(f"{place.number} {place.name}" if here else place.number, "chosen" if here else "dim"),
            Span(" "),
        ]
    return [*spans, Span(" "), Span(about)]


def keys_line(keys: Iterable[Key]) -> Line:
    """The keys that the footer names; the way to all others first."""
    spans = [Span(" ")]
    for key in sorted(keys, key=lambda key: key.id != "help"):
        if key.foot and key.keys:
            spans += [Span(shown(key.keys[0]), "key"), Span(f" {key.foot}  ", "dim")]
    return spans


def error_line(error: ExpError) -> Line:
    """What went wrong, and why."""
    spans = [Span(" "), Span(error.what, "bad")]
    if error.cause:
        spans.append(Span(f": {error.cause.splitlines()[0]}"))
    return spans


def hint_line(error: ExpError) -> Line:
    """What to do; nothing where there is no hint."""
    return [Span("  "), Span(error.hint, "key")] if error.hint else []
