"""The run that is given out where nothing can be recorded: it checks what it is given, and keeps none of it."""

import warnings
from collections.abc import Callable
from typing import Any

from expbench.sdk.active import ActiveRun
from expbench.sdk.troubles import RecordingWarning, outside


class SilentRun(ActiveRun):
    """A run without a place; warns once, when it is made."""

    def __init__(self, why: str) -> None:
        super().__init__("", "", "")
        warnings.warn(f"this run is not recorded: {why}", RecordingWarning, stacklevel=outside())

    def should_stop(self) -> bool:
        """Nobody can ask it to stop."""
        return False

    def params(self) -> dict[str, Any]:
        """Nothing is known of it."""
        return {}

    def _write(self, _key: str, _value: float, _step: int | None) -> None:
        return

    def _record(self, _kind: str, _data: dict[str, Any]) -> None:
        return

    def _keep(self, _what: str, _store: Callable[[], list[Any]]) -> None:
        return
