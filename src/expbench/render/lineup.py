"""`exp diff A B C...`: several runs beside each other, the first one being what the others are compared with.

Better and worse are told by colour and by word (by its first letter where runs are many), an arrow shows which way
a number went; what equals the first run is dim.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from expbench.domain.document import RunDocument
from expbench.domain.ids import shortest_prefixes
from expbench.domain.lineup import Entry, Fact
from expbench.render.blocks import paragraph
from expbench.render.printable import printable
from expbench.render.style import Role, Style, sign
from expbench.render.table import Cell, Column, Row, table
from expbench.render.values import counted, listed, number, param, signed

_SYSTEM: Final = "system/"
_HASH: Final = 10
_FEW: Final = 3  # with more runs better and worse are said by a letter
_BETTER: Final[Mapping[bool, tuple[str, Role]]] = {True: ("better", "good"), False: ("worse", "bad")}
_STATUS: Final[Mapping[str, Role]] = {"A": "added", "D": "removed", "M": "warn", "R": "key"}


def lineup_text(
    facts: Sequence[Fact], runs: Sequence[RunDocument], known_ids: Collection[str], style: Style, *, everything: bool
) -> str:
    """The page, without a final newline: a sentence, then one table, its first column the axis."""
    rows = lineup_rows(shown_facts(facts, everything), style)
    lines = table(lineup_columns(runs, known_ids), rows, style) if rows else []
    return "\n".join([*sentence(facts, len(runs), style), *([""] if lines else []), *lines])


def lineup_rows(facts: Sequence[Fact], style: Style) -> list[Row]:
    """The rows of these facts; the axis is named where it begins."""
    axes = [fact.axis for fact in facts]
    starts = [index == 0 or axes[index - 1] != axis for index, axis in enumerate(axes)]
    return [
        [Cell(fact.axis if begins else "", "label"), *row(fact, style)]
        for fact, begins in zip(facts, starts, strict=True)
    ]


def shown_facts(facts: Sequence[Fact], everything: bool) -> list[Fact]:
    """The rows to show: what differs, less what the machine says of itself; all of them with `everything`."""
    if everything:
        return list(facts)
    return [fact for fact in facts if fact.differs and not fact.key.startswith(_SYSTEM)]


def lineup_columns(runs: Sequence[RunDocument], known_ids: Collection[str]) -> list[Column]:
    """The axis, the key, and one column a run."""
    ids = shortest_prefixes({run["id"] for run in runs}, known_ids)
    heads = [f"{ids[run['id']]} {run['name']}" for run in runs]
    return [Column("", shrinks=False), Column(""), *(Column(head, right=True) for head in heads)]


def sentence(facts: Sequence[Fact], count: int, style: Style) -> list[str]:
    """Such as "differ in params and metrics; same code"."""
    axes = list(dict.fromkeys(fact.axis for fact in facts))
    differing = [axis for axis in axes if any(fact.differs for fact in facts if fact.axis == axis)]
    alike = [axis for axis in axes if axis not in differing]
    if not differing:
        return paragraph(f"no difference in {listed(alike)}" if alike else "nothing was compared", style, "good")
    rest = f"; same {listed(alike)}" if alike else ""
    letters = " (b better, w worse)" if count > _FEW and "metrics" in differing else ""
    return paragraph(f"differ in {listed(differing)}{rest}{letters}", style)


def hidden_text(facts: Sequence[Fact]) -> str:
    """How many rows of what the machine says of itself differ, too; empty if none."""
    hidden = sum(fact.differs and fact.key.startswith(_SYSTEM) for fact in facts)
    return f"{counted(hidden, 'system metric')} differ too; --all shows them" if hidden else ""


def row(fact: Fact, style: Style) -> Row:
    """The cells of a fact: its key, then each run."""
    return [Cell(fact.key, "key"), *(cell(fact, index, style) for index in range(len(fact.entries)))]


def cell(fact: Fact, index: int, style: Style) -> Cell:
    """What one run has of a fact."""
    entry = fact.entries[index]
    if fact.kind == "file":
        return _file(entry, index)
    if entry.is_absent:
        return Cell("absent", "dim" if entry.same else "warn")
    if fact.kind == "number":
        return _number(entry, index, len(fact.entries) <= _FEW, style)
    text = _words(fact, index, style) if fact.kind == "words" else _text(fact, entry)
    return Cell(text, "dim" if entry.same and index else None if index == 0 else "warn")


def _text(fact: Fact, entry: Entry) -> str:
    if fact.kind == "hash":
        return str(entry.value).removesuffix(".dir")[:_HASH]
    return param(entry.value)


def _words(fact: Fact, index: int, style: Style) -> str:
    """A command without the words that all of them begin with."""
    argvs = [entry.value for entry in fact.entries]
    shortest = min(map(len, argvs)) if fact.differs else 0
    alike = next((n for n in range(shortest) if len({argv[n] for argv in argvs}) > 1), shortest)
    start = f"{sign('ellipsis', style)} " if alike else ""
    return printable(start + " ".join(argvs[index][alike:])).rstrip()


def _number(entry: Entry, index: int, few: bool, style: Style) -> Cell:
    text = number(entry.value)
    if entry.same:
        return Cell(text, "dim" if index else None)
    if entry.delta is None:
        return Cell(text, "warn")
    way = sign("up" if entry.delta > 0 else "down", style)
    if entry.is_better is None:
        return Cell(f"{text} {signed(entry.delta)}{way}")
    word, role = _BETTER[entry.is_better]
    return Cell(f"{text} {signed(entry.delta)}{way} {word if few else word[0]}", role)


def _file(entry: Entry, index: int) -> Cell:
    if entry.value is None:
        return Cell("=" if index else "", "dim")
    change = entry.value
    if change["added"] is None or change["deleted"] is None:
        return Cell(f"{change['status']} binary", _STATUS.get(change["status"]))
    return Cell(f"{change['status']} +{change['added']} -{change['deleted']}", _STATUS.get(change["status"]))
