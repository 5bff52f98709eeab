"""The one table of the run screen's tabs, the line that names them, and the line that says which run is shown."""

from typing import Final, NamedTuple

from expbench.domain.document import RunDocument
from expbench.render.printable import clip, width
from expbench.render.runs import STATUS_ROLES
from expbench.render.style import Style, sign
from expbench.tui.views.lines import Line, Span

_NAME_CELLS: Final = 32


class Tab(NamedTuple):
    """A tab: its name, the class that draws it and its module, and what to type instead (`{run}` is the run)."""

    name: str
    module: str
    kind: str
    cli: str


TABS: Final = (
    Tab("Overview", "expbench.tui.panes.pages", "OverviewPane", "exp show {run}; exp doctor {run}"),
    Tab("Params", "expbench.tui.panes.pages", "ParamsPane", "exp show {run}"),
    Tab("Metrics", "expbench.tui.panes.metrics", "MetricsPane", "exp metric {run} KEY"),
    Tab("Code", "expbench.tui.panes.code", "CodePane", "exp show {run} --patch"),
    Tab("Data", "expbench.tui.panes.pages", "DataPane", "exp show {run}; exp doctor {run}"),
    Tab("Env", "expbench.tui.panes.pages", "EnvPane", "exp show {run} --json"),
    Tab("Artifacts", "expbench.tui.panes.artifacts", "ArtifactsPane", "exp show {run} --artifact PATH"),
    Tab("Log", "expbench.tui.panes.log", "LogPane", "exp log {run} -f"),
    Tab(
        "Lineage",
        "expbench.tui.panes.lineage",
        "LineagePane",
        "exp show {run}; exp ls 'parent = {run}'; exp models ls",
    ),
)


def tab_line(current: str) -> Line:
    """The tabs, the one that is shown set apart."""
    spans = [Span(" ")]
    for tab in TABS:
        spans += [Span(tab.name, "chosen" if tab.name == current else "dim"), Span("  ")]
    return spans


def head_line(document: RunDocument, tab: Tab, style: Style) -> Line:
    """The run that is shown, and what to type to see the same without the dashboard."""
    status = document["status"]
    mark = sign(status, style) if status in STATUS_ROLES else "?"
    left = [
        Span(" "),
        Span(f"{mark} {clip(status, 12)}", STATUS_ROLES.get(status, "warn")),
        Span("  "),
        Span(clip(document["name"], _NAME_CELLS, sign("ellipsis", style)), "heading"),
        Span("  "),
        Span(document["id"][:12], "id"),
    ]
    room = style.width - sum(width(span.text) for span in left) - 2
    return [*left, Span(f"  {_typed(tab, document, room)}".rjust(room + 2), "dim")]


def _typed(tab: Tab, document: RunDocument, room: int) -> str:
    """What to type: all of it, else the first command, else nothing."""
    whole = f"$ {tab.cli.format(run=document['id'][:12])}"
    return next((text for text in (whole, whole.partition(";")[0]) if width(text) <= room), "")
