"""Screen 5: models, their versions and stages; the page of a version with the gates of each stage; promote, demote.

The registry is git tags: it is read when the screen is shown, after each act, and with `r`.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from textual.app import ComposeResult
from textual.worker import Worker, WorkerState

from expbench.bootstrap.promoting import plan_promotion
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.errors import ExpError
from expbench.services.modelling import ModelDocument, list_models, show_version
from expbench.tui.screens.moving import Moves
from expbench.tui.views.lines import Line, line
from expbench.tui.views.models import Page, Version, page_lines, table_lines, versions_of
from expbench.tui.widgets.bars import OneLine
from expbench.tui.widgets.linesview import LinesView


class Read(NamedTuple):
    """What was read of the registry: all versions, and the page of the one under the cursor or why there is none."""

    documents: Sequence[ModelDocument]
    page: Page | None
    trouble: str


class ModelsScreen(Moves):
    """Versions above, the page of one below."""

    number_name = "models"
    CSS = "ModelsScreen #page { height: 60%; margin-top: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.read = Read((), None, "")
        self.versions: list[Version] = []
        self._acts_seen = -1

    def body(self) -> ComposeResult:
        """The versions, and the page of one."""
        yield OneLine(id="head")
        yield LinesView(has_cursor=True, id="versions")
        yield LinesView(id="page")

    @property
    def view(self) -> LinesView:
        """The versions."""
        return self.query_one("#versions", LinesView)

    def on_mount(self) -> None:
        """The versions have the focus."""
        self.set_focus(self.view)

    def about(self) -> str:
        """How many."""
        return f"{len(self.versions)} versions" if self.versions else ""

    def moments(self) -> Iterable[str | None]:
        """Of the versions."""
        return [document["at"] for document in self.read.documents]

    def candidate(self) -> str | None:
        """The version under the cursor, to be promoted."""
        found = self._under_cursor()
        return found.reference if found is not None else None

    def on_screen_resume(self) -> None:
        """Shown again: what do the tags say now?"""
        super().on_screen_resume()
        self._begin()

    def on_news(self) -> None:
        """Read again after each act; the runs themselves say nothing of models."""
        ended = sum(entry.state != "going on" for entry in self.dashboard.acts.journal)
        if ended != self._acts_seen:
            self._acts_seen = ended
            self._begin()
        self._draw()

    def on_resize(self) -> None:
        """The rows fit the new width."""
        self.call_after_refresh(self._draw)

    def on_lines_view_moved(self, event: LinesView.Moved) -> None:
        """Another version."""
        if event.view is self.view:
            self._begin()

    def act_refresh(self) -> None:
        """Read the tags again, and draw everything anew."""
        self._begin()
        self.dashboard.act_refresh()

    def _begin(self) -> None:
        self.run_worker(partial(self._look, self._under_cursor()), thread=True, exclusive=True, group="registry")

    def _look(self, wanted: Version | None) -> Read:
        """In a thread: git is asked."""
        try:
            place = open_workplace(self.dashboard.place.start_dir)  # tags and settings of this moment
            documents = list_models(place.registry)
            known = versions_of(documents)
            chosen = wanted if wanted in known else known[0] if known else None
            return Read(documents, _page(place, chosen) if chosen else None, "")
        except ExpError as error:
            return Read((), None, f"{error.what}: {error.cause}")

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """It was read."""
        if (
            event.worker.group == "registry"
            and event.state == WorkerState.SUCCESS
            and event.worker.result is not None
        ):
            self.read = event.worker.result
            self.versions = versions_of(self.read.documents)
            self._draw()

    def _draw(self) -> None:
        app, view = self.dashboard, self.view
        if not view.size.width:
            return
        style, now = app.style._replace(width=view.size.width - 1), app.now()
        self.drawn_at = now
        head, rows = table_lines(self.read.documents, app.place.settings.metric, style, now)
        page: Sequence[Line] = page_lines(self.read.page, style, now) if self.read.page is not None else ()
        if self.read.trouble:
            head, rows = (), [(), line(("  " + self.read.trouble, "bad"))]
        self.query_one("#head", OneLine).show(head)
        view.has_cursor = bool(self.versions)
        view.update_lines(rows, view.cursor)
        self.query_one("#page", LinesView).update_lines(page, 0)
        self.show_title()

    def _under_cursor(self) -> Version | None:
        place = self.view.cursor
        return self.versions[place] if place < len(self.versions) else None


def _page(place: Workplace, version: Version) -> Page:
    document = show_version(place.registry, version.model, version.version)
    gates = {}
    for stage in _stages(place.settings.raw, version.model):
        try:
            gates[stage] = plan_promotion(place, version.reference, stage).gates
        except ExpError:
            continue  # what can't be promoted has no gates; the page says why
    return Page(document, gates)


def _stages(raw: object, model: str) -> list[str]:
    """The stages that exp.toml has rules for."""
    for name in ("models", model, "stages"):
        raw = raw.get(name) if isinstance(raw, dict) else None
    return list(raw) if isinstance(raw, dict) else []
