"""Which Python a command will run in, told from its words as the child's own PATH would resolve them.

Nothing is started here. Where the command is no Python program (a shell script, a pipeline), the answer is the
Python that such a program would find.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from expbench.domain.program import command_layers, is_python, python_target

# They choose the environment themselves, whatever their own shebang says.
_MANAGERS: Final = frozenset("uv poetry pdm pipenv rye hatch pixi conda mamba micromamba".split())
# Python programs whose own environment is not that of the work.
_FOREIGN: Final = _MANAGERS | {"dvc"}
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_]\w*)=(.*)", re.ASCII | re.DOTALL)


class Interpreter(NamedTuple):
    """An interpreter by absolute path, unresolved, as a venv's link means the venv; empty if there is none.

    `isolation` holds its flags that change what can be imported, `environ` is what wrappers make of the child's.
    """

    path: str
    isolation: str
    environ: Mapping[str, str]
    warning: str = ""


def find_interpreter(argv: Sequence[str], cwd: str, root: str, environ: Mapping[str, str]) -> Interpreter:
    """The interpreter that `argv` will run in when it is started in `cwd`."""
    manager = ""
    layers = command_layers(argv)
    for place, layer in enumerate(layers):
        if not layer:
            break
        name = layer[0].rpartition("/")[2]
        if is_python(name):
            path = _named(layer[0], manager, cwd, root, environ)
            return Interpreter(path, python_target(layer).isolation, environ, _doubt(path, manager))
        script = "" if name in _FOREIGN else _shebang(look_up(layer[0], cwd, environ), cwd, environ)
        if script:
            return Interpreter(script, "", environ)
        manager = name if name in _MANAGERS else manager
        if name == "env" and place + 1 < len(layers):
            environ = {**environ, **_assignments(layer[1 : len(layer) - len(layers[place + 1])])}
    path = _default(manager, cwd, root, environ)
    return Interpreter(path, "", environ, _doubt(path, manager))


def look_up(program: str, cwd: str, environ: Mapping[str, str]) -> str:
    """The absolute path of an executable, as the child's PATH has it; empty where there is none."""
    if not program:
        return ""
    folders = [""] if "/" in program else environ.get("PATH", os.defpath).split(os.pathsep)
    for folder in folders:
        path = os.path.normpath(os.path.join(cwd, folder, program))
        if "\0" not in path and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return ""


def _named(program: str, manager: str, cwd: str, root: str, environ: Mapping[str, str]) -> str:
    if manager and "/" not in program:
        return _managed(program, cwd, root, environ) or look_up(program, cwd, environ)
    return look_up(program, cwd, environ)


def _default(manager: str, cwd: str, root: str, environ: Mapping[str, str]) -> str:
    on_path = (look_up(name, cwd, environ) for name in ("python", "python3"))
    managed = _managed("python", cwd, root, environ) if manager else ""
    return managed or next(filter(None, on_path), "") or _in_venv(environ.get("VIRTUAL_ENV", ""), "python")


def _managed(program: str, cwd: str, root: str, environ: Mapping[str, str]) -> str:
    """The Python of the project's own environment, else of the active one."""
    folders: Iterable[str] = (
        os.path.join(root, environ.get("UV_PROJECT_ENVIRONMENT") or ".venv"),
        os.path.join(cwd, ".venv"),
        environ.get("VIRTUAL_ENV", ""),
    )
    return next(filter(None, (_in_venv(folder, program) for folder in folders)), "")


def _in_venv(folder: str, program: str) -> str:
    if not folder:
        return ""
    names = dict.fromkeys((program, "python"))
    paths = (os.path.join(folder, "bin", name) for name in names)
    return next((path for path in paths if os.access(path, os.X_OK)), "")


def _doubt(path: str, manager: str) -> str:
    if not manager or not path or os.path.exists(os.path.join(os.path.dirname(path), "..", "pyvenv.cfg")):
        return ""
    return f"the environment that {manager} chooses is not known; recorded is that of the Python on PATH"


def _shebang(path: str, cwd: str, environ: Mapping[str, str]) -> str:
    """The Python in a script's first line; empty for other files."""
    try:
        with open(path, "rb") as file:
            line = file.read(256).split(b"\n")[0]
    except OSError:
        return ""
    if not line.startswith(b"#!"):
        return ""
    words = os.fsdecode(line[2:]).split()
    innermost = command_layers([word for word in words if word != "-S"])[-1]
    return look_up(innermost[0], cwd, environ) if innermost and is_python(innermost[0]) else ""


def _assignments(words: Sequence[str]) -> dict[str, str]:
    found = (_ASSIGNMENT.fullmatch(word) for word in words)
    return {match[1]: match[2] for match in found if match}
