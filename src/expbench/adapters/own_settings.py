"""The user's own configuration, `$XDG_CONFIG_HOME/exp/config.toml`: what no repository may say.

Only here can commands be named that run on events of the registry.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

from expbench.adapters.files import Unreadable, read_regular
from expbench.errors import ExpError

FILE: Final = "exp/config.toml"


def own_settings_file(environ: Mapping[str, str]) -> str:
    """Where the file is, whether there is one or not. A relative `XDG_CONFIG_HOME` counts for nothing."""
    folder = environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(folder):
        folder = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".config")
    return os.path.join(folder, FILE)


def read_own_settings(environ: Mapping[str, str]) -> Mapping[str, Any]:
    """The whole document; empty where there is no file. Raises `ExpError` when it can't be read."""
    path = own_settings_file(environ)
    try:
        text = read_regular(path).decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, Unreadable) as error:
        raise _unusable(path, str(error)) from error
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        raise _unusable(path, str(error)) from error


def commands_for(settings: Mapping[str, Any], event: str, path: str) -> list[Sequence[str]]:
    """The commands of an event: one as a list of words, or several as a list of such lists. Raises `ExpError`."""
    events = settings.get("events", {})
    value = events.get(event, []) if isinstance(events, Mapping) else None
    if not isinstance(value, list):
        raise _unusable(path, f"events.{event} must be a list of words")
    commands = value if value and all(isinstance(item, list) for item in value) else [value]
    for command in commands:
        if not all(isinstance(word, str) for word in command):
            raise _unusable(path, f"events.{event} must be a list of words, or a list of such lists")
    return [command for command in commands if command]


def _unusable(path: str, cause: str) -> ExpError:
    return ExpError(f"{path} can't be used", cause, f"correct {path}")
