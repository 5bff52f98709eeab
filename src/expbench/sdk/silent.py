"""The run that is given out where nothing can be recorded: it checks what it is given, and keeps none of it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from expbench.sdk.active import ActiveRun
from expbench.sdk.troubles import say
from expbench.sdk.values import checked_mapping

_said: set[str] = set()


class SilentRun(ActiveRun):
    """A run without a place; warns when it is made, once for each reason."""

    def __init__(self, why: str) -> None:
        super().__init__("", "", "")
        if why not in _said:
            _said.add(why)
            say(f"this run is not recorded: {why}")

    def should_stop(self) -> bool:
        """Nobody can ask it to stop."""
        return False

    def params(self) -> dict[str, Any]:
        """Nothing is known of it."""
        return {}

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Check the keys."""
        checked_mapping(params, "params")

    def describe(
        self, _name: str | None, _experiment: str | None, _tags: Iterable[str], _attributes: Mapping[str, str]
    ) -> None:
        """There is nothing to describe."""

    def _write(self, _key: str, _value: float, _step: int | None) -> None:
        return

    def _record(self, _kind: str, _data: dict[str, Any]) -> None:
        return

    def _keep(self, _what: str, _store: Callable[[], list[Any]]) -> None:
        return

    def _complain_of_end(self) -> None:
        return
