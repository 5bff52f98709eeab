"""What every screen has: a title line, a body, and the bottom line with keys, messages, confirmations and prompts.

A key goes from the table (`tui.keys`) to the method `act_ACTION` of the screen, else of the app. An `ExpError` of an
action is said in the bottom line; nothing that is typed in a text field is ever taken for a key.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from expbench.errors import ExpError
from expbench.render.values import age
from expbench.tui.keys import Key
from expbench.tui.state import Choices, Snapshot
from expbench.tui.views.bars import title_line
from expbench.tui.widgets.bars import BottomLine, OneLine

if TYPE_CHECKING:
    from expbench.tui.app import ExpApp


class FrameScreen(Screen[None]):
    """A screen of the dashboard. Subclasses give `number_name`, `body`, and take news in `on_news`."""

    number_name = ""
    drawn_at = ""  # the present when ages were drawn
    AUTO_FOCUS = ""  # each screen says itself where the focus is, before the first key

    def compose(self) -> ComposeResult:
        """Title, body, bottom line."""
        yield OneLine(id="title", ellipsis=self.dashboard.ellipsis)
        with Container(id="body"):
            yield from self.body()
        yield BottomLine(id="bottom", ellipsis=self.dashboard.ellipsis)

    def body(self) -> ComposeResult:
        """The widgets between the two lines."""
        yield from ()

    @property
    def dashboard(self) -> "ExpApp":
        """The app, with its own type."""
        return cast("ExpApp", self.app)

    @property
    def snapshot(self) -> Snapshot:
        """The store as it was last read."""
        return self.dashboard.snapshot

    @property
    def choices(self) -> Choices:
        """What the user chose."""
        return self.dashboard.choices

    @property
    def bottom(self) -> BottomLine:
        """The bottom line."""
        return self.query_one("#bottom", BottomLine)

    def candidate(self) -> str | None:
        """What promoting would promote: a run, or a version of a model."""
        return self.choices.run

    def on_news(self) -> None:
        """The store was read anew, or a choice was changed elsewhere: draw what changed. Called when it is shown."""

    def about(self) -> str:
        """What the title says of what is shown, such as the filter."""
        return ""

    def on_screen_resume(self) -> None:
        """Shown again: with what is new."""
        self.take_news()

    def take_news(self) -> None:
        """Draw title, bottom and body anew, as far as they changed."""
        if not self.is_mounted:
            return
        self.bottom.offer(self.dashboard.keymap.on(self.number_name))
        self.on_news()
        self.show_title()

    def moments(self) -> Iterable[str | None]:
        """The moments whose ages are shown."""
        return ()

    def freshen(self) -> None:
        """Draw anew where an age that is shown reads differently by now; otherwise nothing is drawn or sent."""
        now, before = self.dashboard.now(), self.drawn_at
        if before and now != before and any(age(at, before) != age(at, now) for at in self.moments()):
            self.redraw()

    def redraw(self) -> None:
        """Draw the body as it is at this moment."""
        self.on_news()

    def show_title(self) -> None:
        """The title line as it now is."""
        self.query_one("#title", OneLine).show(
            title_line(self.number_name, self.dashboard.project_name, self.about())
        )

    def on_key(self, event: events.Key) -> None:
        """A key that a text field had no use for; only with ctrl is it for the table."""
        if not isinstance(self.focused, Input) or event.key.startswith("ctrl+"):
            self.take_key(event)

    def take_key(self, event: events.Key) -> bool:
        """Do what the key stands for; whether it stands for anything here."""
        names = (event.key, event.character or "")
        taken = self.bottom.take(names) or self._do_key(names)
        if taken:
            event.stop()
            event.prevent_default()
            self.freshen()
        return taken

    def _do_key(self, names: tuple[str, ...]) -> bool:
        key = self.dashboard.keymap.find(self.number_name, names)
        return key is not None and self.do(key)

    def do(self, key: Key) -> bool:
        """Do what the key stands for; whether this screen can."""
        method = self.method(key)
        if method is None:
            return False
        self.bottom.clear()
        try:
            method()
        except ExpError as error:
            self.bottom.say_error(error)
        return True

    def method(self, key: Key) -> Callable[[], Any] | None:
        """What does it: of this screen, else of the app or its acts; None when none has it."""
        name = f"act_{key.action}"
        found = (getattr(holder, name, None) for holder in (self, self.app, self.dashboard.acts))
        return next((method for method in found if method is not None), None)

    def act_clear(self) -> None:
        """Clear the bottom line; screens clear more."""
        self.bottom.clear()

    def act_zoom(self) -> None:
        """Let the pane with the focus take the whole body, or give the others back their places. What stands in
        one container of the class `pane`, such as a header, stays together.
        """
        if self.query(".aside"):
            self.query(".aside").remove_class("aside")
        elif self.focused is not None:
            kept = set(self.focused.ancestors_with_self)
            inside = [widget for widget in kept if self.query_one("#body") in widget.ancestors_with_self]
            for widget in inside:
                parent = widget.parent
                for sibling in parent.children if isinstance(parent, Widget) and not parent.has_class("pane") else ():
                    if sibling not in kept and widget.id != "body":
                        sibling.add_class("aside")

    def act_next_pane(self) -> None:
        """Focus the next pane."""
        self.focus_next()

    def act_previous_pane(self) -> None:
        """Focus the pane before."""
        self.focus_previous()
