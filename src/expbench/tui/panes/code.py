"""The code tab: commit and snapshot, the files of the uncommitted work, and its patch."""

from collections.abc import Sequence

from textual.widget import Widget

from expbench.domain.diff import FileChange
from expbench.errors import ExpError
from expbench.tui.panes.pane import Pane, Shown, trouble_lines
from expbench.tui.views.run.code import Patch, about_code, file_lines, patch_of
from expbench.tui.widgets.linesview import LinesView


class CodePane(Pane):
    """Files on one side, the patch on the other; the patch follows the file under the cursor."""

    DEFAULT_CSS = """
    CodePane #main { height: 1fr; max-height: 40%; }
    CodePane #about { height: auto; max-height: 6; }
    CodePane #side { height: 2fr; border-top: solid ansi_bright_black; }
    CodePane.wide #main { width: 2fr; max-height: 100%; }
    CodePane.wide #about { display: none; }
    CodePane.wide #side { width: 3fr; height: 1fr; border-top: none; border-left: solid ansi_bright_black; }
    """

    def views(self) -> Sequence[Widget]:
        """Files, and their patch."""
        return [LinesView(has_cursor=True, id="main"), LinesView(id="side")]

    def begin(self) -> None:
        """Another run."""
        self._patch: Patch | None = None

    def draw(self, shown: Shown) -> None:
        """What is known by now."""
        code = shown.document["code"]
        found = self.ask("code", (code["commit"], code["snapshot"]), lambda: _read(shown))
        side = self.query_one("#side", LinesView)
        if found is None or isinstance(found, ExpError):
            self.fill(self.main, [])
            self.fill(side, trouble_lines(found) if found else [])
            return
        files, self._patch = found
        self.main.display = bool(files)
        self.fill(self.main, file_lines(files))
        about = about_code(shown.document, files, self.width_of(side), shown.now)
        self.fill(side, [*about, (), *self._patch.lines])
        self._about = len(about) + 1

    def on_lines_view_moved(self, event: LinesView.Moved) -> None:
        """Show the patch of the file under the cursor."""
        patch = self._patch
        if event.view is self.main and patch is not None and self.main.cursor < len(patch.starts):
            self.query_one("#side", LinesView).go(self._about + patch.starts[self.main.cursor])


def _read(shown: Shown) -> tuple[list[FileChange], Patch]:
    """In a thread."""
    files, text = shown.place.uncommitted(shown.document)
    return files, patch_of(text, shown.style)
