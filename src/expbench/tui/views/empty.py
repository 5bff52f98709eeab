"""What the list says of itself: how many runs and why not all, what to type when there are none, a hint at first."""

from typing import Final

from expbench.render.values import counted
from expbench.tui.state import Snapshot
from expbench.tui.views.lines import Line, line
from expbench.tui.views.picking import Wish

HINT: Final = "j k move, f filters, space marks, ? shows all keys, q quits"


def about_words(snapshot: Snapshot, wish: Wish, matched: int, marked: int) -> str:
    """The right part of the title line."""
    if snapshot.trouble:
        return snapshot.trouble
    total = len(snapshot.ids)
    narrowed = bool(wish.filter or wish.text)
    parts = [f"{matched:,} of {total:,}" if narrowed else counted(total, "run")]
    if not snapshot.complete:
        parts = ["reading"]
    if wish.filter:
        parts.append(f"f {wish.filter}")
    if wish.text:
        parts.append(f"/ {wish.text}")
    if wish.sort or wish.reverse:
        parts.append(f"by {wish.sort or 'start'}" + (", reversed" if wish.reverse else ""))
    if wish.group:
        parts.append(f"grouped by {wish.group}")
    if marked:
        parts.append(f"{marked:,} marked")
    return "  ".join(parts)


def empty_lines(snapshot: Snapshot, narrowed: bool) -> list[Line]:
    """What a list without rows says."""
    if snapshot.trouble:
        return [(), line(f"  {snapshot.trouble}"), (), line("  ", ("exp doctor", "key"), "  says more")]
    if not snapshot.complete:
        return [(), line(("  reading the store", "dim"))]
    if narrowed:
        return [(), line("  No run matches."), (), line("  ", ("Esc", "key"), "  shows all again")]
    steps = (
        ("exp run -- python train.py", "records your first run"),
        ("exp demo /tmp/exp-demo", "makes a project with some dozen runs to look around in"),
    )
    lines: list[Line] = [(), line("  No runs yet. In another terminal, type"), ()]
    return [*lines, *(line("  ", (f"{typed:<28}", "key"), (words, "dim")) for typed, words in steps)]
