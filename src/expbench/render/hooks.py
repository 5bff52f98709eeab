"""`exp hooks status` as text."""

from collections.abc import Sequence
from typing import Final

from expbench.render.printable import printable
from expbench.render.style import Role, Style, paint
from expbench.render.table import Cell, Column, table

_WORDS: Final[dict[str, tuple[str, Role]]] = {
    "installed": ("installed", "good"),
    "outdated": ("of another version: exp hooks install", "warn"),
    "absent": ("not installed", "dim"),
    "foreign": ("another one, without ours", "warn"),
}


def hooks_text(hooks: Sequence[tuple[str, str, bool]], folder: str, core: bool, style: Style) -> str:
    """The hooks (name, state, whether another is run first), and the folder that git uses.

    `core` says whether the part that all of them share is there, and of this version.
    """
    rows = [
        [Cell(name), Cell(*_WORDS[state]), Cell("after the one that was there" if before else "", "dim")]
        for name, state, before in hooks
    ]
    lines = [*table([Column("hook", shrinks=False), Column("state"), Column("")], rows, style, header=False)]
    lines.append(f"in {printable(folder)}")
    if not core and any(state != "absent" for _, state, _ in hooks):
        lines.append(paint("their common part is missing or of another version: exp hooks install", "warn", style))
    return "\n".join(lines)
