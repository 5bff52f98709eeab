"""What can be chosen from: names of columns and of what the list can be sorted or grouped by."""

from collections.abc import Iterable, Sequence

from expbench.domain.query.fields import field_names
from expbench.tui.views.lines import Line, line


def names(shown: Iterable[str], metrics: Iterable[str], params: Iterable[str]) -> list[str]:
    """What a column can hold: the columns shown first, then metrics, params, and the fields of a run."""
    found = [*shown, *(f"metrics.{key}" for key in metrics), *(f"params.{key}" for key in params), *field_names()]
    same = {"started": "started_at", "created": "created_at", "ended": "ended_at", "duration": "duration_s"}
    return list(dict.fromkeys(same.get(name, name) for name in found))


def narrowed(offered: Sequence[str], typed: str) -> list[str]:
    """Those that hold each word typed; what begins with it comes first."""
    words = typed.lower().split()
    found = [name for name in offered if all(word in name.lower() for word in words)]
    start = typed.strip().lower()
    return sorted(found, key=lambda name: not _own(name).lower().startswith(start))


def choice_lines(offered: Sequence[str], chosen: Iterable[str], *, many: bool) -> list[Line]:
    """One line a name, with a sign before those that are chosen."""
    taken = set(chosen)
    on, off = ("[x] ", "[ ] ") if many else ("* ", "  ")
    return [line((on if name in taken else off, "key"), name) for name in offered]


def _own(name: str) -> str:
    for prefix in ("metrics.", "params."):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name
