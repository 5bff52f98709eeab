"""The one table of key bindings: it feeds dispatch, the footer, the help, the palette and docs/keys.md.

Each key has an id, by which the user's settings change it; an action, a method `act_ACTION` of the screen or of the
app; and the command that does the same, where there is one. No key of the table needs Alt, an F key, or one that
tmux, screen or flow control take (ctrl+b, ctrl+a, ctrl+s, ctrl+q), and nothing destructive is on one unshifted key.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

from expbench.domain.suggestion import did_you_mean
from expbench.errors import UsageError

Group = Literal["Move", "Screens", "Find", "Look", "Change", "Everywhere"]
GROUPS: Final[tuple[Group, ...]] = ("Move", "Screens", "Find", "Look", "Change", "Everywhere")
EVERYWHERE: Final[tuple[str, ...]] = ()


class Key(NamedTuple):
    """A binding. `keys` are Textual's names or single characters; no `screens` means all; `cli` is what to type
    instead; `foot` is the word in the footer, empty where the footer doesn't name it.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    action: str
    group: Group
    screens: tuple[str, ...] = EVERYWHERE
    cli: str = ""
    foot: str = ""


KEYS: Final[tuple[Key, ...]] = (
    Key("down", ("j", "down"), "down", "down", "Move"),
    Key("up", ("k", "up"), "up", "up", "Move"),
    Key("left", ("h", "left"), "left", "left", "Move"),
    Key("right", ("l", "right"), "right", "right", "Move"),
    Key("page-down", ("pagedown", "ctrl+d", "ctrl+f"), "a page down", "page_down", "Move"),
    Key("page-up", ("pageup", "ctrl+u"), "a page up", "page_up", "Move"),
    Key("top", ("g", "home"), "to the top", "top", "Move"),
    Key("bottom", ("G", "end"), "to the end", "bottom", "Move"),
    Key("next-pane", ("tab",), "next pane", "next_pane", "Move"),
    Key("previous-pane", ("shift+tab",), "previous pane", "previous_pane", "Move"),
    Key("runs", ("1",), "runs", "show_runs", "Screens", cli="exp ls"),
    Key("run", ("2",), "run: the one under the cursor", "show_run", "Screens", cli="exp show RUN"),
    Key("open", ("enter",), "open the run, or unfold the group", "open", "Screens", ("runs",), "exp show RUN"),
    Key(
        "filter", ("f",), "filter, in the language of exp ls", "filter", "Find", ("runs",), "exp ls FILTER", "filter"
    ),
    Key("text", ("/",), "only rows that hold a text", "text", "Find", ("runs",), "exp ls 'name ~ TEXT'", "text"),
    Key("sort", ("s",), "sort by", "sort", "Find", ("runs",), "exp ls --sort KEY", "sort"),
    Key("reverse", ("S",), "turn the order round", "reverse", "Find", ("runs",), "exp ls --reverse"),
    Key("columns", ("C",), "choose the columns", "columns", "Find", ("runs",), "exp ls --columns a,b,c", "columns"),
    Key("group", ("b",), "group: mean and spread", "group", "Find", ("runs",), "", "group"),
    Key("mark", ("space",), "mark, and go on", "mark", "Look", ("runs",), "", "mark"),
    Key("mark-range", ("v",), "mark from the last mark to here", "mark_range", "Look", ("runs",)),
    Key("mark-all", ("a",), "mark all that the list shows", "mark_all", "Look", ("runs",)),
    Key("mark-others", ("*",), "mark the others instead", "mark_others", "Look", ("runs",)),
    Key("unmark", ("x",), "unmark all", "unmark", "Look", ("runs",)),
    Key("pin", ("p",), "pin as baseline, or unpin", "pin", "Look", ("runs", "compare"), "exp diff A B", "baseline"),
    Key("compare", ("4", "c"), "compare the marked runs", "show_compare", "Screens", cli="exp diff A B..."),
    Key("all", ("a",), "all, or only what differs", "all", "Look", ("compare",), "exp diff A B --all", "all"),
    Key("diff", ("d",), "whole diff of two runs, patch", "diff", "Look", cli="exp diff A B --patch"),
    Key("open-diff", ("enter",), "whole diff, patch", "diff", "Look", ("compare",), "exp diff A B -p", "diff"),
    Key("pager", ("v",), "the diff in $PAGER", "pager", "Look", ("compare",), "exp diff A B -p | $PAGER", "pager"),
    Key("plot", ("3",), "plot the marked runs", "show_plot", "Screens", cli="exp plot METRIC RUN..."),
    Key("zoom-in", ("k", "up"), "zoom in; in tables up", "zoom_in", "Look", ("plot",), "exp plot M --from X", "zoom"),
    Key("zoom-out", ("j", "down"), "zoom out; in tables down", "zoom_out", "Look", ("plot",), "exp plot M --to X"),
    Key("pan-left", ("h", "left"), "view or cursor to the left", "pan_left", "Look", ("plot",), "", "pan"),
    Key("pan-right", ("l", "right"), "view or cursor to the right", "pan_right", "Look", ("plot",)),
    Key("next-tab", ("]",), "next tab", "next_tab", "Move", ("run", "plot"), foot="tab"),
    Key("previous-tab", ("[",), "previous tab", "previous_tab", "Move", ("run", "plot")),
    Key("metric", ("m",), "choose metrics", "metric", "Look", ("plot",), "exp plot METRIC...", "metric"),
    Key("axis", ("t",), "x by step or time; the param", "axis", "Look", ("plot",), "exp plot M --x time", "axis"),
    Key("log-y", ("L",), "logarithmic y", "log", "Look", ("plot",), "exp plot M --log-y", "log"),
    Key("smoother", ("+",), "more smoothing", "smoother", "Look", ("plot",), "exp plot M --smooth 0.9", "smooth"),
    Key("rougher", ("-",), "less smoothing", "rougher", "Look", ("plot",), "exp plot M --smooth 0.5"),
    Key("unsmoothed", ("=",), "no smoothing", "unsmoothed", "Look", ("plot",), "exp plot M"),
    Key("cursor", ("i",), "cursor with values", "cursor", "Look", ("plot",), "exp plot M --csv", "cursor"),
    Key("outliers", ("o",), "clip outliers", "outliers", "Look", ("plot",), "exp plot M --clip-outliers"),
    Key("follow", (".",), "follow live, or hold still", "follow", "Look", ("plot",), "exp plot M"),
    Key("write", ("w",), "write CSV", "write", "Look", ("plot",), "exp plot M --csv > FILE", "csv"),
    Key("models", ("5",), "models, versions, stages", "show_models", "Screens", cli="exp models"),
    Key("journal", ("6", "@"), "journal: what was done, as commands", "show_journal", "Screens"),
    Key("rerun", ("R",), "run its command again, here", "rerun", "Change", cli="exp run -- CMD"),
    Key("reproduce", ("V",), "run again in a clean place, compare", "reproduce", "Change", cli="exp repro RUN"),
    Key("restore", ("A",), "put its files into a new folder", "restore", "Change", cli="exp restore RUN DIR"),
    Key("promote", ("P",), "promote to a stage", "promote", "Change", cli="exp promote RUN --to STAGE"),
    Key("bisect", ("B",), "which commit moved a metric", "bisect", "Change", cli="exp bisect -m M --drop F A B"),
    Key("tag", ("T",), "tags and attributes", "tag", "Change", cli="exp tag RUN +a -b k=v"),
    Key("note", ("E",), "note, in $EDITOR", "note", "Change", cli="exp note RUN TEXT"),
    Key("rename", ("ctrl+r",), "another name", "rename", "Change", cli="exp rename RUN NAME"),
    Key("stop", ("K",), "stop a live run", "stop", "Change", cli="exp stop RUN"),
    Key("trash", ("X",), "to the trash", "trash", "Change", cli="exp rm RUN..."),
    Key("undo", ("u",), "take back the latest edit", "undo", "Change", cli="exp undo"),
    Key("copy", ("y",), "copy, by the terminal's clipboard", "copy", "Change"),
    Key("shell", ("!",), "a shell, with $RUN", "shell", "Change"),
    Key("open-line", ("enter",), "open what is under the cursor", "open_line", "Look", ("run",)),
    Key("log", ("e",), "log of the run", "show_log", "Look", cli="exp log RUN", foot="log"),
    Key("follow-log", (".",), "follow the log live, or stop", "follow", "Look", ("run",), "exp log RUN -f"),
    Key("find-text", ("/",), "find a text", "find", "Find", ("run",), foot="find"),
    Key("next-hit", ("n",), "next hit", "next_hit", "Find", ("run",)),
    Key("previous-hit", ("N",), "previous hit", "previous_hit", "Find", ("run",)),
    Key("help", ("?",), "help: all keys of this screen", "help", "Everywhere", foot="help"),
    Key("palette", (":", "ctrl+p"), "palette: every action by name", "palette", "Everywhere", foot="palette"),
    Key("back", ("q",), "back, or quit", "back", "Everywhere", foot="quit"),
    Key("clear", ("escape",), "clear what was begun; never quits", "clear", "Everywhere"),
    Key("zoom", ("z",), "only this pane, or all again", "zoom", "Everywhere"),
    Key("mouse", ("M",), "mouse on or off", "mouse", "Everywhere"),
    Key("refresh", ("r", "ctrl+l"), "read the store and draw anew", "refresh", "Everywhere"),
    Key("suspend", ("ctrl+z",), "to the shell; fg comes back", "suspend", "Everywhere"),
    Key("interrupt", ("ctrl+c",), "cancel what is going on, else quit", "interrupt", "Everywhere"),
)


class Keymap(NamedTuple):
    """The table with the user's changes, ready to look up: by screen, then by key."""

    keys: tuple[Key, ...]

    def on(self, screen: str) -> list[Key]:
        """The keys of this screen, in the table's order."""
        return [key for key in self.keys if not key.screens or screen in key.screens]

    def find(self, screen: str, pressed: Iterable[str]) -> Key | None:
        """The binding of one of these names of the key that was pressed; a screen's own wins over everywhere's."""
        names = set(pressed)
        found = [key for key in self.on(screen) if names.intersection(key.keys)]
        return next((key for key in found if key.screens), found[0] if found else None)


def keymap(changes: Mapping[str, Any], table: Iterable[Key] = KEYS) -> Keymap:
    """The table with `[keys]` of the user's settings: an id, and a key or a list of keys (empty: none).

    Raises `UsageError` for an unknown id, a value that is no key, and a key that two actions of a screen would share.
    """
    keys = tuple(table)
    known = {key.id for key in keys}
    for name in changes:
        if name not in known:
            hint = did_you_mean(name, known) or "docs/keys.md names all ids"
            raise UsageError(f"[keys] has no action {name!r}", "", hint)
    changed = Keymap(tuple(key._replace(keys=_wanted(key, changes)) for key in keys))
    _refuse_shared(changed)
    return changed


def shown(name: str) -> str:
    """A key's name as people write it."""
    return _WORDS.get(name, name.replace("ctrl+", "^") if name.startswith("ctrl+") else name)


_WORDS: Final = {
    "pagedown": "PgDn", "pageup": "PgUp", "escape": "Esc", "shift+tab": "Shift-Tab", "tab": "Tab", "enter": "Enter",
    "space": "Space", "home": "Home", "end": "End", "down": "Down", "up": "Up", "left": "Left", "right": "Right",
    "backspace": "Backspace",
}  # fmt: skip


def _wanted(key: Key, changes: Mapping[str, Any]) -> tuple[str, ...]:
    if key.id not in changes:
        return key.keys
    value = changes[key.id]
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise UsageError(
            f"[keys] {key.id} is no key", "it takes a key, or a list of keys", f'{key.id} = "{key.keys[0]}"'
        )
    return tuple(names)


def _refuse_shared(table: Keymap) -> None:
    screens = {screen for key in table.keys for screen in key.screens} | {""}
    for screen in sorted(screens):
        seen: dict[tuple[str, bool], Key] = {}
        for key in table.on(screen):
            for name in key.keys:
                first = seen.setdefault((name, bool(key.screens)), key)
                if first is not key:
                    cause = f"{first.id} and {key.id} would both be on {shown(name)}"
                    raise UsageError("[keys] gives one key two actions", cause, f"give {key.id} another key")
