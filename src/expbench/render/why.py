"""The page of `exp why A B`: how the metric moved, the share of each axis and what changed in it, the runs used."""

from collections.abc import Mapping, Sequence
from typing import Final

from expbench.domain.attribution import Estimate, swapped, words_of
from expbench.domain.diff import DiffDocument, FileChange
from expbench.domain.document import ParamValue, RunDocument
from expbench.domain.recipe import Axis
from expbench.render.blocks import paragraph
from expbench.render.printable import clip
from expbench.render.style import Style, paint, sign
from expbench.render.table import Cell, Column, Row, numeric, table
from expbench.render.values import counted, duration, listed, number, number_pair, param, signed
from expbench.services.explaining import Cell as MixCell
from expbench.services.explaining import Explanation, Plan

# A run's id -> what is shown of it.
Short = Mapping[str, str]
_NAMED: Final = 3


def why_text(found: Explanation, difference: DiffDocument, style: Style, short: Short) -> str:
    """The whole page, without a final newline. No line is wider than the style's width."""
    parts = [_title(found, style, short)]
    if found.plan.axes:
        parts += [_shares(found, difference, style), _mixes(found, style, short)]
    else:
        parts.append(_nothing(found, style))
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def plan_text(plan: Plan, style: Style, short: Short) -> str:
    """What `--dry-run` shows: each mix with the runs that answer for it, and the reruns that are left."""
    rows = [_planned(cell, short) for cell in plan.cells]
    columns = [Column("mix"), Column("recorded"), numeric("reruns")]
    lines = table(columns, rows, style) if rows else []
    return "\n".join([*lines, *paragraph(reruns_words(plan), style)])


def reruns_words(plan: Plan) -> str:
    """How many reruns there will be, and about how long they take."""
    if not plan.axes:
        return "nothing that is recorded differs, so nothing is to be run"
    if not plan.reruns:
        return "every mix is recorded, so nothing is to be run"
    known = [run["duration_s"] for run in (plan.a, plan.b) if run["duration_s"] is not None]
    time = f", about {duration(plan.reruns * sum(known) / len(known))} in all" if known else ""
    return f"{counted(plan.reruns, 'rerun')}{time}"


def _title(found: Explanation, style: Style, short: Short) -> list[str]:
    a, b, result = found.plan.a, found.plan.b, found.attribution
    arrow = sign("arrow", style)
    runs = " ".join(
        [_run("a", a, style, short), arrow, _run("b", b, style, short)] if style.width > 4 * _ROOM else []
    )
    if result.before == result.after:
        moved = f"{found.plan.metric} did not move: {number(result.before)} in both"
    else:
        before, after = number_pair(result.before, result.after)
        moved = f"{found.plan.metric} {before} {arrow} {after}, that is {signed(result.after - result.before)}"
    return [*([runs] if runs else []), *paragraph(moved, style, "heading")]


_ROOM: Final = 12


def _run(side: str, run: RunDocument, style: Style, short: Short) -> str:
    name = clip(run["name"], style.width // 2 - 2 * _ROOM + 8, sign("ellipsis", style))
    return f"{side} = {paint(name, 'heading', style)} {paint(clip(short[run['id']], _ROOM), 'id', style)}"


def _shares(found: Explanation, difference: DiffDocument, style: Style) -> list[str]:
    result = found.attribution
    change = result.after - result.before
    rows = []
    for axis, part in sorted(result.parts.items(), key=lambda item: -abs(item[1])):
        share = _percent(part / change) if result.changed else sign("none", style)
        error = result.errors[axis]
        noise = [Cell(f"±{number(error, 2)}" if error is not None else "", "dim")] if _has_noise(found) else []
        cells = [Cell(axis, "key"), Cell(share, "heading"), Cell(signed(part) if part else "0"), *noise]
        rows.append([*cells, Cell(what_changed(difference, axis, style))])
    noise_column = [numeric("noise")] if _has_noise(found) else []
    columns = [
        Column("axis", shrinks=False),
        numeric("share"),
        numeric("part"),
        *noise_column,
        Column("what changed"),
    ]
    return table(columns, rows, style) + _left_out(found, style)


def _percent(share: float) -> str:
    if abs(share) < 0.0005:
        return "0%"
    return f"{100 * share:.3g}%" if abs(share) < 10 else f"{100 * share:.0f}%"


def _has_noise(found: Explanation) -> bool:
    return any(error is not None for error in found.attribution.errors.values())


def _left_out(found: Explanation, style: Style) -> list[str]:
    lines = []
    for cell in found.plan.cells:
        why = found.failed.get(swapped(cell.mix))
        if why is not None:
            lines += paragraph(f"could not be run: {words_of(cell.mix)} ({why})", style, "warn")
    count = found.attribution.left_out
    if count:
        kept = found.attribution.orders
        orders = "only order" if kept == 1 else counted(kept, "order")
        lines += paragraph(f"so the shares are of the {orders} of swapping that can be gone", style)
    return lines


def _mixes(found: Explanation, style: Style, short: Short) -> list[str]:
    rows: list[Row] = []
    for cell in found.plan.cells:
        key = swapped(cell.mix)
        value = found.values.get(key)
        ids = [short.get(run_id, run_id) for run_id in found.runs.get(key, [])]
        mean = Cell("failed", "bad") if value is None else Cell(number(value.mean))
        noise = [_noise(value)] if _has_noise(found) else []
        rows.append([Cell(words_of(cell.mix)), mean, *noise, Cell(" ".join(ids), "id")])
    noise_column = [numeric("noise")] if _has_noise(found) else []
    return table([Column("mix"), numeric(found.plan.metric), *noise_column, Column("runs")], rows, style)


def _noise(value: Estimate | None) -> Cell:
    return Cell("" if value is None or value.deviation is None else f"±{number(value.deviation, 2)}", "dim")


def _nothing(found: Explanation, style: Style) -> list[str]:
    a, b = found.plan.a["id"], found.plan.b["id"]
    lines = paragraph("Nothing that is recorded differs: code, data, params and environment are the same.", style)
    if found.attribution.before == found.attribution.after:
        return lines
    lines += paragraph("So it was chance, or an input that is not recorded:", style)
    commands = [f"exp repro {a}", f"exp doctor {b}"]
    return [*lines, *(f"  {clip(line, max(style.width - 2, 1), sign('ellipsis', style))}" for line in commands)]


def _planned(cell: MixCell, short: Short) -> Row:
    ids = " ".join(short.get(run_id, run_id) for run_id in cell.recorded)
    return [Cell(words_of(cell.mix)), Cell(ids, "id"), Cell(str(cell.wanted) if cell.wanted else "")]


def what_changed(difference: DiffDocument, axis: Axis, style: Style) -> str:
    """The first few changes of an axis in a line."""
    arrow = sign("arrow", style)
    if axis == "code":
        changes = [_file(file) for file in difference["code"]["files"]] or ["files that can't be listed"]
    elif axis == "data":
        changes = [change["path"] for change in difference["data"]["changed"]]
    else:
        values = difference["params" if axis == "params" else "env"]["changed"]
        values = [change for change in values if not change["key"].startswith("hardware.")] or values
        shown = _fact if axis == "env" else param
        changes = [
            f"{each['key'].removeprefix('package.')} {shown(each['a'])} {arrow} {shown(each['b'])}" for each in values
        ]
        if axis == "params" and not difference["command"]["same"]:
            changes.append("the command line")
    return _some(changes)


def _fact(value: ParamValue) -> str:
    return "absent" if value is None else str(value)


def _file(file: FileChange) -> str:
    counts = "" if file["added"] is None or file["deleted"] is None else f" +{file['added']} -{file['deleted']}"
    return f"{file['path']}{counts}"


def _some(changes: Sequence[str]) -> str:
    more = len(changes) - _NAMED
    return listed([*changes[:_NAMED], f"{more} more"]) if more > 0 else ", ".join(changes)
