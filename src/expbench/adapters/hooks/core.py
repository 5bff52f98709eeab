"""The name of the hooks' common part in git's own folder; whether it is there tells whether hooks are installed."""

from typing import Final

CORE: Final = "exp-hooks"
