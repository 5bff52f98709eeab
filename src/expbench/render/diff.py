"""The page of `exp diff A B`: one sentence that says which axes differ, then a short block for each of those.

Better and worse are told by word and by colour; an arrow shows which way a number went.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from expbench.domain.diff import DataChange, DiffDocument, FileChange, MetricChange, asked, env_facts, equal, same
from expbench.domain.document import DataEntry, Number, ParamValue, RunDocument
from expbench.render.blocks import block, command_lines, inner, paragraph
from expbench.render.printable import clip, printable
from expbench.render.style import Role, Style, paint, sign
from expbench.render.table import Cell, Column, numeric, table
from expbench.render.values import counted, listed, number, number_pair, param, signed

_SYSTEM: Final = "system/"
_STATUS_ROLES: Final[Mapping[str, Role]] = {"A": "added", "D": "removed", "M": "warn", "R": "key"}
_PATCH_ROLES: Final[tuple[tuple[str, Role], ...]] = (
    ("+++ ", "heading"),
    ("--- ", "heading"),
    ("diff --git ", "heading"),
    ("@@", "key"),
    ("+", "added"),
    ("-", "removed"),
)
_BETTER: Final[Mapping[str | None, tuple[Role | None, str]]] = {
    "a": ("bad", " worse"),
    "b": ("good", " better"),
    None: (None, ""),
}
_KEY: Final = Column("")
_ARROW: Final = Column("", shrinks=False)
_NUMBER: Final = Column("", shrinks=False)


class _Pair(NamedTuple):
    """What the blocks are drawn from."""

    diff: DiffDocument
    a: RunDocument
    b: RunDocument
    everything: bool
    style: Style


def diff_text(
    diff: DiffDocument,
    a: RunDocument,
    b: RunDocument,
    style: Style,
    *,
    everything: bool = False,
    patch: str | None = None,
) -> str:
    """The whole page, without a final newline; `everything` also shows what is equal, `patch` is git's own text.

    No line is wider than the style's width, but for those of the patch.
    """
    pair = _Pair(diff, a, b, everything, inner(style))
    blocks = [[_title(a, b, style), *_sentence(diff, style)]]
    for axis, draw in _BLOCKS.items():
        if same(diff, axis) is False or (everything and same(diff, axis)):
            blocks.append(block(axis, draw(pair), style))
    if patch:
        blocks.append(patch_lines(patch, style))
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def patch_lines(patch: str, style: Style) -> list[str]:
    """A patch line by line, printable and coloured; tabs become blanks, nothing is clipped."""
    return [_patch_line(line, style) for line in patch.removesuffix("\n").split("\n")]


def _patch_line(line: str, style: Style) -> str:
    role = next((role for start, role in _PATCH_ROLES if line.startswith(start)), None)
    return paint(printable(line.expandtabs(8)), role, style)


def _title(a: RunDocument, b: RunDocument, style: Style) -> str:
    """`A name id -> B name id`, so that a and b below are known."""
    room = style.width - 2 * 14 - 4
    if room < 8:
        return clip(f"{a['id']} {sign('arrow', style)} {b['id']}", style.width, sign("ellipsis", style))
    names = [
        f"{paint(clip(run['name'], room // 2, sign('ellipsis', style)), 'heading', style)}"
        f" {paint(clip(run['id'], 12), 'id', style)}"
        for run in (a, b)
    ]
    return f" {sign('arrow', style)} ".join(names)


def _sentence(diff: DiffDocument, style: Style) -> list[str]:
    """Such as "differ in params and metrics; same code, data, env and command"."""
    axes = asked(diff)
    differing = [axis for axis in axes if same(diff, axis) is False]
    alike = [axis for axis in axes if axis not in differing]
    if not differing:
        return paragraph(f"no difference in {listed(alike)}" if alike else "nothing was compared", style, "good")
    rest = f"; same {listed(alike)}" if alike else ""
    return paragraph(f"differ in {listed(differing)}{rest}", style)


def _params(pair: _Pair) -> list[str]:
    return _values(
        pair, [change["key"] for change in pair.diff["params"]["changed"]], pair.a["params"], pair.b["params"]
    )


def _env(pair: _Pair) -> list[str]:
    packages = "packages" in pair.a["env"] and "packages" in pair.b["env"]
    facts = env_facts(pair.a["env"], packages), env_facts(pair.b["env"], packages)
    return _values(pair, [change["key"] for change in pair.diff["env"]["changed"]], *facts)


def _values(pair: _Pair, keys: Sequence[str], a: Mapping[str, ParamValue], b: Mapping[str, ParamValue]) -> list[str]:
    """Flat values of which some differ; a key that one run lacks is told from one that is null."""
    rows = [[Cell(key, "key"), *_values_pair(a, b, key, pair.style)] for key in keys]
    equals = [key for key in a if key in b and equal(a[key], b[key])]
    if pair.everything:
        rows += [[Cell(key, "dim"), Cell(param(a[key]), "dim"), Cell("=", "dim"), Cell("")] for key in equals]
    lines = table([_KEY, Column("", right=True), _ARROW, Column("")], rows, pair.style, header=False)
    return lines + _equal_count(len(equals), pair)


def _values_pair(a: Mapping[str, ParamValue], b: Mapping[str, ParamValue], key: str, style: Style) -> list[Cell]:
    if key in a and key in b:
        texts = _distinct(a[key], b[key])
        return [Cell(texts[0]), _arrow(style), Cell(texts[1])]
    none = Cell("absent", "dim")
    return [Cell(param(a[key])) if key in a else none, _arrow(style), Cell(param(b[key])) if key in b else none]


def _distinct(a: ParamValue, b: ParamValue) -> tuple[str, str]:
    texts = param(a), param(b)
    return texts if texts[0] != texts[1] else (printable(repr(a)), printable(repr(b)))


def _metrics(pair: _Pair) -> list[str]:
    changed = pair.diff["metrics"]["changed"]
    shown = [change for change in changed if pair.everything or not change["key"].startswith(_SYSTEM)]
    rows = [[Cell(change["key"], "key"), *_metric(change, pair.style)] for change in shown]
    differing = {change["key"] for change in changed}
    equals = [key for key in pair.a["metrics"] if key in pair.b["metrics"] and key not in differing]
    if pair.everything:
        rows += [_equal_metric(key, pair.a["metrics"][key]["last"]) for key in equals]
    columns = [_KEY, numeric(""), _ARROW, _NUMBER, numeric(""), Column("", shrinks=False)]
    lines = table(columns, rows, pair.style, header=False)
    hidden = len(changed) - len(shown)
    if hidden:
        lines += paragraph(f"{counted(hidden, 'system metric')} differ too; --all shows them", pair.style, "dim")
    return lines + _equal_count(len(equals), pair)


def _metric(change: MetricChange, style: Style) -> list[Cell]:
    a, b = number_pair(change["a"], change["b"])
    texts = [
        Cell(a) if change["a"] is not None else Cell("absent", "dim"),
        _arrow(style),
        Cell(b) if change["b"] is not None else Cell("absent", "dim"),
    ]
    if change["delta"] is None:
        return [*texts, Cell(""), Cell("")]
    role, word = _BETTER[change["better"]]
    way = sign("up" if change["delta"] > 0 else "down", style)
    return [*texts, Cell(signed(change["delta"]), role), Cell(f"{way}{word}", role)]


def _equal_metric(key: str, last: Number) -> list[Cell]:
    return [Cell(key, "dim"), Cell(number(last), "dim"), Cell("=", "dim"), Cell(""), Cell(""), Cell("")]


def _equal_count(count: int, pair: _Pair) -> list[str]:
    return paragraph(f"{count:,} equal", pair.style, "dim") if count and not pair.everything else []


def _code(pair: _Pair) -> list[str]:
    files = pair.diff["code"]["files"]
    lines = [*_incomplete(pair)]
    if pair.diff["code"]["same"]:
        return paragraph("no file differs, params and .dvc files apart", pair.style, "dim") + lines
    if not files:
        return paragraph("the files can't be listed: a snapshot isn't in this repository", pair.style, "warn") + lines
    columns = [Column("", shrinks=False), Column("path"), numeric(""), numeric("")]
    drawn = table(columns, [_file(file, pair.style) for file in files], pair.style, header=False)
    return drawn + _total(files, pair.style) + lines


def _file(file: FileChange, style: Style) -> list[Cell]:
    path = f"{file['from']} {sign('arrow', style)} {file['path']}" if file["from"] else file["path"]
    if file["added"] is None or file["deleted"] is None:
        counts = [Cell("binary", "dim"), Cell("")]
    else:
        counts = [Cell(f"+{file['added']}", "added"), Cell(f"-{file['deleted']}", "removed")]
    return [Cell(file["status"], _STATUS_ROLES.get(file["status"])), Cell(path), *counts]


def _total(files: Sequence[FileChange], style: Style) -> list[str]:
    if len(files) < 2:
        return []
    added, deleted = sum(file["added"] or 0 for file in files), sum(file["deleted"] or 0 for file in files)
    return paragraph(f"{counted(len(files), 'file')}, +{added} -{deleted}", style, "dim")


def _incomplete(pair: _Pair) -> Iterator[str]:
    for name, run in (("first", pair.a), ("second", pair.b)):
        if run["code"]["snapshot"] and not run["code"]["complete"]:
            yield from paragraph(f"the {name} run's snapshot is incomplete: exp show {run['id']}", pair.style, "warn")


def _data(pair: _Pair) -> list[str]:
    changed = pair.diff["data"]["changed"]
    rows = [[Cell(change["path"], "key"), *_data_pair(change, pair.style)] for change in changed]
    paths = {change["path"] for change in changed}
    equals = [entry for entry in pair.a["data"]["inputs"] if entry["path"] not in paths]
    if pair.everything:
        rows += [_equal_data(entry) for entry in equals]
    lines = table([_KEY, Column(""), _ARROW, Column(""), Column("")], rows, pair.style, header=False)
    return lines + _equal_count(len(equals), pair)


def _equal_data(entry: DataEntry) -> list[Cell]:
    return [Cell(entry["path"], "dim"), _digest(entry["hash"]), Cell("=", "dim"), Cell(""), Cell("")]


def _data_pair(change: DataChange, style: Style) -> list[Cell]:
    return [_digest(change["a"]), _arrow(style), _digest(change["b"]), Cell(_file_counts(change), "dim")]


def _digest(digest: str | None) -> Cell:
    return Cell("absent", "dim") if digest is None else Cell(digest.removesuffix(".dir")[:10])


def _file_counts(change: DataChange) -> str:
    parts = [("added", "added"), ("removed", "removed"), ("modified", "changed")]
    counts: Mapping[str, Any] = change
    said = [f"{counts[key]:,} {word}" for key, word in parts if counts[key]]
    return f"files: {', '.join(said)}" if said else ""


def _command(pair: _Pair) -> list[str]:
    if pair.diff["command"]["same"]:
        return command_lines(pair.diff["command"]["a"], pair.style)
    style = pair.style._replace(width=max(pair.style.width - 2, 1))
    sides: tuple[tuple[str, Role, list[str]], ...] = (
        ("-", "removed", pair.diff["command"]["a"]),
        ("+", "added", pair.diff["command"]["b"]),
    )
    return [
        paint(f"{mark} {line}" if index == 0 else f"  {line}", role, pair.style)
        for mark, role, argv in sides
        for index, line in enumerate(command_lines(argv, style))
    ]


def _arrow(style: Style) -> Cell:
    return Cell(sign("arrow", style), "dim")


_BLOCKS: Final[Mapping[str, Callable[[_Pair], list[str]]]] = {
    "params": _params,
    "metrics": _metrics,
    "code": _code,
    "data": _data,
    "env": _env,
    "command": _command,
}
