"""The dashboard as a Textual application: one snapshot, one set of choices, the screens of the table, the keys.

`make_app` builds it for the command line and for tests alike; nothing here looks at the environment or the clock.
"""

import os
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar, Final

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.filter import LineFilter
from textual.message import Message
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES
from textual.widgets import Input

from expbench.bootstrap.workplace import Workplace
from expbench.errors import UsageError
from expbench.render.style import PLAIN, Style, sign
from expbench.tui.acts import Acts
from expbench.tui.keys import Keymap, keymap
from expbench.tui.memory import Memory, recall, remember
from expbench.tui.plain import PlainLetters
from expbench.tui.reading import Reader
from expbench.tui.screens import SCREENS, place_of
from expbench.tui.screens.frame import FrameScreen
from expbench.tui.stages import Stages
from expbench.tui.state import Choices, Snapshot
from expbench.tui.widgets.narrowing import narrowed

INTERVAL_S: Final = 0.5
MOUSE_MODES: Final = (1000, 1003, 1006)
AGES_S: Final = 60.0  # after so long at most an age that is shown is right
ANSI_THEMES: Final = ("ansi-dark", "ansi-light")  # the terminal's own sixteen colours


class ExpApp(App[int]):
    """The dashboard. `snapshot` is replaced whole; `choices` are shared by the screens."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[Any]] = []
    CSS = """
    * { scrollbar-background: ansi_default; scrollbar-color: ansi_blue; }
    Screen { layout: vertical; }
    #title { height: 1; dock: top; }
    #body { height: 1fr; }
    .aside { display: none; }
    .ascii LinesView { scrollbar-size: 0 0; }
    .ascii Overlay > Vertical { border: ascii ansi_blue; }
    """

    class News(Message):
        """The store was read anew."""

        def __init__(self, snapshot: Snapshot) -> None:
            super().__init__()
            self.snapshot = snapshot

    class Opened(Message):
        """A screen is there: keys that came meanwhile are for it."""

    def __init__(
        self, place: Workplace, keys: Keymap, style: Style, now: Callable[[], str], interval_s: float, theme: str
    ) -> None:
        super().__init__(ansi_color=theme in ANSI_THEMES)  # NO_COLOR depends on it
        self.theme = theme
        self.set_class(not style.unicode, "ascii")
        self._letters = [] if style.unicode else [PlainLetters()]
        self.place = place
        self.keymap = keys
        self.style = style
        self.now = now
        self.snapshot = Snapshot()
        self.choices = Choices()
        self.reader = Reader(place, self._told, interval_s, self.now)
        self.signal: int | None = None
        self.mouse_is_on = False
        self.when_all_is_drawn: Callable[[], None] | None = None  # called once
        self.acts = Acts(self)
        self.stages = Stages(place)
        self._opening = True
        self._early: deque[events.Key] = deque()  # keys that came while a screen was opened
        self.memory = recall(place.cache_dir)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What is done to each line before it is sent."""
        return [*super().get_line_filters(), *self._letters]

    @property
    def ellipsis(self) -> str:
        """What stands where a text was cut."""
        return sign("ellipsis", self.style)

    @property
    def project_name(self) -> str:
        """The name of the project's folder."""
        return os.path.basename(self.place.project.root) or self.place.project.root

    async def on_event(self, event: events.Event) -> None:
        """Keys are taken in order, each by the screen that the one before it led to."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._opening or self._early:
            self._early.append(event)
        else:
            await self._take_key(event)

    async def on_exp_app_opened(self) -> None:
        """Take the keys that came too early, until one of them leads to another screen."""
        while self._early and not self._opening:
            await self._take_key(self._early.popleft())

    async def _take_key(self, event: events.Key) -> None:
        """To the table at once, unless a text field or a window over the screen takes it."""
        screen = self.screen if self.screen_stack else None
        if not isinstance(screen, FrameScreen) or isinstance(self.focused, Input) or not screen.take_key(event):
            await super().on_event(event)

    async def on_mount(self) -> None:
        """Show the runs; begin to read once they have been drawn."""
        self.app_resume_signal.subscribe(self, lambda _: self.refresh_whole())
        self.set_interval(AGES_S, self._freshen)
        await self._opened(self.open("runs"))
        self.call_after_refresh(self.run_worker, self.reader.run, thread=True, group="reader")

    def _freshen(self) -> None:
        screen = self.shown
        if screen is not None:
            screen.freshen()

    async def on_unmount(self) -> None:
        """Nobody reads any more."""
        self.reader.stop()
        await self.acts.end()

    def on_exp_app_news(self, event: News) -> None:
        """Take the snapshot over and let the screen that is shown draw it."""
        self.snapshot = event.snapshot
        self.tell_screen()
        if not event.snapshot.complete:
            self.call_after_refresh(self.reader.go_on)
        elif self.when_all_is_drawn is not None:
            self.call_after_refresh(self.when_all_is_drawn)
            self.when_all_is_drawn = None

    def keep_in_mind(self, memory: Memory) -> None:
        """Remember for the next time."""
        if memory != self.memory:
            self.memory = memory
            remember(self.place.cache_dir, memory)

    def has(self, name: str) -> bool:
        """Whether there is a screen of this name."""
        return any(place.name == name for place in SCREENS)

    def go(self, name: str) -> None:
        """Show the screen of this name, soon."""
        self._soon_open(self.open(name))

    def _soon_open(self, opening: Coroutine[Any, Any, None]) -> None:
        self._opening = True
        self.run_worker(self._opened(opening), exclusive=True, group="screen")

    async def _opened(self, opening: Coroutine[Any, Any, None]) -> None:
        await opening
        self._opening = False
        self.post_message(self.Opened())

    def tell_screen(self) -> None:
        """Let the screen that is shown draw what is new; others do when they are shown again."""
        screen = self.shown
        if screen is not None:
            screen.take_news()

    @property
    def shown(self) -> FrameScreen | None:
        """The screen of the table that is shown, be it below a help or a palette.

        None while the dashboard ends, or the screen is just being opened: widgets come after it, and go before it.
        """
        if not self.is_running:
            return None
        found = next((screen for screen in reversed(self.screen_stack) if isinstance(screen, FrameScreen)), None)
        return found if found is not None and found.is_mounted else None

    async def open(self, name: str) -> None:
        """Show the screen of this name."""
        if not self.is_screen_installed(name):
            where = place_of(name)
            kind: type[Screen[None]] = getattr(import_module(where.module), where.kind)
            self.install_screen(kind(), name)
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self.push_screen(name)

    def act_show_runs(self) -> None:
        """The list of runs."""
        self.go("runs")

    def act_show_plot(self) -> None:
        """Curves of the marked runs, or of the one under the cursor."""
        self.go("plot")

    def act_show_compare(self) -> None:
        """The marked runs beside each other."""
        self.go("compare")

    def act_show_models(self) -> None:
        """Models, their versions and stages."""
        self.go("models")

    def act_show_journal(self) -> None:
        """What was done from here."""
        self.go("journal")

    def act_show_run(self) -> None:
        """The run under the cursor of the list."""
        self.go("run")

    def act_show_log(self) -> None:
        """Its log."""
        self._soon_open(self._open_log())

    async def _open_log(self) -> None:
        from expbench.tui.screens.run import RunScreen

        await self.open("run")
        if isinstance(self.shown, RunScreen):
            self.shown.show_log()

    def open_run(self, run_id: str) -> None:
        """Show this run on the run screen."""
        from expbench.tui.screens.run import RunScreen

        if isinstance(self.shown, RunScreen):
            self.shown.open_run(run_id)
        else:
            self.choices.run = run_id
            self.act_show_run()

    def act_diff(self) -> None:
        """The whole difference of the baseline, or the first mark, and the next run that is chosen."""
        from expbench.tui.differences import Differences
        from expbench.tui.screens.diff import DiffScreen
        from expbench.tui.views.comparing import runs_to_compare

        choices = self.choices
        pair = runs_to_compare(choices.baseline, list(choices.marks), choices.run)[:2]
        if len(pair) == 2:
            self.push_screen(DiffScreen(Differences(self.place), pair[0], pair[1], everything=False))
        elif self.shown is not None:
            self.shown.bottom.say("two runs are needed: mark them, or pin a baseline", "warn")

    def act_help(self) -> None:
        """All keys of this screen."""
        from expbench.tui.screens.help import HelpScreen

        if self.shown is not None:
            self.push_screen(HelpScreen(self.shown))

    def act_palette(self) -> None:
        """Every action by name."""
        from expbench.tui.screens.palette import PaletteScreen

        if self.shown is not None:
            self.push_screen(PaletteScreen(self.shown))

    def act_back(self) -> None:
        """Back to the runs, and from there out."""
        if self.shown is not None and self.shown.number_name != "runs":
            self.go("runs")
        elif self.acts.jobs and self.shown is not None:
            going = ", ".join(f"exp {job.entry.argv[0]}" for job in self.acts.jobs)
            self.shown.bottom.ask(f"cancels what goes on ({going}), and quits", lambda: self.exit(0))
        else:
            self.exit(0)

    def act_refresh(self) -> None:
        """Read now, draw everything anew."""
        self.reader.wake()
        self.refresh_whole()

    def refresh_whole(self) -> None:
        """Draw every cell, whatever the terminal shows."""
        self.screen.refresh(layout=True)
        for widget in self.screen.walk_children():
            widget.refresh(layout=True)

    def act_mouse(self) -> None:
        """Let the terminal report the mouse, or leave it to the terminal."""
        self.mouse_is_on = not self.mouse_is_on
        self._report_mouse(on=self.mouse_is_on)
        if self.shown is not None:
            self.shown.bottom.say(f"the mouse is {'on' if self.mouse_is_on else 'off'}", "dim")

    def _report_mouse(self, *, on: bool) -> None:
        """Textual's driver switches off what it knows to be on, whatever ends or suspends it, and on again after."""
        driver = self._driver
        if driver is None or self.is_headless:
            return
        driver._mouse = on
        for mode in MOUSE_MODES:
            driver.write(f"\x1b[?{mode}{'h' if on else 'l'}")
        driver.flush()

    def act_suspend(self) -> None:
        """To the shell."""
        self.action_suspend_process()

    def act_interrupt(self) -> None:
        """Cancel what goes on, else out."""
        if not self.acts.cancel():
            self.exit(130)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Textual's one way to the terminal: no more is written than what changed."""
        super()._display(screen, narrowed(renderable))

    def _told(self, snapshot: Snapshot) -> None:
        """In the reader's thread."""
        self.post_message(self.News(snapshot))

    def soon(self, call: Callable[..., None], *args: object) -> None:
        """From a thread: let the app do it, unless it ends before."""
        self.call_later(self._do_if_running, call, *args)

    def _do_if_running(self, call: Callable[..., None], *args: object) -> None:
        if self.is_running:
            call(*args)

    def _fatal_error(self) -> None:
        """Textual would print a traceback with all local values; `starting` raises the error to the last door.

        The end waits for the reader's thread, and an error while widgets go would leave nobody to stop it.
        """
        self.reader.stop()
        self._close_messages_no_wait()

    @property
    def failure(self) -> BaseException | None:
        """The error that ended the app, if one did."""
        return self._exception


def make_app(
    place: Workplace,
    *,
    keys: Mapping[str, Any] | None = None,
    style: Style = PLAIN,
    now: Callable[[], str] | None = None,
    interval_s: float = INTERVAL_S,
    theme: object = None,
) -> ExpApp:
    """The dashboard of a project. `keys` are the user's changes; `now` gives the present as ISO 8601.

    Raises `UsageError` for keys that can't be, and an unknown theme.
    """
    chosen = _theme(theme)
    return ExpApp(place, keymap(keys or {}), style, now or place.clock.now, interval_s, chosen)


def _theme(wanted: object) -> str:
    if wanted is None:
        return ANSI_THEMES[0]
    known = sorted(BUILTIN_THEMES)
    if wanted not in known:
        raise UsageError(f"there is no theme {wanted!r}", f"known are {', '.join(known)}", 'theme = "ansi-dark"')
    return str(wanted)
