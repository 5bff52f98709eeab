"""What every tab of the run screen is: one view or two, filled from a run, and what is found out in a thread.

What takes long is asked for by a key that names what it depends on, at most once for each key; an answer that is no
longer the one asked for is dropped.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar, cast

from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget
from textual.worker import get_current_worker

from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import RunDocument
from expbench.errors import ExpError
from expbench.render.style import Style
from expbench.tui.views.lines import Line, Span, text_of
from expbench.tui.widgets.linesview import LinesView
from expbench.tui.widgets.logview import LogView

if TYPE_CHECKING:
    from expbench.tui.app import ExpApp

View: TypeAlias = LinesView | LogView
Found = TypeVar("Found")
WIDE = 110  # from so many cells on two views stand beside each other


class Shown(NamedTuple):
    """The run that is shown, where it comes from, and how things look; `runs` counts those in the store."""

    document: RunDocument
    place: Workplace
    style: Style
    now: str
    runs: int


class Pane(Container):
    """A tab. Subclasses make `views`, fill them in `draw`, and say what they need to know with `ask`."""

    DEFAULT_CSS = """
    Pane { width: 1fr; height: 1fr; layout: vertical; }
    Pane.wide { layout: horizontal; }
    Pane.ascii #side { border-top: ascii ansi_bright_black; }
    Pane.ascii.wide #side { border-top: none; border-left: ascii ansi_bright_black; }
    """

    class Ready(Message):
        """The views are there."""

    class Answer(Message):
        """What a thread has found out: the topic and key it was asked by, and the answer or why there is none."""

        def __init__(self, topic: str, key: Hashable, found: object, trouble: ExpError | None) -> None:
            super().__init__()
            self.topic = topic
            self.key = key
            self.found = found
            self.trouble = trouble

    def __init__(self) -> None:
        super().__init__()
        self.shown: Shown | None = None
        self.is_ready = False
        self._filled: set[LinesView] = set()
        self._asked: dict[str, Hashable] = {}
        self._answers: dict[str, object] = {}
        self._open: set[str] = set()

    def compose(self) -> ComposeResult:
        """The views."""
        yield from self.views()

    def on_mount(self) -> None:
        """Tell the screen that the views can be filled."""
        self.is_ready = True
        self.set_class(not self.dashboard.style.unicode, "ascii")
        self.post_message(self.Ready())

    def views(self) -> Sequence[Widget]:
        """The widgets, the first of which has the focus at first."""
        return [LinesView(id="main")]

    def draw(self, shown: Shown) -> None:
        """Fill the views."""
        raise NotImplementedError

    def begin(self) -> None:
        """The pane was brought to the front, or shows another run."""

    def end(self) -> None:
        """Another pane is in front."""

    @property
    def main(self) -> LinesView:
        """The view that every pane has."""
        return self.query_one("#main", LinesView)

    @property
    def is_complete(self) -> bool:
        """Whether everything that was asked for has been answered."""
        return not self._open

    @property
    def target(self) -> View:
        """The view that the keys move: the one with the focus, else the first."""
        return next((view for view in self.query(LinesView) if view.has_focus), self.main)

    @property
    def dashboard(self) -> "ExpApp":
        """The app, with its own type."""
        return cast("ExpApp", self.app)

    def show_run(self, shown: Shown) -> None:
        """Show this run, or the same one with what is new."""
        other = self.shown is None or self.shown.document["id"] != shown.document["id"]
        self.shown = shown
        if other:
            self._filled.clear()
            self._asked.clear()
            self._answers.clear()
            self.begin()
        self.draw(shown)

    def on_resize(self) -> None:
        """Lines are made for the new width."""
        self.set_class(self.size.width >= WIDE, "wide")
        if self.shown is not None:
            self.draw(self.shown)

    def fill(self, view: LinesView, lines: Sequence[Line]) -> None:
        """Show the lines: of another run from the top, of the same one at the place, drawing what has changed."""
        if view in self._filled:
            view.update_lines(lines, view.cursor)
        else:
            self._filled.add(view)
            view.show(lines, keep=False)

    def width_of(self, view: Widget) -> Style:
        """The style for the lines of a view, as wide as it is without its scroll bar."""
        style = self.shown.style if self.shown else self.dashboard.style
        return style._replace(width=max((view.size.width or self.app.size.width) - 1, 8))

    def ask(
        self, topic: str, key: Hashable, find: Callable[[], Found], *, fresh: bool = False
    ) -> Found | ExpError | None:
        """What is known of the topic by now, or None; what isn't is found out in a thread, and drawn when it is.

        Until then the answer to the key before counts, unless it has to be `fresh`.
        """
        if self._asked.get(topic) != key:
            self._asked[topic] = key
            self._open.add(topic)
            if fresh:
                self._answers.pop(topic, None)

            def work() -> None:
                trouble, found = None, None
                try:
                    found = find()
                except ExpError as error:
                    trouble = error
                if not get_current_worker().is_cancelled:
                    self.post_message(self.Answer(topic, key, found, trouble))

            self.run_worker(work, thread=True, exclusive=True, group=topic)
        return cast("Found | ExpError | None", self._answers.get(topic))

    def on_pane_answer(self, answer: Answer) -> None:
        """Draw what a thread has found out."""
        answer.stop()
        if self.shown is None or self._asked.get(answer.topic) != answer.key:
            return
        self._open.discard(answer.topic)
        self._answers[answer.topic] = answer.trouble or answer.found
        self.draw(self.shown)

    def find(self, text: str, *, forward: bool, anew: bool) -> str:
        """Bring the next line into sight that holds the text; gives what to say of it."""
        view = next((view for view in self.query(LinesView) if view.has_focus), self.main)
        place = view.hit if view.hit is not None and not anew else (view.cursor if view.has_cursor else -1)
        hits = matching_lines(view.lines, text)
        if not hits:
            view.mark(None)
            return f"{text} is nowhere here"
        after = [number for number in hits if number > place]
        before = [number for number in hits if number < place]
        found = (after or hits)[0] if forward else (before or hits)[-1]
        if view.has_cursor:
            view.go(found)
        view.mark(found)
        return f"{hits.index(found) + 1} of {len(hits)}"

    def forget_find(self) -> None:
        """Nothing is looked for any more."""
        for view in self.query(LinesView):
            view.mark(None)

    def go_to_top(self) -> None:
        """To the first line."""
        self.target.go(0)

    def go_to_bottom(self) -> None:
        """To the last line."""
        view = self.target
        if isinstance(view, LinesView):
            view.go(len(view.lines) - 1)

    def open_line(self) -> None:
        """Open what is under the cursor; most panes have nothing to open."""


def matching_lines(lines: Sequence[Line], text: str) -> list[int]:
    """The numbers of the lines that hold the text; in capitals or not, unless it has one."""
    exact = any(char.isupper() for char in text)
    return [
        number for number, line in enumerate(lines) if text in (text_of(line) if exact else text_of(line).lower())
    ]


def trouble_lines(error: ExpError) -> list[Line]:
    """Why something can't be shown."""
    lines: list[Line] = [[Span(error.what, "bad")]]
    lines += [[Span(line)] for line in error.cause.splitlines()]
    return [*lines, *([[Span(error.hint, "key")]] if error.hint else [])]
