"""The artifacts of a run, and what one of them holds."""

from collections.abc import Sequence

from expbench.domain.document import Artifact
from expbench.domain.previews.preview import Preview
from expbench.render.preview import preview_lines, preview_title
from expbench.render.style import Style
from expbench.render.values import size
from expbench.tui.views.lines import LazyLines, Line, Span
from expbench.tui.views.painted import spans_of


class ArtifactLines(LazyLines):
    """A line a file: its size and its path; made when it comes into sight."""

    def __init__(self, artifacts: Sequence[Artifact]) -> None:
        self.artifacts = artifacts

    def __len__(self) -> int:
        return len(self.artifacts)

    def line(self, number: int) -> Line:
        """The row of a file."""
        artifact = self.artifacts[number]
        return [Span(f"{size(artifact['size']):>9}  ", "dim"), Span(artifact["path"])]


def preview_page(artifact: Artifact, preview: Preview, style: Style) -> list[Line]:
    """What the file is, and what it holds."""
    title = preview_title(artifact["path"], artifact["size"], preview)
    return [[Span(title, "dim")], (), *(spans_of(line) for line in preview_lines(preview, style))]
