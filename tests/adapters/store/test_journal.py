"""The journal: what was appended is read back; what is damaged is named and harms nothing else."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.adapters.store import journal
from expbench.domain.events import Event, encode
from tests.adapters.store.runs import AT, document, note, run_id_of

RUN = run_id_of(1)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def created() -> Event:
    return Event("created", AT, dict(document(1)))


def write(path: Path, events: list[Event]) -> None:
    path.touch()
    with journal.opened(str(path)) as fd:
        journal.append(fd, str(path), events)


@given(st.lists(st.dictionaries(st.text(), json_values, max_size=3), max_size=4))
def test_what_is_encoded_is_parsed(datas: list[dict[str, Any]]) -> None:
    events = [Event("edited", AT, data) for data in datas]
    found = journal.parse(b"".join(map(encode, events)))
    assert found.events == events
    assert found.damaged == []


@given(st.integers(0, 10_000))
def test_cut_anywhere_the_whole_lines_stay_and_the_torn_one_is_no_damage(cut: int) -> None:
    """A write that SIGKILL or a full disk cut short was never acknowledged."""
    lines = [encode(note(f"note {number}")) for number in range(5)]
    data = b"".join(lines)[:cut]
    found = journal.parse(data)
    assert found.damaged == []
    assert len(found.events) in (data.count(b"\n"), data.count(b"\n") + 1)  # the last may lack but its newline


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_altered_byte_is_found_and_only_its_line_is_lost(place: int, change: int) -> None:
    """No altered line is ever believed."""
    events = [note(f"note {number}") for number in range(5)]
    data = bytearray(b"".join(map(encode, events)))
    data[place % len(data)] ^= change
    found = journal.parse(bytes(data))
    assert all(event in events for event in found.events)
    assert len(found.events) >= 3


def test_torn_line_is_closed_off_before_the_next_append(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    write(path, [created()])
    with path.open("ab") as file:
        file.write(encode(note("torn"))[:20])
    write(path, [note("after")])
    found = journal.read_journal(str(path))
    assert [event.data.get("note") for event in found.events] == ["", "after"]
    assert found.damaged == []


def test_last_line_that_lacks_only_its_newline_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(encode(created()) + encode(note("whole"))[:-1])
    write(path, [note("after")])
    assert [event.data["note"] for event in journal.read_journal(str(path)).events] == ["", "whole", "after"]


def test_damage_is_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = [encode(created()), encode(note("one")).replace(b"one", b"two"), encode(note("three"))]
    path.write_bytes(b"".join(lines))
    found, damaged = journal.replay(journal.read_journal(str(path)), RUN)
    assert found is not None
    assert found["note"] == "three"
    assert damaged == [journal.Damage(2, "its checksum does not fit")]


@pytest.mark.parametrize("rewrite", [lambda data: data.replace(b"\n", b"\r\n"), lambda data: data + data])
def test_journal_with_other_line_ends_or_doubled_reads_the_same(rewrite: Any) -> None:
    """Rewritten by an editor or joined by a merge: every line still checks."""
    data = b"".join(map(encode, [created(), note("x")]))
    found, damaged = journal.replay(journal.parse(rewrite(data)), RUN)
    assert found == {**document(1), "note": "x"}
    assert damaged == []


@pytest.mark.parametrize(
    "event",
    [Event("ended", AT, {}), Event("edited", AT, {"note": 1}), Event("artifacts", AT, {"artifacts": 3})],
    ids=lambda event: event.kind,
)
def test_event_that_does_not_fit_is_damage_and_the_rest_counts(event: Event) -> None:
    data = b"".join(map(encode, [created(), event, Event("warned", AT, {"text": "later"})]))
    found, damaged = journal.replay(journal.parse(data), RUN)
    assert found is not None
    assert found["warnings"] == ["later"]
    assert [damage.line for damage in damaged] == ([2] if event.kind != "edited" else [])


@pytest.mark.parametrize(
    "events",
    [
        [],
        [note("x")],
        [Event("created", AT, {})],
        [Event("created", AT, {**document(2)})],
        [Event("created", AT, {**document(1), "created_at": 5})],
        [Event("created", AT, {**document(1), "status": ["running"]})],
    ],
)
def test_journal_without_a_sound_beginning_is_no_run(events: list[Event]) -> None:
    """Also one that tells of another run than its folder's name."""
    found, damaged = journal.replay(journal.parse(b"".join(map(encode, events))), RUN)
    assert found is None
    assert damaged


def test_kind_of_a_newer_version_is_passed_over() -> None:
    data = b"".join(map(encode, [created(), Event("dreamt", AT, {"of": "sheep"})]))
    assert journal.replay(journal.parse(data), RUN) == (document(1), [])


def test_document_of_an_older_version_gets_the_keys_that_it_lacks() -> None:
    older = {key: value for key, value in document(1).items() if key not in ("verdict", "artifacts")}
    found, _ = journal.replay(journal.parse(encode(Event("created", AT, older))), RUN)
    assert found == document(1)


@pytest.mark.parametrize("plant", ["link", "fifo", "folder"])
def test_planted_file_is_refused_and_not_waited_for(tmp_path: Path, plant: str) -> None:
    path, outside = tmp_path / "events.jsonl", tmp_path / "outside"
    outside.write_bytes(encode(created()))
    if plant == "link":
        path.symlink_to(outside)
    elif plant == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(journal.UnreadableJournal):
        journal.read_journal(str(path))
    with pytest.raises((journal.UnreadableJournal, OSError)), journal.opened(str(path)):
        pass
    assert outside.read_bytes() == encode(created())


def test_threads_append_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.touch()

    def write_all() -> None:
        for _ in range(20):
            write(path, [note("x" * 5000)])

    threads = [threading.Thread(target=write_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = journal.read_journal(str(path))
    assert len(found.events) == 160
    assert found.damaged == []
