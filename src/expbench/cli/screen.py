"""How large a picture may be: what the terminal and `COLUMNS` and `LINES` say."""

import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from expbench.render.style import Style

WIDEST: Final = 1000
HIGHEST: Final = 500


def cells(look: "Style") -> int:
    """How wide a picture is: the style's width, or 80 where nothing is said."""
    from expbench.render.plot import DEFAULT_WIDTH
    from expbench.render.style import UNLIMITED

    return look.width if look.width < UNLIMITED else DEFAULT_WIDTH


def lines() -> int:
    """The lines to fill: what `LINES` says, or most of the terminal but for its prompt; 20 in a pipe."""
    from expbench.render.plot import DEFAULT_HEIGHT

    wish = os.environ.get("LINES", "")
    if wish.isascii() and wish.isdigit() and 0 < len(wish) < 5 and int(wish):
        return min(int(wish), HIGHEST)
    try:
        return max(min(os.get_terminal_size(sys.stdout.fileno()).lines - 2, 40), 1)
    except (OSError, ValueError):
        return DEFAULT_HEIGHT
