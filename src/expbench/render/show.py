"""The page of `exp show RUN`: all that is known of a run, in the order in which people ask.

What isn't there takes no room, but where its absence means something ("no DVC in this repository") words say it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any, Final, NamedTuple

from expbench.domain.document import Code, DataEntry, Env, RunDocument
from expbench.domain.ids import LENGTH
from expbench.render.blocks import block, command_lines, inner, paragraph
from expbench.render.printable import clip
from expbench.render.runs import STATUS_ROLES
from expbench.render.style import Style, paint, sign
from expbench.render.table import Cell, Column, numeric, table
from expbench.render.values import age, counted, duration, number, param, size, timestamp
from expbench.render.verdict import verdict_lines

# The parts of the page, in their order.
SECTIONS: Final = (
    *("head", "note", "command", "code", "data", "env", "params", "metrics", "artifacts", "links", "verdict"),
    "warnings",
)


class _View(NamedTuple):
    """How the page looks, and what it needs beside the document."""

    style: Style
    now: str | None
    zone: tzinfo | None
    sparklines: Mapping[str, str]


def show_text(
    document: RunDocument,
    style: Style,
    *,
    now: str | None = None,
    zone: tzinfo | None = UTC,
    sparklines: Mapping[str, str] | None = None,
    sections: Sequence[str] = SECTIONS,
) -> str:
    """The page, without a final newline; of it these sections. No line is wider than the style's width.

    `now` (ISO 8601) adds how long ago the run began; `zone` is that of its times, None the machine's own;
    `sparklines` are drawn curves by metric.
    """
    view = _View(style, now, zone, sparklines or {})
    blocks = (_section(name, document, view) for name in sections)
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def _section(name: str, document: RunDocument, view: _View) -> list[str]:
    if name == "head":
        return _head(document, view)
    return block(name, _BODIES[name](document, view._replace(style=inner(view.style))), view.style)


def _head(document: RunDocument, view: _View) -> list[str]:
    style, status = view.style, document["status"]
    mark = paint(sign(status, style), STATUS_ROLES[status], style) if status in STATUS_ROLES else "?"
    name = clip(document["name"], max(style.width - 16, 1), sign("ellipsis", style))
    run_id = paint(clip(document["id"], min(LENGTH, style.width), sign("ellipsis", style)), "id", style)
    first = f"{mark} {paint(name, 'heading', style)}  {run_id}"
    if style.width < 20:
        first = run_id
    return [first, *paragraph(_summary(document, view), style), *_labels(document, style)]


def _summary(document: RunDocument, view: _View) -> str:
    how: str = document["status"]
    if document["signal"]:
        how += f" by {document['signal']}"
    elif document["exit_code"]:
        how += f" with exit code {document['exit_code']}"
    if document["duration_s"] is not None:
        how += f" after {duration(document['duration_s'])}"
    at = document["started_at"] or document["created_at"]
    begun = "started" if document["started_at"] else "created"
    ago = f" {age(at, view.now)}," if view.now else ""
    dot = f" {sign('dot', view.style)} "
    who = "@".join(part for part in (document["user"], document["host"]) if part)
    executor = f"{who} ({document['executor']})" if who else document["executor"]
    return dot.join([how, f"{begun}{ago} {timestamp(at, view.zone)}", executor])


def _labels(document: RunDocument, style: Style) -> list[str]:
    parts = [f"experiment {document['experiment']}"]
    if document["tags"]:
        parts.append("tags " + " ".join(document["tags"]))
    parts += [f"{key}={value}" for key, value in document["attributes"].items()]
    return paragraph(f" {sign('dot', style)} ".join(parts), style, "dim")


def _command(document: RunDocument, style: Style) -> list[str]:
    lines = command_lines(document["command"], style) if document["command"] else ["none recorded"]
    if document["cwd"] not in ("", "."):
        lines += paragraph(f"in {document['cwd']}", style, "dim")
    if document["entry"]:
        lines += paragraph(f"entry {document['entry']} of exp.toml", style, "dim")
    return lines


def _code(code: Code, style: Style) -> list[str]:
    if not code["snapshot"]:
        return paragraph("no snapshot was taken", style, "warn")
    where = code["branch"] or "detached"
    base = f"at commit {code['commit'][:10]}" if code["commit"] else "before the first commit"
    lines = paragraph(f"{where} {base}, " + ("with uncommitted work" if code["dirty"] else "clean"), style)
    if code["dirty"] or not code["commit"]:
        lines += paragraph(f"snapshot {code['snapshot'][:10]} holds it as it was", style, "dim")
    if code["remote"]:
        lines += paragraph(f"remote {code['remote']}", style, "dim")
    if not code["complete"]:
        lines += paragraph("the snapshot is incomplete, so this run can't be reproduced exactly", style, "warn")
    columns = [Column("left out"), numeric("size"), Column("reason")]
    rows = [[Cell(left["path"]), Cell(size(left["size"])), Cell(left["reason"])] for left in code["omitted"]]
    return lines + (table(columns, rows, style) if rows else [])


def _data(document: RunDocument, style: Style) -> list[str]:
    data = document["data"]
    rows = [_entry("in", entry) for entry in data["inputs"]] + [_entry("out", entry) for entry in data["outputs"]]
    if data["version"] is None and not rows:
        return paragraph("no DVC in this repository, so no data version", style, "dim")
    lines = paragraph(f"version {data['version'] or 'unknown'}", style)
    columns = [Column(""), Column("path"), Column("hash"), numeric("size"), numeric("files")]
    return lines + (table(columns, rows, style) if rows else paragraph("nothing tracked", style, "dim"))


def _entry(way: str, entry: DataEntry) -> list[Cell]:
    folder = ".dir" if entry["hash"].endswith(".dir") else ""
    digest = entry["hash"].removesuffix(".dir")[:10] + folder
    count = f"{entry['files']:,}" if folder else ""
    return [Cell(way, "dim"), Cell(entry["path"]), Cell(digest, "dim"), Cell(size(entry["size"])), Cell(count)]


def _env(env: Env, style: Style) -> list[str]:
    if not env["python"] and not env["platform"]:
        return paragraph("not recorded", style, "dim")
    packages = f", {counted(len(env['packages']), 'package')}" if "packages" in env else ""
    lines = paragraph(f"Python {env['python'] or 'unknown'}{packages} on {env['platform'] or 'unknown'}", style)
    if env["lock"]:
        lines += paragraph(f"lock {env['lock']['path']} {env['lock']['hash'][:10]}", style, "dim")
    hardware = {key: param(value) for key, value in env["hardware"].items() if value is not None}
    return lines + _named({**hardware, **env["variables"]}, style)


def _named(named: Mapping[str, Any], style: Style) -> list[str]:
    rows = [[Cell(key, "dim"), Cell(str(value))] for key, value in sorted(named.items())]
    return table([Column(""), Column("")], rows, style, header=False)


def _params(document: RunDocument, style: Style) -> list[str]:
    sources = document["param_sources"]
    rows = [
        [Cell(key, "key"), Cell(param(value)), Cell(sources.get(key, ""), "dim")]
        for key, value in document["params"].items()
    ]
    columns = [Column("param"), Column("value"), Column("from")]
    return table(columns, rows, style) if rows else paragraph("none", style, "dim")


def _metrics(document: RunDocument, view: _View) -> list[str]:
    if not document["metrics"]:
        return paragraph("none", view.style, "dim")
    drawn = any(view.sparklines.get(key) for key in document["metrics"])
    numbers = [numeric(name) for name in ("last", "min", "max", "step", "points")]
    columns = [Column("metric"), *([Column("")] if drawn else []), *numbers, Column("from")]
    rows = []
    for key, summary in document["metrics"].items():
        values = [number(summary["last"]), number(summary["min"]), number(summary["max"])]
        counts = [str(summary["last_step"]), f"{summary['count']:,}"]
        line = [Cell(view.sparklines.get(key, ""), "key")] if drawn else []
        cells = [Cell(text) for text in (*values, *counts)]
        rows.append([Cell(key, "key"), *line, *cells, Cell(summary["source"], "dim")])
    return table(columns, rows, view.style)


def _artifacts(document: RunDocument, style: Style) -> list[str]:
    rows = [
        [Cell(item["path"]), Cell(size(item["size"])), Cell(item["sha256"][:10], "dim")]
        for item in document["artifacts"]
    ]
    return table([Column("path"), numeric("size"), Column("sha256")], rows, style) if rows else []


def _links(document: RunDocument, style: Style) -> list[str]:
    """What the run hangs on; the commit that the run found is told with the code already."""
    links, base = document["links"], document["code"]["commit"]
    named = {"reproduces": links["reproduces"], "parent": links["parent"], "sweep": links["sweep"]}
    commits = ", ".join(commit[:10] for commit in links["commits"] if commit != base)
    return _named({key: value for key, value in {**named, "commits": commits}.items() if value}, style)


_BODIES: Final[Mapping[str, Callable[[RunDocument, _View], list[str]]]] = {
    "note": lambda document, view: paragraph(document["note"], view.style) if document["note"] else [],
    "command": lambda document, view: _command(document, view.style),
    "code": lambda document, view: _code(document["code"], view.style),
    "data": lambda document, view: _data(document, view.style),
    "env": lambda document, view: _env(document["env"], view.style),
    "params": lambda document, view: _params(document, view.style),
    "metrics": _metrics,
    "artifacts": lambda document, view: _artifacts(document, view.style),
    "links": lambda document, view: _links(document, view.style),
    "verdict": lambda document, view: verdict_lines(document["verdict"], view.style),
    "warnings": lambda document, view: [
        line for text in document["warnings"] for line in paragraph(text, view.style, "warn")
    ],
}
