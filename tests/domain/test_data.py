"""The data version is one name for all contents."""

from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.data import changed_entries, data_version
from expbench.domain.document import DataEntry


def entry(path: str, digest: str) -> DataEntry:
    return {"path": path, "hash": digest, "size": 1, "files": 1}


ENTRIES = st.lists(st.builds(entry, st.text(max_size=5), st.text("abc", max_size=3)), max_size=5)


def test_nothing_tracked_has_no_version() -> None:
    assert data_version([]) is None


@given(ENTRIES)
def test_the_order_does_not_matter(entries: list[DataEntry]) -> None:
    assert data_version(entries) == data_version(reversed(entries))


def test_path_and_hash_both_count() -> None:
    versions = {data_version([entry(path, digest)]) for path in ("a", "b") for digest in ("1", "2")}
    assert len(versions) == 4


def test_names_that_are_no_text_count_too() -> None:
    assert data_version([entry("\udcff", "1")]) != data_version([entry("\udcfe", "1")])


def test_changed_are_the_new_and_the_different_sorted_by_path() -> None:
    before = [entry("same", "1"), entry("other", "1"), entry("gone", "1")]
    after = [entry("same", "1"), entry("other", "2"), entry("new", "1")]
    assert changed_entries(before, after) == [entry("new", "1"), entry("other", "2")]


@given(ENTRIES)
def test_nothing_changed_against_itself(entries: list[DataEntry]) -> None:
    unique = list({each["path"]: each for each in entries}.values())
    assert changed_entries(unique, unique) == []
