"""What a verification found, as text."""

from typing import Any

from expbench.render.style import PLAIN
from expbench.render.verification import checks_text
from expbench.services.verifying import finding


def text(*checks: Any, holds: bool = False) -> list[str]:
    document: Any = {"model": "m", "version": "v0.0.1", "holds": holds, "checks": list(checks)}
    return checks_text(document, PLAIN).splitlines()


def test_a_line_a_claim_with_the_verdict_on_top() -> None:
    away = finding("data", True, "a" * 32, "a" * 32, "not here, so only their hashes were looked at: x", "dvc fetch")
    assert text(finding("message", True), finding("artifact", True, "0" * 64, "0" * 64), away, holds=True) == [
        "✓ m@v0.0.1  holds",
        "✓ message   the git tag's message is run.json of its commit",
        "✓ artifact  SHA-256 000000000000",
        "✓ data      version aaaaaaaaaaaa; not here, so only their hashes were looked at: x",
    ]


def test_what_fails_is_said_with_both_hashes_and_what_would_help() -> None:
    other = finding("env", False, "a" * 64, "b" * 64, "its packages give another hash")
    same = finding("run", False, "r", "r", "differ in metrics")
    gone = finding("artifact", False, "a" * 64, None, "model.pkl is not here", "dvc fetch --all-tags")
    assert text(other, same, gone)[1:] == [
        "✗ env       its packages give another hash (bbbbbbbbbbbb instead of aaaaaaaaaaaa)",
        "✗ run       differ in metrics",
        "✗ artifact  model.pkl is not here",
        "            hint: dvc fetch --all-tags",
    ]


def test_nothing_raw_comes_through() -> None:
    hostile = finding("run", False, "\x1b[2J", "\u202e", "\x1b]0;x\x07\nline")
    assert all(line.isprintable() for line in text(hostile))
