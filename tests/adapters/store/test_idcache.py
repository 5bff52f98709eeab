"""The readers' cache of run ids: whatever lies in its place, the answers are those of the index."""

import os
from pathlib import Path

import pytest

from expbench.adapters.store import idcache, index
from expbench.adapters.store.layout import ids_file
from expbench.adapters.store.runs import FileStore, create_store_dir, open_store
from tests.adapters.store.runs import document, run_id_of

Answers = tuple[list[str], list[int | None]]


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    """Four runs in one batch of the cache, one in the next."""
    create_store_dir(str(tmp_path / ".exp"))
    store = open_store(str(tmp_path / ".exp"))
    for number in range(4):
        store.create(document(number))
    store.ids()
    store.create(document(4))
    store.ids()
    return store


def answers(store: FileStore) -> Answers:
    with index.snapshot(store.exp_dir) as view:
        wanted = [run_id_of(number) for number in (0, 3, 4, 9)]
        return idcache.ids(store.exp_dir, view), [idcache.find(store.exp_dir, view, run_id) for run_id in wanted]


EXPECTED: Answers = [run_id_of(number) for number in range(5)], [1, 4, 5, None]


def test_every_run_is_found_by_its_id_alone(store: FileStore) -> None:
    assert answers(store) == EXPECTED


def test_a_cache_cut_at_any_place_is_made_anew(store: FileStore) -> None:
    file = Path(ids_file(store.exp_dir))
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place])
        assert answers(store) == EXPECTED, place
        assert answers(store) == EXPECTED, place


def test_a_cache_with_any_byte_altered_is_not_believed(store: FileStore) -> None:
    """A disk that lost power may hold blanks, NULs or another file's bytes where lines were."""
    file = Path(ids_file(store.exp_dir))
    whole = file.read_bytes()
    for place, byte in enumerate(whole):
        for other in {0, ord("\n"), byte ^ 1} - {byte}:
            file.write_bytes(whole[:place] + bytes([other]) + whole[place + 1 :])
            assert answers(store) == EXPECTED, (place, other)


@pytest.mark.parametrize(
    "text", ["", "\n", "=\n", "= 1 2 3 4\n", "= 1 2 3 " + "9" * 5000 + "\n", "x" * 1_000_000, "é"]
)
def test_another_text_in_its_place_is_no_cache(store: FileStore, text: str) -> None:
    Path(ids_file(store.exp_dir)).write_text(text)
    assert answers(store) == EXPECTED


def test_a_run_that_comes_later_is_found_through_what_was_cached(store: FileStore) -> None:
    before = Path(ids_file(store.exp_dir)).read_bytes()
    store.create(document(7))
    with index.snapshot(store.exp_dir) as view:
        assert idcache.find(store.exp_dir, view, run_id_of(7)) == 6
    assert Path(ids_file(store.exp_dir)).read_bytes().startswith(before)


def test_an_older_snapshot_is_answered_beside_a_newer_cache(store: FileStore) -> None:
    with index.snapshot(store.exp_dir) as view:
        open_store(store.exp_dir).create(document(7))
        assert run_id_of(7) in store.ids()
        assert idcache.ids(store.exp_dir, view) == EXPECTED[0]


def test_a_link_in_its_place_is_neither_read_nor_written_through(store: FileStore, tmp_path: Path) -> None:
    file = Path(ids_file(store.exp_dir))
    file.rename(tmp_path / "elsewhere")
    before = (tmp_path / "elsewhere").read_bytes()
    file.symlink_to(tmp_path / "elsewhere")
    assert answers(store) == EXPECTED
    assert (tmp_path / "elsewhere").read_bytes() == before


def test_where_no_cache_can_be_nothing_is_lost_but_time(store: FileStore) -> None:
    file = Path(ids_file(store.exp_dir))
    file.unlink()
    file.mkdir()
    assert answers(store) == EXPECTED
    file.rmdir()
    os.mkfifo(file)
    assert answers(store) == EXPECTED
