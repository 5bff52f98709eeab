"""Screen 2: one run, in tabs."""

from collections.abc import Iterable
from importlib import import_module

from textual.app import ComposeResult
from textual.containers import Container

from expbench.tui.panes.log import LogPane
from expbench.tui.panes.pane import Pane, Shown
from expbench.tui.screens.frame import FrameScreen
from expbench.tui.views.lines import Line, line
from expbench.tui.views.run.tabs import TABS, Tab, head_line, tab_line
from expbench.tui.widgets.bars import OneLine

SIDEWAYS = 16  # cells that the text moves at once


class RunScreen(FrameScreen):
    """The run that was under the cursor of the list."""

    number_name = "run"

    def __init__(self) -> None:
        super().__init__()
        self.tab = TABS[0]
        self._panes: dict[str, Pane] = {}
        self._looked_for = ""
        self._before: list[str] = []
        self._drawn: object = None

    def body(self) -> ComposeResult:
        """The tabs, the run, and one pane."""
        yield OneLine(id="tabs")
        yield OneLine(id="head")
        yield Container(id="panes")

    @property
    def pane(self) -> Pane | None:
        """The pane in front, once it can be filled."""
        pane = self._panes.get(self.tab.name)
        return pane if pane is not None and pane.is_ready else None

    def on_mount(self) -> None:
        """The first tab."""
        self.show_tab(self.tab)

    def on_resize(self) -> None:
        """Lines fit the new width."""
        self._drawn = None
        self.take_news()

    def on_screen_resume(self) -> None:
        """Shown again: it may have missed something."""
        self._drawn = None
        super().on_screen_resume()

    def on_screen_suspend(self) -> None:
        """Not shown: nothing is looked at."""
        if self.pane is not None:
            self.pane.end()

    def on_news(self) -> None:
        """Draw the run anew if it, or what is shown of it, has changed."""
        snapshot, run_id = self.snapshot, self.choices.run
        document = snapshot.document(run_id) if run_id else None
        style = self.dashboard.style._replace(width=self.size.width)
        self.query_one("#tabs", OneLine).show(tab_line(self.tab.name))
        if document is None:
            self._show_absence(run_id)
            return
        drawn = (run_id, self.tab.name, self.size, len(snapshot.ids))
        if drawn == self._drawn and run_id not in snapshot.changed:
            return
        self._drawn = drawn
        app = self.dashboard
        self.drawn_at = app.now()
        self.query_one("#head", OneLine).show(head_line(document, self.tab, style))
        self.query_one("#panes").display = True
        if self.pane is not None:
            self.pane.show_run(Shown(document, app.place, style, self.drawn_at, len(snapshot.ids)))

    def moments(self) -> Iterable[str | None]:
        """Of the run."""
        document = self.snapshot.document(self.choices.run) if self.choices.run else None
        return (document["created_at"], document["started_at"], document["ended_at"]) if document is not None else ()

    def redraw(self) -> None:
        """The same run at this moment."""
        self._drawn = None
        self.on_news()

    def about(self) -> str:
        """The trouble of the store, if there is any."""
        return self.snapshot.trouble

    def show_tab(self, tab: Tab) -> None:
        """Bring a tab to the front."""
        self.query(".aside").remove_class("aside")
        before = self._panes.get(self.tab.name)
        if before is not None:
            before.display = False
            before.end()
        self.tab = tab
        self._drawn = None
        if tab.name in self._panes:
            self._panes[tab.name].display = True
            self._focus()
            return
        pane: Pane = getattr(import_module(tab.module), tab.kind)()
        self._panes[tab.name] = pane
        self.query_one("#panes", Container).mount(pane)

    def on_pane_ready(self) -> None:
        """A pane that was shown for the first time can be filled."""
        self._focus()

    def show_log(self) -> None:
        """The log."""
        self.show_tab(next(tab for tab in TABS if tab.name == "Log"))

    def open_run(self, run_id: str) -> None:
        """Another run; `q` comes back to this one."""
        if self.choices.run is not None and run_id != self.choices.run:
            self._before.append(self.choices.run)
        self.choices.run = run_id
        self.take_news()

    def act_next_tab(self) -> None:
        """To the right."""
        self.show_tab(TABS[(TABS.index(self.tab) + 1) % len(TABS)])

    def act_previous_tab(self) -> None:
        """To the left."""
        self.show_tab(TABS[(TABS.index(self.tab) - 1) % len(TABS)])

    def act_back(self) -> None:
        """To the run before, else to the list."""
        if self._before:
            self.choices.run = self._before.pop()
            self.take_news()
        else:
            self.dashboard.act_back()

    def act_down(self) -> None:
        """Down."""
        if self.pane is not None:
            self.pane.target.move(1)

    def act_up(self) -> None:
        """Up."""
        if self.pane is not None:
            self.pane.target.move(-1)

    def act_left(self) -> None:
        """The text back to the right."""
        if self.pane is not None:
            self.pane.target.move_sideways(-SIDEWAYS)

    def act_right(self) -> None:
        """The text to the left, to see its end."""
        if self.pane is not None:
            self.pane.target.move_sideways(SIDEWAYS)

    def act_page_down(self) -> None:
        """A page down."""
        if self.pane is not None:
            self.pane.target.move(self.pane.target.page)

    def act_page_up(self) -> None:
        """A page up."""
        if self.pane is not None:
            self.pane.target.move(-self.pane.target.page)

    def act_top(self) -> None:
        """To the beginning."""
        if self.pane is not None:
            self.pane.go_to_top()

    def act_bottom(self) -> None:
        """To the end."""
        if self.pane is not None:
            self.pane.go_to_bottom()

    def act_open_line(self) -> None:
        """What is under the cursor."""
        if self.pane is not None:
            self.pane.open_line()

    def act_follow(self) -> None:
        """Follow the log, or stop."""
        if not isinstance(self.pane, LogPane):
            self.show_log()
        else:
            self.pane.follow()

    def act_find(self) -> None:
        """Ask for a text."""
        self.bottom.prompt("/", "", self._find)

    def act_next_hit(self) -> None:
        """The next line that holds the text."""
        self._find_again(forward=True)

    def act_previous_hit(self) -> None:
        """The one before."""
        self._find_again(forward=False)

    def act_clear(self) -> None:
        """Nothing is looked for any more."""
        super().act_clear()
        self._looked_for = ""
        if self.pane is not None:
            self.pane.forget_find()

    def on_log_pane_said(self, said: LogPane.Said) -> None:
        """What the log has found."""
        self.bottom.say(said.words) if said.words else self.bottom.clear()

    def _find(self, text: str) -> None:
        self._looked_for = text
        if text and self.pane is not None:
            self.bottom.say(self.pane.find(text, forward=True, anew=True))

    def _find_again(self, *, forward: bool) -> None:
        if self._looked_for and self.pane is not None:
            self.bottom.say(self.pane.find(self._looked_for, forward=forward, anew=False))
        else:
            self.bottom.say("/ looks for a text", "dim")

    def _focus(self) -> None:
        pane = self.pane
        if pane is None:
            return
        self._drawn = None
        self.take_news()
        pane.target.focus()

    def _show_absence(self, run_id: str | None) -> None:
        self._drawn = None
        words: Line = line(" no run yet: ", ("exp run -- python train.py", "key"))
        if run_id is not None:
            words = line(
                " the run ", (run_id, "id"), (" is gone; it may be in the trash: ", "warn"), ("exp trash", "key")
            )
        if not self.snapshot.complete:
            words = line((" reading", "dim"))
        self.query_one("#head", OneLine).show(words)
        self.query_one("#panes").display = False
