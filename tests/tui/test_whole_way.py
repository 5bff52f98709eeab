"""The whole way in a real tmux, from the first look at the runs to the git tag of a promotion."""

import termios
from pathlib import Path

from tests.cli.program import exp
from tests.conftest import run_git
from tests.tui.tmux import tmux

TRAINING = """\
import sys
bias = float(sys.argv[2])
for epoch in range(5):
    print(f"epoch {epoch} acc={0.5 + bias + epoch / 100}")
open("digits.bin", "w").write(sys.argv[2])
"""


def recorded(root: Path) -> Path:
    """A project with three recorded runs, each of which made a model."""
    (root / "train.py").write_text(TRAINING)
    (root / ".gitignore").write_text("digits.bin\n")
    run_git(root, "add", "-A")
    run_git(root, "commit", "-q", "-m", "Training")
    for name, bias in (("poor", "0.1"), ("good", "0.3"), ("best", "0.4")):
        words = ["--name", name, "--artifact", "digits.bin", "--no-system-metrics"]
        done = exp(root, "run", *words, "--", "python", "train.py", "--bias", bias)
        assert done.code == 0, done.err
    return root


def test_from_the_first_look_to_the_git_tag(repository: Path) -> None:
    with tmux(recorded(repository)) as window:
        before = window.settings()
        window.type("exp tui")
        window.press("Enter")
        window.shows("3 runs", "poor", "good", "best")
        assert window.asked("alternate_on") == "1"
        assert window.asked("mouse_any_flag") == "0", "tmux's own selection is taken away"

        window.type("facc > 0.7")
        window.shows("2 of 3")
        window.press("Enter")
        window.until(lambda: "poor" not in window.text, "the filtered list")
        window.press("Space", "Space")
        window.shows("2 marked")

        window.type("d")
        window.shows("$ exp diff", "--patch", "bias", "0.3", "0.4")
        window.type("q")
        window.shows("2 of 3")
        window.type("3")
        window.shows("acc", "curves", "$ exp plot acc")
        window.type("1")
        window.shows("2 of 3")

        window.type("gP")
        window.shows("promote", "staging")
        window.press("Enter")
        window.shows("writes git tag digits#staging#1 - y/n")
        assert run_git(repository, "tag", "-l") == ""
        window.type("y")
        window.shows("wrote the git tag")
        window.type("@")
        window.shows("done", "exp promote", "--to staging")
        window.type("q")
        window.shows("2 of 3")

        window.type("q")
        window.until(lambda: window.asked("alternate_on") == "0", "the shell's own screen")
        window.until(lambda: window.text.rstrip().endswith("$"), "the prompt")
        window.type("echo left with $?")
        window.press("Enter")
        window.shows("left with 0")
        assert window.asked("cursor_flag") == "1"
        assert window.asked("mouse_any_flag") == "0"
        after = window.settings()
        assert after == before
        assert after[3] & termios.ECHO
    assert run_git(repository, "tag", "-l").split() == ["digits#staging#1", "digits@v0.0.1"]
    assert '"event": "promote"' in run_git(repository, "tag", "-l", "--format=%(contents)", "digits#staging#1")
