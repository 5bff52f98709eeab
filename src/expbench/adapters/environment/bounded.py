"""Ask another program for its output within a time limit, whatever it and its children do.

Imported only when something must be asked. Output goes to a file and not to a pipe, since a grandchild that keeps
a pipe open would be waited for.
"""

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Final

_MOST: Final = 20_000_000  # bytes


class NoAnswer(Exception):
    """The program did not start, did not end in time, or failed; the text says which."""


def output_of(argv: Sequence[str], cwd: str, environ: Mapping[str, str], timeout_s: float) -> bytes:
    """What the program prints on stdout. Raises `NoAnswer`."""
    try:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
            code = _end_of(process, timeout_s)
            out.seek(0)
            err.seek(0)
            output, complaint = out.read(_MOST), err.read(10_000)
    except (OSError, ValueError) as error:
        raise NoAnswer(f"it can't be started: {error}") from error
    if code is None:
        raise NoAnswer(f"it did not answer within {timeout_s:g} s")
    if code != 0:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {code}"]
        raise NoAnswer(f"it failed: {last[0]:.300}")
    return output


def _end_of(process: subprocess.Popen[bytes], timeout_s: float) -> int | None:
    """The exit code, or None after the program and its whole session group have been killed."""
    try:
        return process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
