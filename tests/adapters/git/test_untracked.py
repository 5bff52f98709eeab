"""Which untracked files stay out when they are too many bytes together."""

from hypothesis import given
from hypothesis import strategies as st

from expbench.adapters.git.untracked import Left, left_out

TRACKED = [b"train.py", b"src/a.py", b"data/README.md"]


def folders(sizes: dict[bytes, int], cap: int) -> list[bytes]:
    return [left.folder for left in left_out(sizes, cap, TRACKED)]


def test_nothing_is_left_out_below_the_cap() -> None:
    assert left_out({b"a": 5, b"b": 5}, 10, TRACKED) == []


def test_the_heaviest_folder_goes_as_a_whole_and_no_further_one_than_needed() -> None:
    sizes = {b"images/1/a": 40, b"images/2/b": 50, b"logs/x": 30, b"new.py": 1}
    (left,) = left_out(sizes, 60, TRACKED)
    assert left == Left(b"images", False, [b"images/1/a", b"images/2/b"], 90)
    assert folders(sizes, 10) == [b"images", b"logs"]


def test_code_beside_a_heavy_subfolder_is_kept() -> None:
    assert folders({b"new/code.py": 1, b"new/deep/raw/a": 60, b"new/deep/raw/b": 60}, 10) == [b"new/deep/raw"]


def test_in_a_folder_that_git_knows_only_its_own_untracked_files_go() -> None:
    sizes = {b"data/a.png": 60, b"data/b.png": 60, b"data/more/c.png": 1, b"src/new.py": 2}
    assert left_out(sizes, 10, TRACKED) == [Left(b"data", True, [b"data/a.png", b"data/b.png"], 120)]


def test_files_at_the_root_are_one_group() -> None:
    assert left_out({b"a.png": 60, b"b.png": 60, b"new/c": 5}, 10, TRACKED) == [
        Left(b".", True, [b"a.png", b"b.png"], 120)
    ]


def test_a_repository_without_a_commit_has_nothing_tracked() -> None:
    assert [left.folder for left in left_out({b"x/y": 9, b"z": 1}, 5, [b""])] == [b"x"]


parts = st.lists(st.sampled_from([b"a", b"b", b"data", b"src"]), min_size=1, max_size=4).map(b"/".join)


@given(st.dictionaries(parts.map(lambda path: path + b".png"), st.integers(0, 50)), st.integers(0, 100))
def test_the_rest_fits_and_every_file_is_left_out_at_most_once(sizes: dict[bytes, int], cap: int) -> None:
    found = left_out(sizes, cap, TRACKED)
    gone = [path for left in found for path in left.files]
    assert len(gone) == len(set(gone))
    assert sum(size for path, size in sizes.items() if path not in gone) <= cap
    assert all(left.size == sum(sizes[path] for path in left.files) for left in found)
