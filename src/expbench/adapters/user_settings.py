"""The user's own settings, `$XDG_CONFIG_HOME/exp/config.toml`: keys of the dashboard, its theme. Data, never code."""

from collections.abc import Mapping
from typing import Any

from expbench.adapters.files import read_regular
from expbench.adapters.own_settings import own_settings_file
from expbench.errors import EnvironmentUnusable


def user_settings_file(environ: Mapping[str, str]) -> str:
    """Where they are, whether they are there or not."""
    return own_settings_file(environ)


def read_user_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings; nothing where there are none. Raises `EnvironmentUnusable` for a file that can't be read."""
    import tomllib

    path = user_settings_file(environ)
    try:
        return tomllib.loads(read_regular(path).decode("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    except ValueError as error:  # it is no regular file, no UTF-8, no TOML, or holds a number of thousands of digits
        raise _unusable(path, str(error)) from error
    except RecursionError as error:
        raise _unusable(path, "it is nested too deep") from error


def section(settings: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A table of the settings; nothing where it is absent. Raises `EnvironmentUnusable` where it is no table."""
    found = settings.get(name, {})
    if not isinstance(found, dict):
        raise EnvironmentUnusable(f"{name} in your settings is no table", "", f"write [{name}] in config.toml")
    return found


def _unusable(path: str, cause: str) -> EnvironmentUnusable:
    return EnvironmentUnusable(f"{path} can't be read", cause, "correct it, then try again")
