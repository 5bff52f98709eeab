"""The help and the palette: the table of keys as lines."""

from collections.abc import Sequence
from typing import Final

from expbench.tui.keys import GROUPS, Key, shown
from expbench.tui.views.lines import Line, Span, line

LABEL: Final = 35  # cells: with the longest command a line is 77 cells, and a window of 80 columns shows all of it


def help_lines(keys: Sequence[Key]) -> list[Line]:
    """Keys by group: what to press, what it does, and the command that does the same."""
    lines: list[Line] = []
    for group in GROUPS:
        members = [key for key in keys if key.group == group and key.keys]
        if members:
            lines += [line((group, "heading")), *(_key_line(key) for key in members), ()]
    return lines


def palette_lines(keys: Sequence[Key]) -> list[Line]:
    """One line an action: its words, its keys, its command."""
    return [_key_line(key) for key in keys]


def matching(keys: Sequence[Key], typed: str) -> list[Key]:
    """The actions whose words, id or command hold each word typed."""
    words = typed.lower().split()
    return [key for key in keys if all(word in f"{key.label} {key.id} {key.cli}".lower() for word in words)]


def _key_line(key: Key) -> Line:
    pressed = " ".join(shown(name) for name in key.keys)
    return [Span(f"  {pressed:<10}", "key"), Span(f" {key.label:<{LABEL}} "), Span(key.cli, "dim")]
