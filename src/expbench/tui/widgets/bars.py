"""One-line widgets: the title, and the bottom line that shows keys, a message, a question or a text field."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from expbench.errors import ExpError
from expbench.render.printable import printable, width
from expbench.tui.keys import Key
from expbench.tui.views.bars import error_line, hint_line, keys_line
from expbench.tui.views.lines import Line, Look, Span, line, text_of, with_end
from expbench.tui.widgets.painting import ellipsis_of, strip


class OneLine(Widget):
    """A line of spans."""

    DEFAULT_CSS = "OneLine { height: 1; width: 1fr; }"

    def __init__(self, spans: Line = (), *, ellipsis: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.spans = spans
        self.end: Line = ()
        self.below: Line = ()
        self.ellipsis = ellipsis  # empty: the terminal's

    def show(self, spans: Line, end: Line = (), below: Line = ()) -> None:
        """Show another line, with an end that is never cut, and one more below; the same one costs nothing."""
        if (list(spans), list(end), list(below)) != (list(self.spans), list(self.end), list(self.below)):
            if bool(below) != bool(self.below):
                self.styles.height = 2 if below else 1
            self.spans, self.end, self.below = spans, end, below
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        ellipsis = self.ellipsis or ellipsis_of(self)
        spans = with_end(self.spans, self.end, self.size.width, ellipsis) if self.end else self.spans
        return strip(spans if y == 0 else self.below, self.size.width, ellipsis)


class Question(NamedTuple):
    """A yes-or-no question in the bottom line, and what `y` does."""

    text: str
    yes: Callable[[], None]


class TextField(Input):
    """A text field in a line; escape leaves it."""

    DEFAULT_CSS = """
    TextField, TextField:focus { height: 1; border: none; padding: 0; width: 1fr; background: transparent; }
    """

    class Left(Message):
        """Escape was pressed."""

    def __init__(self, value: str = "", *, placeholder: str = "") -> None:
        super().__init__(value, placeholder=placeholder, select_on_focus=False)
        self.cursor_blink = False  # a blinking cursor is bytes over the wire for ever

    def begin(self, value: str) -> None:
        """Take the focus at once, before the next key, with this text."""
        self.value, self.cursor_position = value, len(value)
        self.screen.set_focus(self)

    def show_end(self) -> None:
        """Bring the end of a long text into sight, once the field has its width."""
        self.scroll_to_region(Region(self.content_width, 0, 1, 1), force=True, animate=False)

    async def on_key(self, event: events.Key) -> None:
        """Keys of the field are the field's: the screen must never take them for its own."""
        action = _FIELD_KEYS.get(event.key)
        if action is not None:
            event.stop()
            event.prevent_default()
            await self.run_action(action)

    def take_early(self, event: events.Key) -> bool:
        """Take a key that came before the field had the focus; whether it was a letter."""
        if not event.is_printable or event.character is None:
            return False
        self.insert_text_at_cursor(event.character)
        event.stop()
        return True

    def action_leave(self) -> None:
        """Tell that the field is left."""
        self.post_message(self.Left())


_FIELD_KEYS: Final = {
    "escape": "leave",
    **{
        key.strip(): binding.action
        for binding in Input.BINDINGS
        if isinstance(binding, Binding)
        for key in binding.key.split(",")
    },
}


class BottomLine(Horizontal):
    """The bottom line. At one time it shows keys, a message until the next key, a question, or a text field."""

    DEFAULT_CSS = """
    BottomLine { height: auto; dock: bottom; }
    BottomLine #words { width: 1fr; }
    BottomLine TextField { display: none; }
    BottomLine.asking TextField { display: block; }
    """

    def __init__(self, *, ellipsis: str = "…", id: str | None = None) -> None:
        super().__init__(id=id)
        self.words = OneLine(id="words", ellipsis=ellipsis)
        self.keys: Line = ()
        self.question: Question | None = None
        self.turn = 0  # goes up with each key that does something
        self._typed: Callable[[str], None] | None = None
        self._asker: Widget | None = None

    def compose(self) -> ComposeResult:
        """The words, and a text field that is seen when one is asked for."""
        yield self.words
        yield TextField()

    @property
    def is_free(self) -> bool:
        """Whether nothing is being asked or typed."""
        return self.question is None and not self.has_class("asking")

    def offer(self, keys: Iterable[Key]) -> None:
        """Name these keys when there is nothing else to say."""
        before, self.keys = self.keys, keys_line(keys)
        if self.words.spans in ((), before):
            self.words.show(self.keys)

    def say(self, text: str, look: Look | None = None, *, end: str = "") -> None:
        """A message, until the next key, with an end that is never cut."""
        self.words.show(line(" ", (text, look)), line((end, look)) if end else ())

    def say_error(self, error: ExpError) -> None:
        """An error in words, until the next key; what to do is seen whatever the width."""
        first, hint = error_line(error), hint_line(error)
        if width(text_of([*first, *hint])) <= self.size.width:
            self.words.show([*first, *hint])
        else:
            self.words.show(first, below=[Span(" "), *hint[1:]])

    def ask(self, text: str, yes: Callable[[], None]) -> None:
        """A question: `y` does it, any other key doesn't."""
        self.question = Question(text, yes)
        self.words.show(line(" ", (text, "warn")), line(" - ", ("y/n", "key")))

    def take(self, names: Iterable[str]) -> bool:
        """Whether a question was open, which the key has answered."""
        question, self.question = self.question, None
        if question is None:
            return False
        self.clear()
        if "y" in names:
            try:
                question.yes()
            except ExpError as error:
                self.say_error(error)
        else:
            self.say("nothing was done", "dim")
        return True

    def prompt(self, label: str, value: str, typed: Callable[[str], None]) -> None:
        """A text field with a label; `typed` is given the text after enter."""
        self.words.show(line(" ", (label, "key"), " "))
        self.words.styles.width = width(printable(label)) + 2
        self._typed, self._asker = typed, self.screen.focused
        self.add_class("asking")
        field = self.query_one(TextField)
        field.begin(printable(value))
        field.call_after_refresh(field.show_end)

    def clear(self) -> None:
        """Back to the keys."""
        self.turn += 1
        self.question = None
        self.words.show(self.keys)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the text field."""
        event.stop()
        typed = self._typed
        self._close_field()
        if typed is not None:
            try:
                typed(event.value)
            except ExpError as error:
                self.say_error(error)

    def on_text_field_left(self, event: TextField.Left) -> None:
        """Escape in the text field."""
        event.stop()
        self._close_field()

    def _close_field(self) -> None:
        self._typed = None
        self.remove_class("asking")
        self.words.styles.width = "1fr"
        self.clear()
        self.screen.set_focus(self._asker)
