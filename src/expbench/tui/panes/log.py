"""The log tab: any size, followed live, searched in a thread."""

from collections.abc import Callable, Sequence

from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import Worker, get_current_worker

from expbench.adapters.execution.log_window import LogWindow
from expbench.domain.document import UNFINISHED
from expbench.domain.paging import LONG, Wanted, find_backward, find_forward, wanted
from expbench.render.values import size as bytes_text
from expbench.tui.panes.pane import Pane, Shown, View
from expbench.tui.views.log import shown_pattern
from expbench.tui.widgets.bars import OneLine
from expbench.tui.widgets.logview import LogView

LOOK_S = 0.5
TELL = 400  # pieces of the log, 100 MB


class LogPane(Pane):
    """The log, and above it how far down one is."""

    class Found(Message):
        """Where the text was found; None when it is nowhere."""

        def __init__(self, run_id: str, text: str, place: int | None, wrapped: bool) -> None:
            super().__init__()
            self.run_id = run_id
            self.text = text
            self.place = place
            self.wrapped = wrapped

    class Said(Message):
        """Something to say in the bottom line."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self) -> None:
        super().__init__()
        self._timer: Timer | None = None
        self._window: LogWindow | None = None

    def views(self) -> Sequence[Widget]:
        """The log and its state."""
        return [OneLine(id="log-state"), LogView(id="log")]

    @property
    def log_view(self) -> LogView:
        """The log."""
        return self.query_one("#log", LogView)

    @property
    def target(self) -> View:
        """The log."""
        return self.log_view

    def begin(self) -> None:
        """Look into the run's log: a live one at its end, another at its beginning."""
        shown = self.shown
        if shown is None:
            return
        self._close()
        self._window = LogWindow(shown.place.store.run_dir(shown.document["id"]))
        self.log_view.open(self._window, follows=shown.document["status"] in UNFINISHED)
        if self._timer is None:
            self._timer = self.set_interval(LOOK_S, self.log_view.look)

    def end(self) -> None:
        """Nobody looks; the place is kept."""
        if self._timer is not None:
            self._timer.pause()

    def on_unmount(self) -> None:
        """Let go of the file."""
        self._close()

    def draw(self, _shown: Shown) -> None:
        """What is in the log by now."""
        self.set_class(False, "wide")
        if self._timer is not None:
            self._timer.resume()
        self.log_view.look()

    def _close(self) -> None:
        if self._window is not None:
            self._window.close()

    def go_to_top(self) -> None:
        """The first line."""
        self.log_view.go(0)

    def go_to_bottom(self) -> None:
        """The last line."""
        self.log_view.go_to_end()

    def follow(self) -> bool:
        """Follow the log's end, or stop; gives which."""
        self.log_view.follow(not self.log_view.follows)
        return self.log_view.follows

    def on_log_view_moved(self) -> None:
        """Say where the window is now."""
        self.query_one("#log-state", OneLine).show(self.log_view.state_line())

    def find(self, text: str, *, forward: bool, anew: bool) -> str:
        """Look for the text in a thread; gives what to say meanwhile."""
        shown, view = self.shown, self.log_view
        if shown is None:
            return ""
        run_id = shown.document["id"]
        run_dir = shown.place.store.run_dir(run_id)
        view.highlight(shown_pattern(text))
        place = view.place if anew else view.hit_place
        sought = wanted(text)

        def work() -> None:
            worker = get_current_worker()
            window = LogWindow(run_dir)
            found, wrapped = _search(window, sought, place, forward, self._still(worker, text, window.size()))
            window.close()
            if not worker.is_cancelled:
                self.post_message(self.Found(run_id, text, found, wrapped))

        self.run_worker(work, thread=True, exclusive=True, group="search")
        return f"looking for {text}"

    def _still(self, worker: "Worker[None]", text: str, size: int) -> Callable[[], bool]:
        """Asked after each piece whether to go on; says now and then how far it is."""
        pieces = 0

        def goes_on() -> bool:
            nonlocal pieces
            pieces += 1
            if pieces % TELL == 0 and not worker.is_cancelled:
                self.post_message(self.Said(f"looking for {text}: {bytes_text(pieces * LONG)} of {bytes_text(size)}"))
            return not worker.is_cancelled

        return goes_on

    def forget_find(self) -> None:
        """Stop looking."""
        self.workers.cancel_group(self, "search")
        self.log_view.highlight(None)

    def on_log_pane_found(self, found: Found) -> None:
        """Bring what was found into sight."""
        found.stop()
        if self.shown is None or self.shown.document["id"] != found.run_id:
            return
        if found.place is not None:
            self.log_view.show_hit(found.place)
        words = (
            f"{found.text} is nowhere here" if found.place is None else "from the other end" if found.wrapped else ""
        )
        self.post_message(self.Said(words))


def _search(
    window: LogWindow, sought: Wanted, place: int, forward: bool, goes_on: Callable[[], bool]
) -> tuple[int | None, bool]:
    """Where the text is next from `place` on, else from the other end, which the second value says."""
    size = window.size()
    search = find_forward if forward else find_backward
    for start, wrapped in ((place + 1 if forward else place, False), (0 if forward else size, True)):
        for found in search(window.read, size, sought, max(start, 0)):
            if not goes_on():
                return None, wrapped
            if found is not None:
                return found, wrapped
    return None, True
