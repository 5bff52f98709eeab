"""How text may look on this output: colour or none, how many cells, and signs beyond ASCII or not.

Decided once, from what the caller tells of its stream and environment; nothing here reads either. Colours are
the sixteen that the user's own terminal theme defines, and never say anything that a word or a sign doesn't say too.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from expbench.render.printable import ELLIPSIS

Role = Literal["good", "bad", "warn", "dim", "heading", "label", "key", "id", "live", "added", "removed"]
# Cells of an output that is no terminal: wide enough for nothing to be clipped.
UNLIMITED: Final = 1 << 30
_DEFAULT_COLUMNS: Final = 80
_SGR: Final[dict[Role, str]] = {
    "good": "32",
    "bad": "31",
    "warn": "33",
    "dim": "2",
    "heading": "1",
    "label": "1",
    "key": "36",
    "id": "35",
    "live": "36",
    "added": "32",
    "removed": "31",
}
_SIGNS: Final = {
    "arrow": ("→", "->"),
    "up": ("▲", "^"),
    "down": ("▼", "v"),
    "ellipsis": (ELLIPSIS, "~"),
    "dot": ("·", "-"),
    "none": ("–", "-"),
    "finished": ("✓", "F"),
    "failed": ("✗", "X"),
    "killed": ("✗", "K"),
    "lost": ("?", "L"),
    "running": ("●", "R"),
    "queued": ("○", "Q"),
    "damaged": ("!", "!"),
    "best": ("★", "*"),
    "mark": ("◆", "*"),
    "baseline": ("◎", "@"),
    "spread": ("±", "+-"),
}


class Style(NamedTuple):
    """Colour or none, the width in cells (`UNLIMITED` where nothing is clipped), signs beyond ASCII or not."""

    colour: bool
    width: int
    unicode: bool


# For text that goes nowhere in particular: tests, reports, pipes.
PLAIN: Final = Style(colour=False, width=UNLIMITED, unicode=True)


def style_for(stream_isatty: bool, environ: Mapping[str, str], columns: int | None = None) -> Style:
    """The style of a stream: whether it is a terminal, the environment, and the terminal's columns where known.

    `NO_COLOR` wins over `FORCE_COLOR` and `CLICOLOR_FORCE`, which win over everything else. A `COLUMNS` that
    somebody set counts also in a pipe; without one, what isn't a terminal is never clipped.
    """
    return Style(_colour(stream_isatty, environ), _width(stream_isatty, environ, columns), _unicode(environ))


def paint(text: str, role: Role | None, style: Style) -> str:
    """The text in the colour of its role. The text must be printable already."""
    if not style.colour or role is None or not text:
        return text
    return f"\x1b[{_SGR[role]}m{text}\x1b[0m"


def sign(name: str, style: Style) -> str:
    """The sign of this name, in ASCII where the terminal has no more."""
    return _SIGNS[name][0 if style.unicode else 1]


def _colour(isatty: bool, environ: Mapping[str, str]) -> bool:
    if environ.get("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        wish = environ.get(name)
        if wish:
            return wish.lower() not in {"0", "false"}
    return isatty and environ.get("TERM", "dumb") not in {"dumb", ""} and environ.get("CLICOLOR") != "0"


def _width(isatty: bool, environ: Mapping[str, str], columns: int | None) -> int:
    wish = environ.get("COLUMNS", "")
    if wish.isascii() and wish.isdigit() and 0 < len(wish) < 9 and int(wish):
        return int(wish)
    if not isatty:
        return UNLIMITED
    return columns if columns and columns > 0 else _DEFAULT_COLUMNS


def _unicode(environ: Mapping[str, str]) -> bool:
    coerced = environ.get("LC_CTYPE") == "C.UTF-8" and not environ.get("LC_ALL")
    if coerced and environ.get("LANG") in {"C", "POSIX"}:
        return False  # Python itself put LC_CTYPE there, because the user's locale is C
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        locale = environ.get(name)
        if locale:
            return "utf8" in locale.lower().replace("-", "")
    return True  # a bare container says nothing; Python takes UTF-8 there, and so do terminals
