"""Which files that a run read count as inputs that nothing pins."""

from expbench.domain.inputs import Read, input_warnings, told_inputs, told_place, undeclared
from tests.domain.rerun_documents import entry

TREE = frozenset({"train.py", "conf/a.yaml"})


def unpinned(*paths: str) -> list[str]:
    """What is left of these reads, in a repository with a little of everything."""
    data = [entry("data/images", "d1.dir"), entry("model.bin", "m1")]
    return undeclared([Read(path, path) for path in paths], TREE, frozenset({"vendor/lib"}), data)


def test_what_git_or_dvc_holds_is_pinned() -> None:
    assert unpinned("train.py", "conf/a.yaml", "data/images/cats/1.png", "model.bin", "vendor/lib/x.py") == []


def test_all_else_is_told_once_and_in_order() -> None:
    assert unpinned("../old/split.json", "conf/b.yaml", "data/imagesX", "../old/split.json") == [
        *("../old/split.json", "conf/b.yaml", "data/imagesX")
    ]


def test_the_machinery_is_no_input() -> None:
    assert unpinned(".git/config", "sub/.git/HEAD", ".dvc/cache/files/md5/aa", "../other/.git/index") == []


def test_a_link_that_git_tracks_pins_no_file_behind_it() -> None:
    assert undeclared([Read("split.json", "../old/split.json")], {"split.json"}, (), []) == ["split.json"]
    assert undeclared([Read("a.py", "train.py")], TREE, (), []) == []


def test_a_link_into_the_cache_is_pinned_by_its_tracked_path() -> None:
    assert undeclared([Read("model.bin", ".dvc/cache/files/md5/aa")], (), (), [entry("model.bin", "m1")]) == []


def test_twenty_are_named_then_counted() -> None:
    warnings = input_warnings([f"{place}.txt" for place in range(25)])
    assert len(warnings) == 21
    assert warnings[-1] == "this run also read 5 other files that nothing pins"
    assert input_warnings(["a"]) == ["this run also read a"]
    assert input_warnings([]) == input_warnings([], truncated=True) == []
    assert input_warnings(["a"], truncated=True)[-1] == "this run also read 0 or more other files that nothing pins"


def test_the_warnings_can_be_told_from_others() -> None:
    assert told_inputs(["the data is stale", *input_warnings(["../a"])]) == ["../a"]


def test_far_away_files_are_named_by_their_absolute_path() -> None:
    assert told_place("../old/split.json", "/repo/old/split.json") == "../old/split.json"
    assert told_place("../../../data/x", "/data/x") == "/data/x"
    assert told_place("b\udcff", "/b\udcff") == "b%FF"
