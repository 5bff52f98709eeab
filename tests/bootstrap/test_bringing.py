"""What is known of a run's results, and what is left over."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from expbench.bootstrap.bringing import Known, unknown_paths


def test_a_folder_stands_for_all_that_is_in_it() -> None:
    known = Known(["data", "a/b"])
    assert all(path in known for path in ("data", "data/x", "data/x/y", "a/b", "a/b/c"))
    assert not any(path in known for path in ("a", "a/c", "dat", "datax", "b"))
    assert known.is_in("a")
    assert not known.is_in("data")


def test_of_a_new_folder_with_known_parts_the_others_are_told(tmp_path: Path) -> None:
    for name in ("out/kept.txt", "out/deep/lost.txt", "out/lost.txt", "out/__pycache__/m.pyc", "else/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    written = ["else/", "m.py", "out/", "__pycache__/", "x.pyc", ".dvc/tmp/"]
    found = unknown_paths(str(tmp_path), written, Known(["out/kept.txt"]))
    assert list(found) == ["else/", "m.py", "out/deep/", "out/lost.txt"]


PATHS = st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map("/".join), max_size=5)


@given(PATHS, PATHS)
def test_known_is_what_is_listed_or_lies_below(listed: list[str], asked: list[str]) -> None:
    known = Known(listed)
    for path in asked:
        assert (path in known) == any(path == each or path.startswith(f"{each}/") for each in listed)
