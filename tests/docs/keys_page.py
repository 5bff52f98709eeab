"""docs/keys.md, made from the one table of keys."""

from typing import Final

from expbench.tui.keys import GROUPS, KEYS, Key, shown
from expbench.tui.screens import SCREENS

HEAD: Final = """\
# Keys of the dashboard

Made from the table in `tui/keys.py` by `python -m tests.docs.generate keys`; a test fails when it is out of date.
[dashboard.md](dashboard.md) says what the screens show.

Another key for an action, by its id, in `$XDG_CONFIG_HOME/exp/config.toml` (a key, or a list of keys; an empty list
takes the action off the keyboard, and `:` still has it):

```toml
[keys]
trash = "ctrl+x"
down = ["j", "down", "ctrl+n"]
```

No action needs Alt, a function key, or one that tmux, screen or flow control take. Letters typed into a text field
are never taken for keys.
"""


def keys_page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_section(group, [key for key in KEYS if key.group == group]) for group in GROUPS)])


def _section(title: str, keys: list[Key]) -> str:
    rows = [_row(key) for key in keys]
    return "\n".join(
        [f"## {title}", "", "| key | does | screens | command | id |", "| --- | --- | --- | --- | --- |", *rows, ""]
    )


def _row(key: Key) -> str:
    names = " ".join(f"`{_cell(shown(name))}`" for name in key.keys)
    places = ", ".join(place.name for place in SCREENS if place.name in key.screens) if key.screens else "all"
    command = f"`{_cell(key.cli)}`" if key.cli else ""
    return f"| {names} | {_cell(key.label)} | {places} | {command} | {key.id} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
