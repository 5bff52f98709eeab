"""Both panes below the list. Cheap at any pace of keys: nothing is drawn or read before the cursor has come to rest,
and then once; nothing at all while the panes are not shown.
"""

from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from expbench.tui.panes.glance.log import LogGlance
from expbench.tui.panes.glance.pane import Glanced, GlancePane
from expbench.tui.panes.glance.plot import PlotGlance

REST_S: Final = 0.15  # so long must the cursor rest
LOOK_S: Final = 0.5  # between two looks at live runs


class Glance(Horizontal):
    """Plot and log, beside each other."""

    DEFAULT_CSS = """
    Glance #plots { width: 3fr; }
    Glance #log-end { width: 2fr; margin-left: 1; }
    """

    def __init__(self, *, id: str) -> None:  # Textual's own name
        super().__init__(id=id)
        self._wanted = Glanced()
        self._shown = Glanced()
        self._rest: Timer | None = None
        self._following: Timer | None = None

    def compose(self) -> ComposeResult:
        """The panes."""
        yield PlotGlance()
        yield LogGlance()

    def on_mount(self) -> None:
        """Live runs are looked at, when there are any."""
        self._following = self.set_interval(LOOK_S, self._follow, pause=True)

    def look_at(self, glanced: Glanced) -> None:
        """Show these runs: others once the cursor rests, the same ones with what is new at once."""
        self._wanted = glanced
        if glanced.ids == self._shown.ids:
            self._show()
        else:
            self._stop_resting()
            self._rest = self.set_timer(REST_S, self._show)

    def on_show(self) -> None:
        """There is room again."""
        self._show()

    def _show(self) -> None:
        self._stop_resting()
        if not self._is_seen():
            self._shown = Glanced()
            return
        self._shown = glanced = self._wanted
        for pane in self.query(GlancePane):
            if pane.display and pane.size.width:
                pane.show(glanced)
        if self._following is not None:
            (self._following.resume if set(glanced.ids) & set(glanced.live) else self._following.pause)()

    def _follow(self) -> None:
        if self._is_seen():
            for pane in self.query(GlancePane):
                if pane.display and pane.size.width:
                    pane.follow()

    def _is_seen(self) -> bool:
        return self.display and bool(self.size.width) and self.screen.is_current

    def _stop_resting(self) -> None:
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
