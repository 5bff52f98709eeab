"""What `exp doctor` found, one line a check, the sound ones too."""

from collections.abc import Sequence
from typing import Final

from expbench.render.printable import printable, wrap
from expbench.render.style import Role, Style, paint
from expbench.services.checking import Check

_NARROWEST: Final = 20  # cells of the words, however narrow the place
SIGNS: Final[dict[str, tuple[str, str, Role]]] = {
    "ok": ("✓", "ok", "good"), "weak": ("~", "~", "warn"), "bad": ("✗", "X", "bad"),
}  # fmt: skip


def checks_text(checks: Sequence[Check], style: Style) -> str:
    """A line a check, with the command that mends it below."""
    room = max(len(printable(check.subject)) for check in checks)
    return "\n".join(line for check in checks for line in _lines(check, room, style))


def _lines(check: Check, room: int, style: Style) -> list[str]:
    unicode_sign, ascii_sign, role = SIGNS[check.state]
    sign = paint(unicode_sign if style.unicode else ascii_sign, role, style)
    indent = room + len(unicode_sign if style.unicode else ascii_sign) + 3
    first, *more = wrap(check.words, max(style.width - indent, _NARROWEST))
    lines = [f"{sign} {printable(check.subject):{room}}  {first}", *(" " * indent + line for line in more)]
    if check.hint and check.state != "ok":
        lines.append(f"  {'':{room}}  {paint('hint:', 'key', style)} {printable(check.hint)}")
    return lines
