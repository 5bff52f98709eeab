"""Notes of git hooks: names alone."""

from pathlib import Path

from expbench.adapters.store.spool import add_note, forget_notes, notes_in
from tests.cli.program import inside

A, B = "a" * 40, "b" * 64


def test_only_whole_notes_count_and_others_are_left_alone(repository: Path) -> None:
    inside(repository, "init")
    exp_dir = str(repository / ".exp")
    names = {f"commit-{A}", f"range-{A}-{A}", f"rewrite-{B}-{B}"}
    for name in names:
        add_note(exp_dir, name)
    for other in ("notes.txt", "commit-123", f"commit-{A}-{A}", f"range-{A}", f"exec-{A}"):
        (repository / ".exp" / "spool" / other).touch()
    assert set(notes_in(exp_dir)) == names
    forget_notes(exp_dir, names)
    forget_notes(exp_dir, names)
    assert notes_in(exp_dir) == []
    assert len(list((repository / ".exp" / "spool").iterdir())) == 5


def test_without_a_store_there_is_nothing(tmp_path: Path) -> None:
    assert notes_in(str(tmp_path / "absent")) == []
