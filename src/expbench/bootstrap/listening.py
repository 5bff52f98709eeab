"""Listening to the ways in which Python code leaves its process: they do what they did, after they have told us.

`from sys import exit` in the main module is found, too; in other modules it is not.
"""

import builtins
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, NoReturn

Told = Callable[[Any], None]


def listen(leaving: Told, leaving_at_once: Told) -> None:
    """Be told of `sys.exit`, `exit()` and `quit()` by `leaving`, and of `os._exit` by `leaving_at_once`."""
    _hear_sys_exit(leaving)
    _hear_quitters(leaving)
    _hear_os_exit(leaving_at_once)


def listen_to_exec(around: Callable[[], AbstractContextManager[None]]) -> None:
    """Enter `around()` before another program takes this process's place; it is left only when that fails."""
    execv, execve = os.execv, os.execve

    def execv_told(path: Any, args: Any, /) -> NoReturn:  # noqa: ANN401  # as os.execv takes it
        with around():
            execv(path, args)

    def execve_told(path: Any, argv: Any, env: Any) -> NoReturn:  # noqa: ANN401  # as above
        with around():
            execve(path, argv, env)

    # All other functions of this family call one of these two by its name.
    os.execv, os.execve = execv_told, execve_told


def caught_in_c() -> set[int]:
    """The signals that this process catches, where the system tells; Python does not know handlers set in C."""
    return {number for number in range(1, 65) if _caught_mask() >> (number - 1) & 1}


def _caught_mask() -> int:
    try:
        with open("/proc/self/status") as file:
            return next(_masks(file), 0)
    except OSError:
        return 0


def _masks(lines: Any) -> Iterator[int]:  # noqa: ANN401  # an open file
    return (int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:"))


def _hear_sys_exit(leaving: Told) -> None:
    plain_exit = sys.exit

    def exit_told(status: Any = None, /) -> NoReturn:  # noqa: ANN401  # as sys.exit takes it
        leaving(status)
        plain_exit(status)

    sys.exit = exit_told
    names = vars(sys.modules["__main__"]) if "__main__" in sys.modules else {}
    for name in [name for name, value in names.items() if value is plain_exit]:
        names[name] = exit_told


def _hear_quitters(leaving: Told) -> None:
    """`exit` and `quit` of the builtins are objects of one class, where `site` made them."""
    quitter = type(getattr(builtins, "exit", None))
    if quitter.__name__ != "Quitter":
        return
    plain_call = quitter.__call__

    def call_told(self: Any, code: Any = None) -> Any:  # noqa: ANN401  # as exit() takes it
        leaving(code)
        return plain_call(self, code)

    quitter.__call__ = call_told  # type: ignore[method-assign]  # a class of the interpreter's own `site`


def _hear_os_exit(leaving_at_once: Told) -> None:
    plain_exit = os._exit

    def exit_told(status: int) -> NoReturn:
        leaving_at_once(status)
        plain_exit(status)

    os._exit = exit_told
