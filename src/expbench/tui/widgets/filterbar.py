"""The bar in which a filter or a text is typed: it tells at each pause, knows earlier ones, and completes."""

from collections.abc import Callable, Sequence
from typing import Final, Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from expbench.tui.views.completion import Completion, put_in
from expbench.tui.views.filtering import caret_line
from expbench.tui.views.lines import Line, line
from expbench.tui.views.picking import Picked
from expbench.tui.widgets.bars import OneLine, TextField

Kind = Literal["filter", "text"]
PAUSE_S: Final = 0.15


class FilterBar(Vertical):
    """Hidden until it is opened; `Typed` comes at pauses, `Kept` with enter, `Dropped` with escape."""

    DEFAULT_CSS = """
    FilterBar { height: auto; dock: bottom; display: none; }
    FilterBar.open { display: block; }
    FilterBar Horizontal { height: 1; }
    FilterBar #label { width: 9; }
    FilterBar #count { width: 24; }
    FilterBar #told { height: 1; display: none; }
    FilterBar.telling #told { display: block; }
    """

    class Typed(Message):
        """The text so far."""

        def __init__(self, kind: Kind, text: str) -> None:
            super().__init__()
            self.kind = kind
            self.text = text

    class Kept(Typed):
        """Enter."""

    class Dropped(Typed):
        """Escape; `text` is what there was before."""

    def __init__(self, completer: Callable[[str, int], Completion]) -> None:
        super().__init__()
        self.kind: Kind = "filter"
        self.history: list[str] = []
        self._before = ""
        self._completer = completer
        self._place = 0
        self._offer: tuple[Completion, str, int, int] | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Label, field, count; below it what is wrong."""
        with Horizontal():
            yield OneLine(id="label")
            yield TextField()
            yield OneLine(id="count")
        yield OneLine(id="told")

    @property
    def field(self) -> TextField:
        """Where is typed."""
        return self.query_one(TextField)

    @property
    def is_open(self) -> bool:
        """Whether something is being typed."""
        return self.has_class("open")

    def open(self, kind: Kind, value: str, history: Sequence[str]) -> None:
        """Begin to type, with this text."""
        self.kind, self._before, self.history, self._place = kind, value, list(history), len(history)
        self.add_class("open")
        self.tell(())
        self.query_one("#label", OneLine).show(line((f" {kind} ", "key")))
        self.query_one("#count", OneLine).show(())
        self.field.begin(value)

    def close(self) -> None:
        """Hide it."""
        self._stop_timer()
        self.remove_class("open")

    def show(self, picked: Picked, total: int) -> None:
        """How many runs match, and what is wrong with the filter."""
        if picked.mistake is not None:
            self.tell(caret_line(picked.mistake, 9))
            self.query_one("#count", OneLine).show(line((" can't be read", "bad")))
            return
        self.query_one("#count", OneLine).show(line(f" {picked.matched:,}", (f" of {total:,}", "dim")))
        self.tell(line(" " * 9, (picked.warnings[0], "warn")) if picked.warnings else ())

    def tell(self, spans: Line) -> None:
        """A line below the field; an empty one takes no room."""
        self.set_class(bool(spans), "telling")
        self.query_one("#told", OneLine).show(spans)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell it once a moment has passed without another letter."""
        event.stop()
        if self.is_open:
            self._stop_timer()
            self._timer = self.set_timer(PAUSE_S, self._tell_typed)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.close()
        self.post_message(self.Kept(self.kind, event.value))

    def on_text_field_left(self, event: TextField.Left) -> None:
        """Escape."""
        event.stop()
        self.close()
        self.post_message(self.Dropped(self.kind, self._before))

    def on_key(self, event: events.Key) -> None:
        """History and completion."""
        if event.key in ("up", "down"):
            event.stop()
            self._remember(-1 if event.key == "up" else 1)
        elif event.key == "tab" and self.kind == "filter":
            event.stop()
            event.prevent_default()
            self._complete()
        else:
            self._offer = None

    def _remember(self, by: int) -> None:
        place = min(max(self._place + by, 0), len(self.history))
        if place != self._place:
            self._place = place
            self.field.value = self.history[place] if place < len(self.history) else ""
            self.field.cursor_position = len(self.field.value)

    def _complete(self) -> None:
        """The first tab offers, the next ones go through the offers."""
        field = self.field
        if self._offer is None:
            found = self._completer(field.value, field.cursor_position)
            if not found.offers:
                return
            self._offer = (found, field.value, field.cursor_position, 0)
        found, text, cursor, number = self._offer
        self._offer = (found, text, cursor, number + 1)
        field.value, field.cursor_position = put_in(text, cursor, found, number)
        if len(found.offers) > 1:
            self.tell(line(" " * 9, ("  ".join(found.offers), "dim")))

    def _tell_typed(self) -> None:
        self.post_message(self.Typed(self.kind, self.field.value))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
