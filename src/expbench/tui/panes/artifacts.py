"""The artifacts tab: the files, and what the one under the cursor holds."""

from collections.abc import Sequence

from textual.geometry import Size
from textual.widget import Widget
from textual.worker import get_current_worker

from expbench.domain.document import Artifact
from expbench.domain.previews.preview import Room
from expbench.errors import ExpError
from expbench.render.style import Style
from expbench.tui.panes.pane import Pane, Shown, trouble_lines
from expbench.tui.views.lines import Line, Span
from expbench.tui.views.run.artifacts import ArtifactLines, preview_page
from expbench.tui.widgets.linesview import LinesView


class ArtifactsPane(Pane):
    """Files on one side, a preview on the other."""

    DEFAULT_CSS = """
    ArtifactsPane #main { height: 1fr; max-height: 30%; }
    ArtifactsPane #side { height: 2fr; border-top: solid ansi_bright_black; }
    ArtifactsPane.wide #main { width: 1fr; max-height: 100%; }
    ArtifactsPane.wide #side { width: 2fr; height: 1fr; border-top: none; border-left: solid ansi_bright_black; }
    """

    def views(self) -> Sequence[Widget]:
        """Files, and a preview."""
        return [LinesView(has_cursor=True, id="main"), LinesView(id="side")]

    def begin(self) -> None:
        """Another run."""
        self._previewed: object = None

    def draw(self, shown: Shown) -> None:
        """The files, and the preview as far as it is made."""
        artifacts = shown.document["artifacts"]
        if len(self.main.lines) != len(artifacts):
            self.fill(self.main, ArtifactLines(artifacts))
        self._preview(shown)

    def on_lines_view_moved(self, event: LinesView.Moved) -> None:
        """Another file is under the cursor."""
        if self.shown is not None and event.view is self.main:
            self._preview(self.shown)

    def _preview(self, shown: Shown) -> None:
        artifacts, side = shown.document["artifacts"], self.query_one("#side", LinesView)
        if not artifacts:
            side.show(
                [[Span("this run has no artifacts", "dim")], [Span("exp run --artifact GLOB -- COMMAND", "key")]]
            )
            return
        artifact = artifacts[min(self.main.cursor, len(artifacts) - 1)]
        style = self.width_of(side)
        key = (artifact["path"], artifact["sha256"], side.size)
        found = self.ask("preview", key, lambda: self._read(shown, artifact, side.size, style), fresh=True)
        if found is not None and self._previewed != key:
            self._previewed = key
            side.show(trouble_lines(found) if isinstance(found, ExpError) else found, keep=False)

    def _read(self, shown: Shown, artifact: Artifact, size: Size, style: Style) -> list[Line]:
        """In a thread."""
        worker = get_current_worker()
        room = Room(max(size.width - 1, 8), max(2 * (size.height - 4), 16), lambda: not worker.is_cancelled)
        return preview_page(artifact, shown.place.preview(shown.document, artifact["path"], room), style)
