"""`git status` as bytes: every kind of line, names of any bytes, and what could not be looked at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.adapters.git.status import Change, parse_status

ID = b"a" * 40
HEAD = b"# branch.oid " + ID + b"\0# branch.head main\0"
names = st.binary(min_size=1, max_size=20).filter(lambda name: b"\0" not in name and not name.startswith(b".exp"))


def ordinary(letters: bytes, path: bytes, submodule: bytes = b"N...") -> bytes:
    return b" ".join([b"1", letters, submodule, b"100644 100644 100644", ID, ID, path]) + b"\0"


def unmerged(letters: bytes, path: bytes) -> bytes:
    return b" ".join([b"u", letters, b"N... 100644 100644 100644 100644", ID, ID, ID, path]) + b"\0"


def changes(stdout: bytes) -> list[Change]:
    return parse_status(HEAD + stdout).changes


@pytest.mark.parametrize(
    ("head", "branch", "expected"),
    [
        (ID, b"main", ("a" * 40, "main")),
        (b"(initial)", b"main", (None, "main")),
        (ID, b"(detached)", ("a" * 40, None)),
        (ID, b"wip/a b", ("a" * 40, "wip/a b")),
        (ID, b"caf\xe9", ("a" * 40, "caf\udce9")),
    ],
)
def test_where_the_head_is(head: bytes, branch: bytes, expected: tuple[str | None, str | None]) -> None:
    upstream = b"# branch.upstream origin/main\0# branch.ab +? -?\0# stash 3\0"
    found = parse_status(b"# branch.oid " + head + b"\0# branch.head " + branch + b"\0" + upstream)
    assert (found.head, found.branch) == expected
    assert not found.changes
    assert not found.unreadable


@given(names, st.sampled_from([b".M", b"M.", b"MM", b"A.", b".D", b"D.", b"T.", b".A"]))
def test_a_path_of_any_bytes_stays_as_it_is(path: bytes, letters: bytes) -> None:
    """Blanks, line feeds, a `# ` or `? ` at the beginning: git's fields are parted by position and NUL alone."""
    assert changes(ordinary(letters, path)) == [Change(path, chr(letters[0]), chr(letters[1]))]
    assert changes(unmerged(b"UU", path)) == [Change(path, "U", "U", unmerged=True)]
    assert changes(b"? " + path + b"\0") == [Change(path, "?", "?")]


def test_only_what_neither_head_nor_index_knows_is_untracked() -> None:
    found = changes(b"? new\0" + ordinary(b"A.", b"added") + unmerged(b"AA", b"both"))
    assert [change.untracked for change in found] == [True, False, False]


def test_a_submodules_field_is_kept() -> None:
    assert changes(ordinary(b".M", b"sub", b"SCMU")) == [Change(b"sub", ".", "M", "SCMU")]


@pytest.mark.parametrize(
    ("path", "is_kept"),
    [(b".exp", False), (b".exp/db.json", False), (b".expo", True), (b"a/.exp/x", True), (b".exp ", True)],
)
def test_the_store_is_no_part_of_the_status(path: bytes, is_kept: bool) -> None:
    assert bool(changes(b"? " + path + b"\0")) is is_kept


@pytest.mark.parametrize(
    ("stderr", "paths"),
    [
        (b"", []),
        (b"warning: could not open directory 'a/b/': Permission denied\n", [b"a/b"]),
        (b"error: secret/x: Permission denied\n", [b"secret/x"]),
        (b"secret/x: Permission denied\nwarning: could not open directory 'it's/': Permission denied\n",
         [b"secret/x", b"it's"]),
        (b"warning: something else\nfatal: no\n", []),
        (b"warning: could not open directory '/': Permission denied\n", [b""]),
        (b"warning: could not open directory 'caf\xe9/': Permission denied\n", [b"caf\xe9"]),
    ],
)  # fmt: skip
def test_what_git_could_not_look_at_is_named(stderr: bytes, paths: list[bytes]) -> None:
    assert parse_status(HEAD, stderr).unreadable == paths
