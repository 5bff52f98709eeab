"""The lineage of a run: data, run, artifacts, versions, stages; reruns, parent and children; commits."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from expbench.domain.document import RunDocument
from expbench.render.runs import STATUS_ROLES
from expbench.render.style import Style, sign
from expbench.render.values import size
from expbench.services.tracing import Trace
from expbench.tui.views.lines import Line, Span

_LABEL = 12


class Lineage(NamedTuple):
    """Lines, and by the number of a line the id of the run that `enter` there opens."""

    lines: list[Line]
    links: dict[int, str]


def lineage(document: RunDocument, trace: Trace | None, style: Style) -> Lineage:
    """The steps from data to stages, then the runs that hang together with this one."""
    rows = [*_steps(document, trace, style), ((), None), *_relatives(document, trace, style)]
    while rows and not rows[-1][0]:
        rows.pop()
    lines = [line for line, _ in rows]
    return Lineage(lines, {number: run_id for number, (_, run_id) in enumerate(rows) if run_id})


_Row = tuple[Line, str | None]


def _steps(document: RunDocument, trace: Trace | None, style: Style) -> list[_Row]:
    data = document["data"]
    inputs = [[Span(entry["path"]), Span(f"  {entry['hash'][:10]}", "dim")] for entry in data["inputs"]]
    outputs = [[Span(entry["path"]), Span(f"  {entry['hash'][:10]}", "dim")] for entry in data["outputs"]]
    artifacts = [
        [Span(each["path"]), Span(f"  {size(each['size'])}  {each['sha256'][:10]}", "dim")]
        for each in document["artifacts"]
    ]
    code = document["code"]
    commit = [Span(code["snapshot"][:10] or "no snapshot"), Span(f"  {code['branch'] or 'detached'}", "dim")]
    return [
        *_labelled("data", inputs, "none tracked"),
        *_arrow(style),
        *_labelled("code", [commit], ""),
        *_labelled("run", [_run_line(document, style)], ""),
        *_arrow(style),
        *_labelled("outputs", outputs, ""),
        *_labelled("artifacts", artifacts, "none"),
        *_arrow(style),
        *_versions(trace, style),
    ]


def _versions(trace: Trace | None, style: Style) -> Iterable[_Row]:
    if trace is None:
        return _labelled("versions", [], "looking")
    lines: list[Line] = []
    for version in trace.versions:
        stages = "".join(f"  {sign('arrow', style)} {stage}" for stage in version["stages"])
        gone = [Span("  deprecated", "warn")] if version["deprecated"] else []
        lines.append([Span(f"{version['model']}@{version['version']}", "key"), Span(stages, "good"), *gone])
    return _labelled("versions", lines, "none registered: exp models register")


def _relatives(document: RunDocument, trace: Trace | None, style: Style) -> list[_Row]:
    links = document["links"]
    rows: list[_Row] = []
    if trace is not None:
        rows += _runs("reproduces", [trace.original] if trace.original else [], style)
        rows += _runs("reruns", trace.reruns, style)
        rows += _runs("parent", [trace.parent] if trace.parent else [], style)
        rows += _runs("children", trace.children, style)
        rows += _labelled(
            "gone", [[Span(run_id, "id"), Span("  is not in the store", "dim")] for run_id in trace.lost], ""
        )
    if document["verdict"]:
        rows += _labelled("verdict", [[Span(document["verdict"]["grade"])]], "")
    if links["sweep"]:
        rows += _labelled("sweep", [[Span(links["sweep"])]], "")
    return [*rows, *_labelled("commits", [[Span(commit[:10])] for commit in links["commits"]], "")]


def _runs(label: str, documents: Sequence[RunDocument], style: Style) -> list[_Row]:
    lines = _labelled(label, [_run_line(document, style) for document in documents], "")
    return [(line, document["id"]) for (line, _), document in zip(lines, documents, strict=True)]


def _run_line(document: RunDocument, style: Style) -> Line:
    status = document["status"]
    mark = sign(status, style) if status in STATUS_ROLES else "?"
    named = [Span(f"  {document['id'][:12]}", "id"), Span(f"  {status}", "dim")]
    return [Span(f"{mark} ", STATUS_ROLES.get(status, "warn")), Span(document["name"], "heading"), *named]


def _labelled(label: str, lines: Sequence[Line], nothing: str) -> list[_Row]:
    """The lines beside their label, which stands at the first; a word for nothing where there is one."""
    shown: Sequence[Line] = lines or ([[Span(nothing, "dim")]] if nothing else [])
    return [
        ([Span(f" {label if not place else '':<{_LABEL}}", "label"), *line], None) for place, line in enumerate(shown)
    ]


def _arrow(style: Style) -> list[_Row]:
    return [([Span(" " * (_LABEL + 1)), Span(sign("down", style), "dim")], None)]
