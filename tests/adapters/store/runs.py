"""Documents, events and processes for the tests of the store."""

import os
import subprocess
import sys
from typing import Any, cast

from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from expbench.domain.fold import blank
from expbench.domain.ids import new_id

AT = "2026-05-01T12:00:00.000000Z"
FINISHED = {"status": "finished", "exit_code": 0, "signal": None, "duration_s": 1.5}


def run_id_of(number: int) -> str:
    """A run id for a number; different numbers give different ids."""
    return new_id((number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big"))


def document(number: int, **changes: Any) -> RunDocument:
    """A finished run that was created `number` milliseconds after noon."""
    seconds, milliseconds = divmod(number, 1000)
    created_at = (
        f"2026-05-01T{12 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}000Z"
    )
    run_id = run_id_of(number)
    first = {**blank(run_id, f"run-{number}", created_at), "status": "finished", "host": os.uname().nodename}
    first["env"] = {**blank(run_id, "", "")["env"], "packages": {"numpy": "1.26.4"}, "hardware": {"cores": 8}}
    return cast(RunDocument, {**first, **changes})


def big_document(number: int) -> RunDocument:
    """About 2 KB of a realistic shape."""
    summary = {"last": number / 7, "min": 0.1, "max": 9.5, "first_step": 0, "last_step": 99, "count": 100}
    metrics = {f"val.metric_{key}": {**summary, "source": "api"} for key in range(7)}
    params = {f"param_{key}": key * 0.1 for key in range(20)}
    return document(number, params={**params, "n": number}, metrics=metrics, tags=["a"])


def note(text: str) -> Event:
    """An edit of the run's note."""
    return Event("edited", AT, {"note": text})


def python(code: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """A real process that runs this code with our packages, its output readable."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    environ = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{os.path.join(root, 'src')}"}
    argv = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=root)
