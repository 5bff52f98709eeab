"""The page of `show` and `diff`: a label in the left margin, its lines beside it; below it where room is short.

And the shell's spelling of a command, so that what is shown can be pasted.
"""

from collections.abc import Sequence
from typing import Final

from expbench.render.printable import clip, printable, width, wrap
from expbench.render.style import UNLIMITED, Role, Style, paint, sign

MARGIN: Final = 10
_NARROW: Final = 44
# Below this many cells a page is still drawn, but a line may be some cells too long.
NARROWEST: Final = 8


def inner(style: Style) -> Style:
    """The style of what stands beside the labels: the same, but narrower."""
    if style.width >= UNLIMITED:
        return style
    return style._replace(width=max(style.width - _indent(style), 1))


def block(label: str, lines: Sequence[str], style: Style) -> list[str]:
    """The lines (printable, fitting `inner(style)`) beside their label; nothing at all without lines."""
    if not lines:
        return []
    indent = _indent(style)
    blanks = " " * indent
    body = [f"{blanks}{line}" if line else "" for line in lines]
    if indent == MARGIN and width(label) < MARGIN:
        return [f"{paint(label, 'label', style)}{blanks[len(label) :]}{lines[0]}", *body[1:]]
    return [paint(clip(label, style.width, sign("ellipsis", style)), "label", style), *body]


def paragraph(text: str, style: Style, role: Role | None = None) -> list[str]:
    """Text from data as lines that fit the style, wrapped between words, each in the role's colour."""
    return [paint(line, role, style) for line in wrap(text, style.width)]


def command_lines(argv: Sequence[str], style: Style) -> list[str]:
    r"""A command as a shell takes it, broken between its words with `\` where it is too long for a line."""
    lines = [""]
    for word in (quoted(word) for word in argv):
        if lines[-1] and width(lines[-1]) + width(word) + 3 > style.width:
            lines[-1] += " \\"
            lines.append(f"  {word}")
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return [piece for line in lines for piece in ([line] if width(line) <= style.width else wrap(line, style.width))]


def quoted(word: str) -> str:
    """One word as bash and zsh take it; with controls in it, in the `$'...'` spelling, which is exact."""
    if printable(word) == word:
        import shlex

        return shlex.quote(word)
    return "$'" + printable(word.replace("\\", "\\\\").replace("'", "\\'")) + "'"


def _indent(style: Style) -> int:
    return MARGIN if style.width > _NARROW else 2 if style.width >= NARROWEST else 0
