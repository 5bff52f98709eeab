"""Reads `exp.toml`. What can't be read makes the project unusable, in words and with the line; nothing is run."""

import os
from typing import Any

from expbench.adapters.files import Unreadable, read_regular
from expbench.domain.settings import FILE_NAME, Settings, settings_from
from expbench.errors import EnvironmentUnusable


def read_settings(root: str) -> Settings:
    """The settings in the root's `exp.toml`, the defaults without one. Raises `EnvironmentUnusable`."""
    try:
        text = read_regular(os.path.join(root, FILE_NAME)).decode("utf-8-sig")
    except FileNotFoundError:
        return Settings()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _unusable(f"it is not UTF-8 (at line {line})") from error
    except OSError as error:
        raise _unusable(error.strerror or str(error)) from error
    except Unreadable as error:
        raise _unusable(str(error)) from error
    return settings_from(_parsed(text)) if _says_something(text) else Settings()


def _says_something(text: str) -> bool:
    """Whether any line is more than a comment; the parser need not be loaded for a file fresh from `exp init`."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())


def _parsed(text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unusable(str(error)) from error
    except RecursionError as error:
        raise _unusable("it is nested too deep") from error


def _unusable(cause: str) -> EnvironmentUnusable:
    return EnvironmentUnusable(f"{FILE_NAME} can't be read", cause, f"correct {FILE_NAME}, then try again")
