"""Asking DVC itself, in a process of its own: its memory ends with it, and what it prints stays out of the way.

What must stay true: nothing is imported from the repository (`-I` and the caller's own module path), DVC sees no
git, no network address but for `on_remote`, and no state but its own fresh one; git's variables are removed.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO, Any, Final, NamedTuple

from expbench.adapters.dvc.config import cache_dir
from expbench.adapters.dvc.objects import folder_listing
from expbench.adapters.dvc.tracked import Tracked
from expbench.adapters.git.process import clean_environ
from expbench.domain.document import DataEntry
from expbench.ports import Progress

_PROGRAM: Final = (
    "import sys; sys.path[:] = sys.argv[1:]; from expbench.adapters.dvc.inside import main; main(sys.stdin.buffer)"
)


class Answer(NamedTuple):
    """What DVC did: entries with true hashes, right contents of files by path, and problems in words."""

    saved: list[DataEntry]
    replacements: Mapping[str, str]
    problems: list[str]


def hashes_by_dvc(root: str, tracked: Sequence[Tracked], progress: Progress) -> Answer:
    """The hash of each path as DVC computes it."""
    return _ask(root, "hash", tracked, progress, 0.0)


def save_by_dvc(root: str, tracked: Sequence[Tracked], progress: Progress, lock_wait_s: float) -> Answer:
    """Save paths into the DVC cache; waits at most about `lock_wait_s` seconds for DVC's lock."""
    return _ask(root, "save", tracked, progress, lock_wait_s)


def on_remote(root: str, digests: Sequence[str], progress: Progress) -> tuple[set[str], list[str]]:
    """Which of these objects the default DVC remote has, and problems in words. Uses the network.

    A folder is there when its listing and all of the files in it are; of a listing that the local cache lacks too,
    nothing can be told but that it is there.
    """
    parts = {digest: [digest, *(folder_listing(root, digest) or {}).values()] for digest in digests}
    items = [{"path": part, "hash": part} for part in {part for found in parts.values() for part in found}]
    answer = _sent(root, {"root": root, "do": "look", "items": items}, progress)
    there = {entry["hash"] for entry in answer.saved}
    return {digest for digest in digests if there.issuperset(parts[digest])}, answer.problems


def _ask(root: str, verb: str, tracked: Sequence[Tracked], progress: Progress, lock_wait_s: float) -> Answer:
    if cache_dir(root) is None:
        words = "DVC's configuration names no folder of this machine as its cache, so DVC wasn't asked"
        return Answer([], {}, [f"{words}: dvc config --list --show-origin"])
    items = [{"file": each.file, "stage": each.out.stage, "path": each.out.path} for each in tracked]
    return _sent(root, {"root": root, "do": verb, "items": items, "lock_wait_s": lock_wait_s}, progress)


def _sent(root: str, request: Mapping[str, Any], progress: Progress) -> Answer:
    from tempfile import TemporaryFile

    with TemporaryFile() as complaints, _started(root, complaints) as process:
        try:
            reply = _converse(process, json.dumps(request).encode(), progress)
        except BaseException:
            process.kill()
            process.wait()
            raise
        process.wait()
        return reply or _crashed(complaints, request["do"])


def _started(root: str, complaints: IO[bytes]) -> "subprocess.Popen[bytes]":
    home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    places = [home, *(place for place in sys.path if os.path.isabs(place))]
    unwanted = {os.path.realpath(root), os.path.realpath(os.curdir)} - {home}
    kept = [place for place in dict.fromkeys(places) if os.path.realpath(place) not in unwanted]
    environ = {**clean_environ(os.environ), "DVC_NO_ANALYTICS": "1"}
    # A session of its own: Ctrl-C ends the user's command, not the saving of what it made.
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _PROGRAM, *kept],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        cwd=root,
        env=environ,
        start_new_session=True,
    )


def _converse(process: "subprocess.Popen[bytes]", request: bytes, progress: Progress) -> Answer | None:
    """Send the request, pass progress on, and give the answer; None where the process ended without one."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError), process.stdin:
        process.stdin.write(request)
    answer = None
    for line in process.stdout:
        match json.loads(line):
            case {"done": int(done), "total": int(total)}:
                progress("saving data", done, total)
            case {"saved": saved, "replacements": replacements, "problems": problems}:
                answer = Answer(saved, replacements, problems)
    return answer


def _crashed(complaints: IO[bytes], verb: str) -> Answer:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").strip().splitlines()
    words: Any = lines[-1] if lines else "it ended without a word"
    return Answer([], {}, [f"DVC failed to {verb} tracked data: {words}"])
