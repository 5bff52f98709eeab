"""A pane beside the list: a title that says what is shown, and is underlined while the keys go there."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.containers import Vertical

from expbench.domain.document import RunDocument
from expbench.tui.views.lines import Line, Span
from expbench.tui.widgets.bars import OneLine

if TYPE_CHECKING:
    from expbench.tui.app import ExpApp


class Glanced(NamedTuple):
    """The runs whose curves are wanted, the run whose log is, which runs are live, and how long ids are shown."""

    runs: Sequence[RunDocument] = ()
    under: RunDocument | None = None
    live: Collection[str] = frozenset()
    id_length: int = 4

    @property
    def ids(self) -> list[str]:
        """What tells one choice from another."""
        return [run["id"] for run in (*self.runs, *([self.under] if self.under is not None else []))]

    def is_live(self, run: RunDocument) -> bool:
        """Whether it goes on."""
        return run["id"] in self.live


class GlancePane(Vertical):
    """A pane with a title."""

    def __init__(self, word: str, *, id: str) -> None:  # Textual's own name
        super().__init__(id=id, classes="pane")
        self.title_line = OneLine()
        self._word = word
        self._told: Line = ()

    @property
    def dashboard(self) -> "ExpApp":
        """The app, with its own type."""
        return cast("ExpApp", self.app)

    def show(self, glanced: Glanced) -> None:
        """Show these runs, or the same ones with what is new."""
        raise NotImplementedError

    def follow(self) -> None:
        """Look whether a live run has grown."""

    def tell(self, spans: Line) -> None:
        """What the title says of what is shown."""
        self._told = spans
        word = Span(self._word, "chosen" if self.has_focus_within else "heading")
        self.title_line.show([word, Span("  "), *spans])

    def on_descendant_focus(self) -> None:
        """The keys go here."""
        self.tell(self._told)

    def on_descendant_blur(self) -> None:
        """They go elsewhere."""
        self.tell(self._told)
