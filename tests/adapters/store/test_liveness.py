"""Whether a run is alive is asked of the kernel; how it ended, of its journal."""

import os
import signal
from pathlib import Path
from typing import cast

import pytest

from expbench.adapters.store import liveness
from expbench.adapters.store.runs import FileStore, open_store
from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from expbench.errors import ExpError
from tests.adapters.store.runs import AT, FINISHED, document, python, run_id_of

RUN = run_id_of(1)
RECORDER = """
import os, sys
from expbench.adapters.store.liveness import hold
from expbench.adapters.store.runs import create_store_dir, open_store
from expbench.domain.events import Event
from tests.adapters.store.runs import AT, document, run_id_of
store = open_store(sys.argv[1])
create_store_dir(sys.argv[1])
lock = hold(store.run_dir(run_id_of(1)))
store.create(document(1, status="queued"))
store.append(run_id_of(1), [Event("started", AT, {"pid": os.getpid()})])
print(os.getpid(), flush=True)
if sys.argv[2] == "fork":
    child = os.fork()
    print(child or "child", flush=True)
sys.stdin.read() if sys.argv[2] == "exit" else __import__("signal").pause()
"""


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return open_store(str(tmp_path / ".exp"))


def status_of(store: FileStore) -> str:
    statuses = {store.read(RUN)["status"], store.all().documents[0]["status"], store.newest(1).documents[0]["status"]}
    assert len(statuses) == 1
    return statuses.pop()


def test_killed_recorder_makes_a_killed_run(store: FileStore) -> None:
    recorder = python(RECORDER, store.exp_dir, "pause")
    assert recorder.stdout is not None
    recorder.stdout.readline()
    assert status_of(store) == "running"
    with pytest.raises(ExpError, match="being recorded already"):
        liveness.hold(store.run_dir(RUN))
    with pytest.raises(ExpError, match="still going on"):
        store.remove([RUN])
    recorder.kill()
    recorder.communicate()
    assert status_of(store) == "killed"
    store.remove([RUN])
    assert [found["status"] for found in store.trashed().documents] == ["killed"]


def test_left_over_child_does_not_keep_the_run_alive(store: FileStore) -> None:
    recorder = python(RECORDER, store.exp_dir, "fork")
    assert recorder.stdout is not None
    recorder.stdout.readline()
    printed = [recorder.stdout.readline().strip(), recorder.stdout.readline().strip()]
    child = int(b"".join(printed).replace(b"child", b""))  # unbuffered, both may print into one line
    try:
        assert status_of(store) == "running"
        recorder.kill()
        recorder.wait()
        assert status_of(store) == "killed"
    finally:
        os.kill(child, signal.SIGKILL)
        recorder.communicate()


def test_lock_is_not_inherited_over_exec(store: FileStore) -> None:
    lock = liveness.hold(store.run_dir(RUN))
    child = python("import sys; print('up', flush=True); sys.stdin.read()")
    assert child.stdout is not None
    child.stdout.readline()
    lock.release()
    assert not liveness.is_held(store.run_dir(RUN))
    child.kill()
    child.communicate()


def test_lock_can_be_handed_to_another_process(store: FileStore) -> None:
    """A parent that detaches passes it on; there is no moment in which the run is seen without a recorder."""
    import subprocess
    import sys

    lock = liveness.hold(store.run_dir(RUN))
    code = (
        "import sys; from expbench.adapters.store.liveness import adopt; lock = adopt(int(sys.argv[1]));"
        "print('up', flush=True); sys.stdin.read()"
    )
    heir = subprocess.Popen(
        [sys.executable, "-c", code, str(lock.fd)],
        pass_fds=[lock.fd],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    assert heir.stdout is not None
    heir.stdout.readline()
    lock.release()
    assert liveness.is_held(store.run_dir(RUN))
    heir.communicate()
    assert not liveness.is_held(store.run_dir(RUN))


def test_release_may_be_repeated(store: FileStore) -> None:
    lock = liveness.hold(store.run_dir(RUN))
    lock.release()
    lock.release()
    again = liveness.hold(store.run_dir(RUN))
    assert liveness.is_held(store.run_dir(RUN))
    again.release()


def begun(store: FileStore, **changes: object) -> RunDocument:
    store.create(cast(RunDocument, {**document(1, status="running"), **changes}))
    return store.read(RUN)


def test_run_of_another_machine_is_lost(store: FileStore) -> None:
    assert begun(store, host="elsewhere")["status"] == "lost"
    assert store.read(RUN)["signal"] is None


def test_run_from_before_a_restart_of_this_machine_is_lost(store: FileStore) -> None:
    liveness.hold(store.run_dir(RUN)).release()
    assert begun(store)["status"] == "killed"
    store.append(RUN, [Event("started", AT, {"boot_id": "an earlier boot"})])
    assert status_of(store) == "lost"
    store.append(RUN, [Event("started", AT, {"boot_id": liveness.boot_id()})])
    assert status_of(store) == "killed"


def test_run_of_which_no_boot_is_known_is_lost(store: FileStore) -> None:
    assert begun(store)["status"] == "lost"


def test_end_that_the_index_has_not_yet_is_found_in_the_journal(store: FileStore) -> None:
    liveness.hold(store.run_dir(RUN)).release()
    running = begun(store)
    store.append(RUN, [Event("ended", AT, {**FINISHED, "status": "failed", "exit_code": 3})])
    derived = liveness.derive_status(running | {"status": "running"}, store.run_dir(RUN))
    assert (derived["status"], derived["exit_code"], derived["ended_at"]) == ("failed", 3, AT)


def test_deriving_writes_nothing(store: FileStore) -> None:
    begun(store)
    folder = Path(store.run_dir(RUN))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert status_of(store) == "lost"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_boot_id_stays_while_the_machine_is_up() -> None:
    assert liveness.boot_id() == liveness.boot_id() != ""
