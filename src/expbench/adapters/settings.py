"""Reads `exp.toml`. What can't be read makes the project unusable, in words and with the line; nothing is run."""

import os
from typing import Any

from expbench.adapters.files import Unreadable, read_regular
from expbench.domain.settings import FILE_NAME, Settings, settings_from
from expbench.errors import EnvironmentUnusable


def read_settings(root: str, start_dir: str = "") -> Settings:
    """The settings that count in `start_dir`: those of the nearest `exp.toml` up to the root, else the defaults.

    Paths in them are then relative to the root. Raises `EnvironmentUnusable`.
    """
    folder = settings_folder(root, start_dir or root)
    settings = _read(os.path.join(folder, FILE_NAME))
    place = os.path.relpath(folder, root)
    return settings if place == os.curdir else _moved(settings, place)


def settings_folder(root: str, start_dir: str) -> str:
    """The folder of the nearest `exp.toml` from `start_dir` up to the root; the root where there is none."""
    root, folder = os.path.realpath(root), os.path.realpath(start_dir)
    while folder.startswith(root + os.sep):
        if os.path.lexists(os.path.join(folder, FILE_NAME)):
            return folder
        folder = os.path.dirname(folder)
    return root


def _moved(settings: Settings, place: str) -> Settings:
    """Settings of a folder below the root: the paths that they name become relative to the root."""

    def moved(paths: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(os.path.normpath(os.path.join(place, path)) for path in paths)

    return settings._replace(
        params_files=moved(settings.params_files),
        metrics_files=moved(settings.metrics_files),
        artifact_paths=moved(settings.artifact_paths),
    )


def _read(path: str) -> Settings:
    try:
        text = read_regular(path).decode("utf-8-sig")
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
    except ValueError as error:  # also a number of thousands of digits
        raise _unusable(str(error)) from error
    except RecursionError as error:
        raise _unusable("it is nested too deep") from error


def _unusable(cause: str) -> EnvironmentUnusable:
    return EnvironmentUnusable(f"{FILE_NAME} can't be read", cause, f"correct {FILE_NAME}, then try again")
