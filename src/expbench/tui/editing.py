"""A text in the user's editor, while the dashboard leaves the terminal to it."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping

from expbench.errors import ExpError


def editor(environ: Mapping[str, str]) -> list[str]:
    """The editor's words: `$VISUAL`, else `$EDITOR`, else vi. Raises `ExpError` for one that can't be understood."""
    for name in ("VISUAL", "EDITOR"):
        if environ.get(name):
            try:
                return shlex.split(environ[name])
            except ValueError as error:
                raise ExpError(f"${name} can't be understood", str(error), f"export {name}=vi") from error
    return ["vi"]


def edited(text: str, environ: Mapping[str, str]) -> str:
    """The text as it is after the editor. Raises `ExpError` when there is no editor, or it fails."""
    words = editor(environ)
    with tempfile.NamedTemporaryFile(
        "w", suffix=".md", prefix="exp-note-", encoding="utf-8", errors="backslashreplace", delete=False
    ) as file:
        file.write(text)
    try:
        done = subprocess.run([*words, file.name], check=False)
        if done.returncode:
            raise ExpError(f"the editor ended with {done.returncode}", "nothing was changed")
        with open(file.name, encoding="utf-8", errors="replace") as again:
            return again.read().rstrip("\n")
    except OSError as error:
        raise ExpError(f"there is no editor {words[0]}", error.strerror or str(error), "export EDITOR=vi") from error
    finally:
        os.unlink(file.name)
