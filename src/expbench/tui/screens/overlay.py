"""What lies over a screen for a moment: it takes all keys, and `escape` or `q` closes it."""

from typing import TYPE_CHECKING, cast

from textual.screen import ModalScreen

if TYPE_CHECKING:
    from expbench.tui.app import ExpApp


class Overlay(ModalScreen[None]):
    """A window over the screen."""

    DEFAULT_CSS = """
    Overlay { align: center middle; background: transparent; }
    Overlay > Vertical { width: 90%; max-width: 100; height: 90%; border: solid ansi_blue; background: ansi_default; }
    """

    @property
    def dashboard(self) -> "ExpApp":
        """The app, with its own type."""
        return cast("ExpApp", self.app)

    def close(self) -> None:
        """Back to the screen below. A second key may come before the window is gone: it closes nothing else."""
        if self.is_current:
            self.dismiss(None)
