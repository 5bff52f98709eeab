"""Damaged, deleted and rewritten files: nothing is lost, damage is named, no wrong value is shown."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import TinyDB

from expbench.adapters.store.runs import FileStore, open_store
from expbench.domain.events import Event, encode
from expbench.errors import EnvironmentUnusable, ExpError
from expbench.ports import Selection
from tests.adapters.store.runs import AT, FINISHED, document, note, python, run_id_of

COUNT = 30


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 30 runs, made once."""
    exp_dir = tmp_path_factory.mktemp("template") / ".exp"
    store = open_store(str(exp_dir))
    for number in range(COUNT):
        store.create(document(number, params={"n": number}))
    store.append(run_id_of(3), [note("edited")])
    return exp_dir


@pytest.fixture
def store(template: Path, tmp_path: Path) -> FileStore:
    shutil.copytree(template, tmp_path / ".exp")
    return open_store(str(tmp_path / ".exp"))


def whole(store: FileStore) -> None:
    """Assert that all is there, in every listing and for a stock TinyDB, with the values that were recorded."""
    expected = {run_id_of(number): number for number in range(COUNT)}
    assert {found["id"]: found["params"]["n"] for found in store.newest(COUNT).documents} == expected
    assert {found["id"]: found["params"]["n"] for found in store.all().documents} == expected
    selected = store.select(Selection(lambda row: row["params"]["n"] >= 0, frozenset({"params"})))
    assert {found["id"] for found in selected.documents} == expected.keys() == set(store.ids())
    assert [found["note"] for found in store.all().documents if found["note"]] == ["edited"]
    with TinyDB(os.path.join(store.exp_dir, "db.json"), access_mode="r") as database:
        assert len(database.table("runs")) == COUNT
    assert store.check() == (COUNT, [], [])


def flip(data: bytes) -> bytes:
    place = data.index(b'"n":17') + 5
    return data[:place] + b"9" + data[place + 1 :]


def without_line(data: bytes) -> bytes:
    lines = data.split(b"\n")
    return b"\n".join(lines[:7] + lines[8:])


def without_last(data: bytes) -> bytes:
    """Still valid JSON, still checked lines: only the record knows that more was written."""
    lines = data.rstrip().split(b"\n")
    return b"\n".join([*lines[:-2], lines[-1], b""])


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "zeroed": lambda data: b"\0" * len(data),
    "zeroed in the middle": lambda data: data[:4000] + b"\0" * 4096 + data[8096:],
    "zeroed at the end": lambda data: data[: len(data.rstrip()) - 3000] + b"\0" * 3000,
    "torn": lambda data: data[: len(data) // 2],
    "torn at a line": lambda data: data[: data.rindex(b"\n,", 0, len(data) // 2) + 1],
    "bit flipped": flip,
    "doubled": lambda data: data + data,
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "line missing": without_line,
    "last line missing": without_last,
    "conflict": lambda data: data.replace(b'\n,"9"', b'\n<<<<<<< HEAD\n,"9"', 1).replace(b"}}", b">>>>>>> x\n}}"),
    "reformatted": lambda data: json.dumps(json.loads(data), indent=2).encode(),
    "spaces stripped": lambda data: b"\n".join(line.rstrip() for line in data.split(b"\n")),
    "not JSON": lambda data: b"hello\n",
    "another table": lambda data: b'{"_default": {"1": {"a": 1}}}',
    "a byte behind": lambda data: data + b"x",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
@pytest.mark.parametrize("first", ["newest", "all", "ids", "append"])
def test_damaged_index_is_made_anew_with_nothing_lost(store: FileStore, damage: str, first: str) -> None:
    path = Path(store.exp_dir) / "db.json"
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    if first == "append":
        store.append(run_id_of(3), [note("edited")])
    elif first == "newest":
        store.newest(COUNT)
    elif first == "all":
        store.all()
    whole(open_store(store.exp_dir))


@pytest.mark.parametrize("name", ["db.json", "db.lock", "cache/ids", "cache", "stale", "format", ".gitignore"])
def test_deleted_file_costs_nothing(store: FileStore, name: str) -> None:
    path = Path(store.exp_dir) / name
    assert store.ids()
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert len(open_store(store.exp_dir).all().documents) == COUNT
    store.rebuild()
    whole(store)


@pytest.mark.parametrize("name", ["db.json", "db.lock", "cache/ids"])
@pytest.mark.parametrize("plant", ["link", "fifo", "folder", "garbage"])
def test_planted_file_is_replaced_and_what_it_points_to_is_left_alone(
    store: FileStore, name: str, plant: str
) -> None:
    path, outside = Path(store.exp_dir) / name, Path(store.exp_dir).parent / "outside"
    outside.write_bytes(b"precious")
    path.unlink(missing_ok=True)
    if plant == "link":
        path.symlink_to(outside)
    elif plant == "fifo":
        os.mkfifo(path)
    elif plant == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"= 1 2 3 4\n" * 20)
    listing = open_store(store.exp_dir).all()
    assert len(listing.documents) == len(store.ids()) == COUNT
    assert outside.read_bytes() == b"precious"


def test_older_copy_put_back_is_noticed(store: FileStore) -> None:
    """A backup or an rsync of the index alone: its lines all check, but it is not what was last written."""
    path = Path(store.exp_dir) / "db.json"
    older = path.read_bytes()
    store.create(document(99, params={"n": 99}))
    path.write_bytes(older)
    assert run_id_of(99) in store.ids()


def test_file_that_a_stock_tinydb_rewrote_is_noticed_and_kept_aside(store: FileStore) -> None:
    """The journals are the truth; what somebody wrote into the index is not silently thrown away."""
    path = os.path.join(store.exp_dir, "db.json")
    with TinyDB(path) as database:
        database.table("runs").insert({"mine": True})
        database.table("runs").update({"params": {"n": -1}})
    whole(store)
    with TinyDB(f"{path}.damaged", access_mode="r") as database:
        assert len(database.table("runs")) == COUNT + 1


def test_rsync_of_the_store_elsewhere_is_the_same_store(store: FileStore, tmp_path: Path) -> None:
    shutil.copytree(store.exp_dir, tmp_path / "elsewhere" / ".exp")
    inode = os.stat(tmp_path / "elsewhere" / ".exp" / "db.json").st_ino
    whole(open_store(str(tmp_path / "elsewhere" / ".exp")))
    assert os.stat(tmp_path / "elsewhere" / ".exp" / "db.json").st_ino == inode  # not made anew


def damage_journal(store: FileStore, number: int, old: bytes, new: bytes) -> None:
    path = Path(store.run_dir(run_id_of(number))) / "events.jsonl"
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


def test_damaged_event_is_named_and_the_run_is_shown_from_the_others(store: FileStore) -> None:
    store.append(run_id_of(3), [Event("edited", AT, {"tags": ["kept"]})])
    damage_journal(store, 3, b'"edited"', b'"edixed"')
    assert [damage.run_id for damage in store.check().damaged] == [run_id_of(3)]
    found = store.read(run_id_of(3))
    assert found["tags"] == ["kept"]
    assert found["note"] == ""
    assert "line 2" in found["warnings"][-1]
    store.rebuild()
    for listing in (store.all(), store.newest(1), store.select(Selection(lambda _: True))):
        assert [(damage.run_id, damage.file) for damage in listing.damaged] == [
            (run_id_of(3), f"runs/{run_id_of(3)}/events.jsonl")
        ]
    assert len(store.all().documents) == COUNT
    store.append(run_id_of(3), [note("goes on")])
    assert len(store.all().damaged) == 1


def test_run_without_a_readable_creation_is_named_and_the_others_are_whole(store: FileStore) -> None:
    damage_journal(store, 4, b'"created"', b'"creaxed"')
    (Path(store.exp_dir) / "db.json").unlink()
    listing = store.all()
    assert [damage.run_id for damage in listing.damaged] == [run_id_of(4)]
    assert len(listing.documents) == len(store.ids()) == COUNT - 1
    with pytest.raises(ExpError, match="can't be read"):
        store.read(run_id_of(4))
    with pytest.raises(ExpError, match="can't be read"):
        store.append(run_id_of(4), [note("x")])
    store.remove([run_id_of(4)])
    assert store.all().damaged == []


def test_mended_journal_is_no_longer_reported(store: FileStore) -> None:
    damage_journal(store, 4, b'"created"', b'"creaxed"')
    assert len(store.rebuild().damaged) == 1
    damage_journal(store, 4, b'"creaxed"', b'"created"')
    assert store.rebuild().damaged == []
    whole(store)


def test_linked_run_folder_is_not_followed(store: FileStore, tmp_path: Path) -> None:
    """A store that came from elsewhere may hold links; a run is a folder, or it is damage."""
    outside = tmp_path / "outside"
    outside.mkdir()
    started = document(77, status="running")
    (outside / "events.jsonl").write_bytes(encode(Event("created", AT, dict(started))))
    (Path(store.exp_dir) / "runs" / run_id_of(77)).symlink_to(outside)
    before = sorted(os.listdir(outside)), (outside / "events.jsonl").read_bytes()
    assert [damage.run_id for damage in store.rebuild().damaged] == [run_id_of(77)]
    assert len(store.all().documents) == COUNT
    for use in (lambda: store.append(run_id_of(77), [note("x")]), lambda: store.remove([run_id_of(77)])):
        with pytest.raises(ExpError):
            use()
    with pytest.raises(ExpError):
        store.create(started)
    assert (sorted(os.listdir(outside)), (outside / "events.jsonl").read_bytes()) == before


def test_names_that_are_no_ids_are_passed_over(store: FileStore) -> None:
    for name in ("..x", "notes", "0123456789AB", ".DS_Store"):
        (Path(store.exp_dir) / "runs" / name).mkdir()
    store.rebuild()
    whole(store)


def test_folder_deleted_by_hand_is_named(store: FileStore) -> None:
    shutil.rmtree(store.run_dir(run_id_of(5)))
    assert [difference.run_id for difference in store.check().differences] == [run_id_of(5)]
    store.rebuild()
    assert len(store.ids()) == COUNT - 1


def test_store_of_a_newer_version_is_left_alone(store: FileStore) -> None:
    (Path(store.exp_dir) / "format").write_text("2\n")
    with pytest.raises(EnvironmentUnusable, match="newer version") as caught:
        open_store(store.exp_dir)
    assert caught.value.exit_code == 3
    with pytest.raises(EnvironmentUnusable, match="newer version"):
        store.create(document(100))


def test_damaged_format_stops_nothing_and_is_named(store: FileStore) -> None:
    (Path(store.exp_dir) / "format").write_bytes(b"\0\0")
    assert len(open_store(store.exp_dir).all().documents) == COUNT
    assert [damage.file for damage in store.check().damaged] == ["format"]
    store.rebuild()
    whole(store)


LIMITED = """
import resource, sys
from expbench.adapters.store.runs import open_store
from expbench.errors import ExpError
from tests.adapters.store.runs import document, note, run_id_of
store = open_store(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
for number in range(1000, 1100):
    try:
        store.create(document(number, params={"n": number}))
        print("created", number, flush=True)
        store.append(run_id_of(number), [note("x" * (number - 1000) * 100)])
        print("noted", number, flush=True)
    except ExpError as error:
        print("refused", number, flush=True)
"""


@pytest.mark.parametrize("limit", [3_000, 30_000, 60_000, 70_001, 100_000])
def test_full_disk_loses_nothing_that_was_acknowledged(store: FileStore, limit: int) -> None:
    """Writes are refused (and cut short) beyond a size; what was refused never happened, what wasn't is kept."""
    before = set(store.ids())
    limited = python(LIMITED, store.exp_dir, str(limit))
    output, errors = limited.communicate()
    assert errors == b""
    said = [line.split() for line in output.splitlines()]
    assert any(word == b"refused" for word, _ in said)
    created = {run_id_of(int(number)) for word, number in said if word == b"created"}
    noted = {run_id_of(int(number)): 100 * (int(number) - 1000) for word, number in said if word == b"noted"}
    listing = store.all()
    assert listing.damaged == []
    found = {one["id"]: len(one["note"]) for one in listing.documents if one["id"] not in before}
    assert found == {**dict.fromkeys(created, 0), **noted}
    with TinyDB(os.path.join(store.exp_dir, "db.json"), access_mode="r") as database:
        assert len(database.table("runs")) >= COUNT  # valid JSON all the same
    store.create(document(9999, params={"n": 9999}))
    assert store.check() == (COUNT + len(created) + 1, [], [])


@pytest.mark.skipif(os.getuid() != 0, reason="mounting needs root")
def test_really_full_file_system(tmp_path: Path) -> None:
    """ENOSPC of a real file system, until nothing fits any more, then room again."""
    mount = tmp_path / "small"
    mount.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", str(mount)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting is not permitted here")
    try:
        store = open_store(str(mount / ".exp"))
        ballast = mount / "ballast"
        ballast.write_bytes(b"x" * 150_000)
        acknowledged = set()
        refused = 0
        for number in range(200):
            try:
                store.create(document(number, params={"n": number}, note="x" * 3000))
                acknowledged.add(run_id_of(number))
            except ExpError:
                refused += 1
        assert refused
        assert acknowledged
        assert {found["id"] for found in store.all().documents} == acknowledged
        ballast.unlink()
        store.create(document(999, params={"n": 999}))
        assert set(store.ids()) == acknowledged | {run_id_of(999)}
        assert store.check().differences == []
    finally:
        subprocess.run(["umount", str(mount)], check=True)


histories = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(["create", "note", "end", "remove", "restore", "again"])),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories)
def test_rebuilt_index_equals_index(tmp_path_factory: pytest.TempPathFactory, history: list[tuple[int, str]]) -> None:
    """After any edits, removals and restorations the index holds what the journals tell, in the same order."""
    store = open_store(str(tmp_path_factory.mktemp("history") / ".exp"))
    for step, (number, verb) in enumerate(history):
        run_id = run_id_of(number)
        try:
            if verb == "create":
                store.create(document(number))
            elif verb == "note":
                store.append(run_id, [note(f"step {step}")])
            elif verb == "end":
                store.append(run_id, [Event("ended", AT, FINISHED)])
            elif verb == "remove":
                store.remove([run_id])
            elif verb == "restore":
                store.restore(run_id)
            else:
                store = open_store(store.exp_dir)
        except ExpError:
            continue
    before = store.all(), store.newest(3), sorted(store.ids()), store.trashed()
    assert store.check().differences == []
    store.rebuild()
    assert (store.all(), store.newest(3), sorted(store.ids()), store.trashed()) == before
    assert store.check().differences == []


def cut_end(store: FileStore, number: int) -> str:
    """Finish a run, then take the last line out of its journal, as a backup from before would; gives its id."""
    store.append(run_id_of(number), [Event("started", AT, {"pid": 1}), Event("ended", AT, FINISHED)])
    path = Path(store.run_dir(run_id_of(number))) / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    assert b'"ended"' in lines[-1]
    path.write_bytes(b"".join(lines[:-1]))
    return run_id_of(number)


@pytest.mark.parametrize("repaired", [False, True])
def test_a_journal_that_lost_its_end_is_damaged_and_the_end_is_told_from_the_index(
    store: FileStore, repaired: bool
) -> None:
    run_id = cut_end(store, 5)
    if repaired:
        assert [damage.run_id for damage in store.rebuild().damaged] == [run_id]
    fresh = open_store(store.exp_dir)
    told = fresh.read(run_id)
    selected = fresh.select(Selection(lambda row: row["id"] == run_id, frozenset({"id"})))
    listed = next(found for found in fresh.all().documents if found["id"] == run_id)
    for found in (told, listed, selected.documents[0]):
        assert (found["status"], found["exit_code"]) == ("finished", 0)
        assert found["ended_at"] == listed["ended_at"]
        assert found["ended_at"] is not None
    assert told["warnings"] == [
        f"runs/{run_id}/events.jsonl is damaged: its end is missing, and is told from the index"
    ]
    assert told["env"]["packages"] is not None
    found_damage = fresh.check()
    assert [(damage.run_id, damage.why) for damage in found_damage.damaged] == [
        (run_id, "its end is missing, and is told from the index")
    ]
    assert found_damage.differences == []
    if repaired:
        assert [damage.run_id for damage in fresh.all().damaged] == [run_id]


def test_a_run_that_was_killed_has_lost_no_end(store: FileStore) -> None:
    store.append(run_id_of(6), [Event("started", AT, {"pid": 1})])
    assert store.read(run_id_of(6))["status"] in ("killed", "lost")
    assert store.read(run_id_of(6))["warnings"] == []
    assert store.check() == (COUNT, [], [])
