"""Screen 1: the list of runs, with filter, facets and the run under the cursor in short.

The list is made of rows (`tui.picker`) and drawn row by row (`tui.views.runs`); what changes in the store changes
only the rows that look different, and the cursor stays on its run.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from expbench.domain.document import RunDocument
from expbench.domain.metrics import headline
from expbench.errors import UsageError
from expbench.tui.curves import Curves
from expbench.tui.panes.glance.both import Glance
from expbench.tui.panes.glance.pane import Glanced
from expbench.tui.picker import Asked, Picker, Rows
from expbench.tui.screens.listwishes import ListWishes
from expbench.tui.views.completion import Completion, complete
from expbench.tui.views.detail import detail_lines
from expbench.tui.views.empty import HINT, about_words, empty_lines
from expbench.tui.views.facets import facet_lines, toggled
from expbench.tui.views.lines import Line
from expbench.tui.views.picking import Group, Item
from expbench.tui.views.plotting import MOST_RUNS
from expbench.tui.views.runs import SAMPLE, Layout, RunLines, Scene, group_metrics, header, layout
from expbench.tui.widgets.bars import OneLine
from expbench.tui.widgets.filterbar import FilterBar
from expbench.tui.widgets.linesview import LinesView
from expbench.tui.widgets.logview import LogView

WIDE: Final = 120
VAST: Final = (180, 44)  # columns and lines that have room for plot and log
WIDER: Final = 150  # columns that leave room for broader panes beside the list
RELAID_S: Final = 2.0
SIDEWAYS: Final = 16  # cells that a log moves at once
LOW: Final = 16  # below this height the list has all of it
CURVES_FROM: Final = 100  # cells of the list that leave room for sparklines


class RunsScreen(ListWishes):
    """The list, newest first unless sorted."""

    number_name = "runs"
    CSS = """
    RunsScreen #facets { display: none; width: 22; }
    RunsScreen #beside { display: none; width: 36; margin-left: 1; }
    RunsScreen.wider #facets { width: 26; }
    RunsScreen.wider #beside { width: 44; }
    RunsScreen #below { height: 7; margin-top: 1; }
    RunsScreen #glance { display: none; height: 20; margin-top: 1; }
    RunsScreen.vast #glance { display: block; }
    RunsScreen.zoomed #glance { height: 1fr; margin-top: 0; }
    RunsScreen.vast #beside { width: 60; }
    RunsScreen.wide #facets, RunsScreen.wide #beside { display: block; }
    RunsScreen.wide #below, RunsScreen.low #below { display: none; }
    RunsScreen .aside { display: none !important; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: Rows | None = None
        self._acts_seen = 0
        self._laid_out: object = None
        self._laid_out_s = 0.0
        self._picker: Picker | None = None
        self._curves: Curves | None = None

    def body(self) -> ComposeResult:
        """Facets, list and detail, plot and log; which of them is seen depends on the room."""
        with Horizontal():
            yield LinesView(has_cursor=True, id="facets")
            with Vertical(id="list"):
                with Vertical(classes="pane"):
                    yield OneLine(id="header")
                    yield LinesView(has_cursor=True, id="runs")
                yield LinesView(id="below")
            yield LinesView(id="beside")
        yield Glance(id="glance")
        yield FilterBar(self._complete)

    @property
    def view(self) -> LinesView:
        """The list."""
        return self.query_one("#runs", LinesView)

    @property
    def items(self) -> Sequence[Item]:
        """The rows of the list."""
        return self.rows.picked.items if self.rows is not None else ()

    def on_mount(self) -> None:
        """The list has the focus."""
        app = self.dashboard
        self.choices.columns = list(app.memory.columns)
        self._picker = Picker(app, app.now, self._take_rows, app.stages)
        self._curves = Curves(app.place, app.style)
        self.set_focus(self.view)
        if not app.memory.seen:
            self.bottom.say(HINT, "key")
            app.keep_in_mind(app.memory._replace(seen=True))

    def on_resize(self, event: events.Resize) -> None:
        """What has room is seen, and columns fit the new width."""
        before = self.focused
        self.set_class(event.size.width >= WIDE, "wide")
        self.set_class(event.size.width >= WIDER, "wider")
        self.set_class(event.size.height < LOW, "low")
        self.set_class(event.size.width >= VAST[0] and event.size.height >= VAST[1], "vast")
        self.call_after_refresh(self.on_news)
        self.call_after_refresh(self._keep_focus, before)

    def _keep_focus(self, before: Widget | None) -> None:
        """The keys of a pane that has no room any more go to the list."""
        if before is not None and not all(widget.display for widget in before.ancestors_with_self):
            self.set_focus(self.view)

    def about(self) -> str:
        """How many runs, and why not all."""
        matched = self.rows.picked.matched if self.rows is not None else 0
        return about_words(self.snapshot, self.wish, matched, len(self.choices.marks))

    def on_news(self) -> None:
        """Make the rows for what the store is now; after an act stages may have moved, too."""
        ended = sum(entry.state != "going on" for entry in self.dashboard.acts.journal)
        if ended != self._acts_seen:
            self._acts_seen = ended
            self.dashboard.stages.forget()
        self.pick()

    def act_refresh(self) -> None:
        """Read store and git tags, draw everything anew."""
        self.dashboard.stages.forget()
        self.dashboard.act_refresh()
        self.pick()

    def pick(self) -> None:
        """Make the rows for the wish."""
        self.choices.filter = self.wish.filter
        if self._picker is not None:
            metrics = group_metrics(self.shown) if self.shown is not None and self.wish.group else ()
            self._picker.ask(Asked(self.snapshot, self.wish, metrics, self.has_class("wide")))

    def _take_rows(self, rows: Rows) -> None:
        if not self.is_mounted:
            return
        if rows.picked.mistake is not None and self.bar.is_open:
            self.bar.show(rows.picked, len(rows.snapshot.ids))
            return
        under = self.under_cursor()
        self.rows = rows
        self.draw(self._place_of(under))
        if self.bar.is_open:
            self.bar.show(rows.picked, len(rows.snapshot.ids))
        elif rows.picked.mistake is not None:
            self.bottom.say_error(rows.picked.mistake)

    def draw(self, cursor: int | None = None) -> None:
        """Draw list, facets and detail as they now are."""
        rows, view = self.rows, self.view
        if rows is None or not view.size.width:
            return
        scene = self._scene(rows)
        self.drawn_at = scene.now
        try:
            self.shown = self._layout(scene)
        except UsageError as error:  # a column that was chosen, or remembered, has no meaning any more
            self.choices.columns = []
            self.shown = self._layout(scene)
            self.bottom.say_error(error)
        self.query_one("#header", OneLine).show(header(self.shown, scene.style) if rows.picked.items else ())
        if rows.picked.items:
            self.view.has_cursor = True
            place = view.cursor if cursor is None else cursor
            view.update_lines(RunLines(rows.picked.items, self.shown, scene), place)
        else:
            self.view.has_cursor = False
            view.update_lines(empty_lines(rows.snapshot, bool(self.wish.filter or self.wish.text)), 0)
        facets = self.query_one("#facets", LinesView)
        facets.update_lines(
            facet_lines(rows.facets, max(facets.size.width - 1, 1), self.dashboard.ellipsis), facets.cursor
        )
        self.show_title()
        self.note_cursor()

    def moments(self) -> Iterable[str | None]:
        """Of the rows in sight, and of the run in short."""
        named = [name for name in (self.shown.names if self.shown is not None else ()) if name.endswith("_at")]
        for document in self._in_sight():
            fields: Mapping[str, Any] = document
            yield from (fields.get(name) for name in named)
        under = self.snapshot.document(self.choices.run) if self.choices.run else None
        if under is not None:
            yield under["started_at"] or under["created_at"]

    def redraw(self) -> None:
        """The rows are the same."""
        self.draw()

    def _in_sight(self) -> Iterator[RunDocument]:
        top = round(self.view.scroll_offset.y)
        for item in self.items[top : top + self.view.size.height]:
            document = self.snapshot.document(item) if isinstance(item, str) else None
            if document is not None:
                yield document

    def on_lines_view_moved(self, event: LinesView.Moved) -> None:
        """Another run is under the cursor."""
        if event.view is self.view:
            self.note_cursor()

    def note_cursor(self) -> None:
        """Tell the run under the cursor: to the other screens, and in short below or beside the list."""
        item = self.under_cursor()
        self.choices.run = item if isinstance(item, str) else None
        document = self.snapshot.document(item) if isinstance(item, str) else None
        for name, tall in (("#below", False), ("#beside", True)):
            pane = self.query_one(name, LinesView)
            if pane.display and pane.size.width:
                lines = self._detail(document, pane.size.width - 1, tall=tall) if document is not None else []
                pane.update_lines(lines, 0)
        if self.shown is not None and self.shown.curve:
            self._draw_curves(self.shown.curve)
        if self.has_class("vast"):
            self._glance(document)

    def _glance(self, under: RunDocument | None) -> None:
        """Curves of the marked runs, else of the one under the cursor, and its log."""
        snapshot, length = self.snapshot, self.rows.id_length if self.rows is not None else 4
        marked = [run for run_id in self.choices.marks if (run := snapshot.document(run_id)) is not None]
        runs = marked[:MOST_RUNS] or ([under] if under is not None else [])
        self.query_one("#glance", Glance).look_at(Glanced(runs, under, snapshot.live, length))

    def act_open(self) -> None:
        """What the pane with the focus stands for: fold a group, open a run, its log, a plot, add a facet."""
        item, place = self.under_cursor(), self.focused.id if self.focused is not None else ""
        if place == "facets":
            self._narrow_by_facet()
        elif place == "glance-charts":
            self.dashboard.act_show_plot()
        elif place == "glance-log":
            self.dashboard.act_show_log()
        elif isinstance(item, Group):
            self.wish = self.wish._replace(unfolded=self.wish.unfolded ^ {item.label})
            self.pick()
        elif item is not None and self.dashboard.has("run"):
            self.dashboard.go("run")

    def act_left(self) -> None:
        """Earlier columns; in the log, the lines back to the right."""
        self._sideways(-1)

    def act_right(self) -> None:
        """Later columns; in the log, the ends of its lines."""
        self._sideways(1)

    def act_zoom(self) -> None:
        """A pane that comes back shows what is there now."""
        super().act_zoom()
        self.set_class(bool(self.query(".aside")), "zoomed")
        self.call_after_refresh(self.draw)

    def _sideways(self, by: int) -> None:
        if isinstance(self.focused, LogView):
            self.focused.move_sideways(by * SIDEWAYS)
        else:
            self.scroll_columns(by)

    def _narrow_by_facet(self) -> None:
        """Add the facet's condition to the filter, or take it away again."""
        facets = self.rows.facets if self.rows is not None else ()
        place = self.query_one("#facets", LinesView).cursor
        if place < len(facets) and facets[place].filter:
            self.wish = self.wish._replace(filter=toggled(self.wish.filter, facets[place].filter))
            self.pick()

    def _scene(self, rows: Rows) -> Scene:
        app = self.dashboard
        drawn = self._curves.drawn if self._curves is not None else {}
        style = app.style._replace(width=self.view.size.width - 1)
        return Scene(rows.snapshot, self.choices, style, app.now(), app.place.better, rows.id_length, drawn)

    def _layout(self, scene: Scene) -> Layout:
        """The columns; those of a moment ago will do while nothing but values has changed."""
        wish, choices, rows = self.wish, self.choices, self.rows
        ids = rows.snapshot.ids if rows is not None else ()
        known = len(scene.snapshot.catalogue.keys("metrics"))
        key = (wish, tuple(choices.columns), choices.baseline, self.first_column, scene.style.width, id(ids), known)
        now_s = self.dashboard.place.clock.monotonic()
        if self.shown is None or key != self._laid_out or now_s - self._laid_out_s > RELAID_S:
            self._laid_out, self._laid_out_s = key, now_s
            return self._new_layout(scene)
        return self.shown

    def _new_layout(self, scene: Scene) -> Layout:
        documents = self._sample()
        metric = self.dashboard.place.settings.metric
        curve = None
        if scene.style.width >= CURVES_FROM:
            curve = next((key for document in documents if (key := headline(document, metric))), None)
        groups = [item for item in self.items[:SAMPLE] if isinstance(item, Group)]
        first, names = self.first_column, self.choices.columns
        return layout(documents, names, metric, scene, first=first, curve=curve, groups=groups)

    def _sample(self) -> list[RunDocument]:
        """The first runs of the list, which decide on columns and their widths."""
        ids = [item for item in self.items[:SAMPLE] if isinstance(item, str)]
        ids += [run_id for item in self.items[:SAMPLE] if isinstance(item, Group) for run_id in item.run_ids[:3]]
        found = (self.snapshot.document(run_id) for run_id in ids[:SAMPLE])
        return [document for document in found if document is not None]

    def _detail(self, document: RunDocument, cells: int, *, tall: bool) -> Sequence[Line]:
        app, choices = self.dashboard, self.choices
        baseline = self.snapshot.document(choices.baseline) if choices.baseline else None
        better = {key: app.place.better(key) for key in document["metrics"]}
        damage = self.snapshot.damaged.get(document["id"])
        words = f"{damage.file}: {damage.why}" if damage else ""
        style = app.style._replace(width=cells)
        alarms = self.snapshot.alarms.get(document["id"], ())
        return detail_lines(document, baseline, better, style, app.now(), words, alarms, tall=tall)

    def _draw_curves(self, metric: str) -> None:
        """Draw the sparklines of the rows in sight that have none, beside the screen."""
        seen = [document["id"] for document in self._in_sight()]
        assert self._curves is not None
        wanted = self._curves.wanted(self.snapshot, metric, seen)
        if wanted:
            curves, snapshot = self._curves, self.snapshot
            self.run_worker(
                lambda: curves.draw(snapshot, metric, wanted), thread=True, exclusive=True, group="curves"
            )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Sparklines have been drawn."""
        if event.worker.group == "curves" and event.state == WorkerState.SUCCESS:
            self.draw()

    def _place_of(self, item: Item | None) -> int:
        """Where a row is now; where it was when it is gone."""
        place, items = self.view.cursor, self.items
        if item is None or (place < len(items) and _same(items[place], item)):
            return place
        return next((number for number, other in enumerate(items) if _same(other, item)), place)

    def _complete(self, text: str, cursor: int) -> Completion:
        catalogue = self.snapshot.catalogue
        return complete(
            text, cursor, catalogue.keys("metrics"), catalogue.keys("params"), self.dashboard.stages.names
        )


def _same(one: Item, other: Item) -> bool:
    """Whether both are the same run, or groups of the same name."""
    if isinstance(one, Group) and isinstance(other, Group):
        return one.label == other.label
    return one == other
