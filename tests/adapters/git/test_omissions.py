"""What goes into a snapshot: nothing is left out in silence, and what is said can be typed."""

import os
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.adapters.git.omissions import (
    INSIDE_SUBMODULE,
    NESTED,
    NOT_A_FILE,
    UNREADABLE,
    Plan,
    cut_untracked,
    make_plan,
    omit,
    warnings_for,
)
from expbench.adapters.git.status import Change, Status
from expbench.adapters.git.untracked import ROOT, left_out

CAP = 1000
paths = st.lists(st.sampled_from([b"a", b"b", b"c"]), min_size=1, max_size=4).map(b"/".join)


def plan_of(root: Path, *changes: Change, unreadable: tuple[bytes, ...] = ()) -> Plan:
    return make_plan(os.fsencode(root), Status(None, "main", [*changes], [*unreadable]), CAP)


def reasons(plan: Plan) -> dict[bytes, str]:
    return {path: item["reason"] for path, item in plan.omitted.items()}


def put(root: Path, name: str, size: int = 1) -> bytes:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(b"x" * size)
    return os.fsencode(name)


def test_what_the_index_holds_already_needs_nothing(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, Change(put(tmp_path, "a"), "M", "."), Change(b"gone", "D", "."))
    assert plan == Plan([], [], {}, [], {}, [])


def test_changed_and_new_files_are_taken_and_gone_ones_taken_out(tmp_path: Path) -> None:
    changed, new = put(tmp_path, "a", CAP), put(tmp_path, "new", 5)
    (tmp_path / "kept").write_bytes(b"")
    (tmp_path / "link").symlink_to("nowhere")
    plan = plan_of(
        tmp_path,
        Change(changed, ".", "M"),
        Change(new, "?", "?"),
        Change(b"link", "?", "?"),
        Change(b"kept", ".", "D"),  # it came back behind git's back
        Change(b"gone", ".", "D"),
        Change(b"fleeting", "?", "?"),
        Change(b"new/inside", ".", "M"),  # a file stands where its folder was
    )
    assert plan.update == [changed, new, b"link"]
    assert plan.remove == [b"kept", b"gone", b"new/inside"]
    assert plan.untracked == {new: 5}
    assert plan.omitted == {}


def test_each_obstacle_is_named_with_its_size(tmp_path: Path) -> None:
    large = put(tmp_path, "large", CAP + 1)
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "inner").mkdir()
    plan = plan_of(
        tmp_path,
        Change(large, ".", "M"),
        Change(b"fifo", "?", "?"),
        Change(b"inner/", "?", "?"),
        Change(b"sub", ".", "M", "S.M."),
        Change(b"x" * 300, ".", "M"),
        unreadable=(b"dark",),
    )
    assert reasons(plan) == {
        b"dark": UNREADABLE,
        large: "it is larger than 1000 bytes",
        b"fifo": NOT_A_FILE,
        b"inner": NESTED,
        b"sub": INSIDE_SUBMODULE,
        b"x" * 300: UNREADABLE,
    }
    assert plan.omitted[large]["size"] == CAP + 1
    assert plan.oversized == [large]
    assert plan.update == [b"inner"]


def test_a_submodule_with_another_commit_alone_is_taken(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    plan = plan_of(tmp_path, Change(b"sub", ".", "M", "SC.."))
    assert (plan.update, plan.omitted) == ([b"sub"], {})


def test_a_conflicting_file_that_can_not_be_taken_leaves_the_index(tmp_path: Path) -> None:
    large = put(tmp_path, "large", CAP + 1)
    plan = plan_of(tmp_path, Change(large, "U", "U", unmerged=True), Change(b"gone", "D", "D", unmerged=True))
    assert (plan.update, plan.remove) == ([], [large, b"gone"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_left_out(tmp_path: Path) -> None:
    dark = put(tmp_path, "dark")
    (tmp_path / "dark").chmod(0)
    assert reasons(plan_of(tmp_path, Change(dark, ".", "M"))) == {dark: UNREADABLE}


def test_too_much_untracked_is_left_out_by_folder_and_said(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        Change(put(tmp_path, "out/a", 400), "?", "?"),
        Change(put(tmp_path, "out/b", 400), "?", "?"),
        Change(put(tmp_path, "src/new.py", 300), "?", "?"),
        Change(put(tmp_path, "src/old.py", 900), ".", "M"),
    )
    cut_untracked(plan, CAP, lambda: [b"src/old.py"])
    assert plan.update == [b"src/new.py", b"src/old.py"]
    assert plan.too_much == [b"out"]
    assert plan.omitted[b"out"] == {
        "path": "out",
        "size": 800,
        "reason": "it has 2 untracked files, and there are more than 1000 bytes of untracked files in all",
    }
    assert warnings_for(plan, CAP) == [
        "Too much that git does not track, and so not in the snapshot: out. To track it type: dvc add out"
    ]


def test_within_the_bound_git_is_not_asked_for_what_it_tracks() -> None:
    plan = Plan([b"a"], [], {}, [], {b"a": CAP}, [])
    cut_untracked(plan, CAP, lambda: pytest.fail("asked"))
    assert plan.update == [b"a"]


@given(st.dictionaries(paths, st.integers(0, 100), max_size=12), st.integers(0, 400), st.lists(paths, max_size=4))
def test_what_stays_is_within_the_bound_and_what_goes_lies_in_its_folder(
    sizes: dict[bytes, int], cap: int, tracked: list[bytes]
) -> None:
    found = left_out(sizes, cap, tracked)
    gone = [path for left in found for path in left.files]
    assert len(gone) == len(set(gone))
    assert sum(size for path, size in sizes.items() if path not in gone) <= cap
    assert all(left.size == sum(sizes[path] for path in left.files) for left in found)
    assert all(left.folder == ROOT or path.startswith(left.folder + b"/") or path == left.folder
               for left in found for path in left.files)  # fmt: skip
    assert found == left_out(sizes, cap, tracked)
    assert bool(found) is (sum(sizes.values()) > cap)


NAMES = [b"plain", b"two words", b"it's", b"$(rm -rf)", b"-f", b"caf\xe9", b"a;b"]


def test_the_command_in_a_warning_can_be_typed() -> None:
    plan = Plan([], [], {name: omit(name, 5, "x") for name in NAMES}, NAMES[:3], {}, NAMES[3:6])
    large, much, others = warnings_for(plan, 2_500_000)
    assert large.startswith("Larger than 2.5 MB and so not in the snapshot: plain, two words, it's. ")
    for text, expected in ((large, NAMES[:3]), (much, NAMES[3:6])):
        words = shlex.split(text.partition("To track it type: ")[2])
        assert [os.fsencode(word) for word in words[2:]] == expected
    assert others == "Not in the snapshot: a;b (x)"


def test_of_many_names_a_few_are_shown_and_the_rest_counted() -> None:
    many = [b"%d" % number for number in range(10)]
    (text,) = warnings_for(Plan([], [], {name: omit(name, 1, UNREADABLE) for name in many}, [], {}, []), CAP)
    assert text == "Not in the snapshot: 0, 1, 2 and 7 more (it can't be read)"
