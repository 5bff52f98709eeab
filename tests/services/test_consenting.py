"""Whose runs may be made again, and what is shown before foreign code runs."""

import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.document import RunDocument
from expbench.errors import ExitCode
from expbench.services.consenting import Ask, Caller, Effects, Refused, command_text, consent, is_own, request_text
from tests.domain.rerun_documents import a_run, entry

ADA = Caller("ada", "box")
EVE = Caller("eve", "box")
SNAPSHOT = "c" * 40


def never(_text: str) -> bool:
    raise AssertionError("nobody may be asked")


def refused(document: RunDocument, trust: str | None = None, ask: Ask = None) -> Refused:
    with pytest.raises(Refused) as caught:
        consent(document, EVE, Effects(), trust, ask)
    assert caught.value.exit_code == ExitCode.FAILED
    return caught.value


def test_own_runs_need_no_question() -> None:
    consent(a_run(), ADA, Effects(), None, never)


@pytest.mark.parametrize("caller", [EVE, Caller("ada", "other"), Caller("", "")])
def test_a_run_is_own_only_by_user_and_host(caller: Caller) -> None:
    assert not is_own(a_run(), caller)
    assert not is_own(a_run(user="", host=""), caller)


def test_a_foreign_run_is_asked_for() -> None:
    texts: list[str] = []

    def agree(text: str) -> bool:
        texts.append(text)
        return True

    consent(a_run(), EVE, Effects(), None, agree)
    assert "python train.py" in texts[0]
    assert refused(a_run(), ask=lambda _text: False).cause == "the answer was no"


def test_without_a_terminal_it_is_refused_with_what_would_have_run() -> None:
    error = refused(a_run())
    assert "no terminal" in error.cause
    assert "python train.py" in error.cause
    assert SNAPSHOT in error.hint


def test_trust_in_the_very_snapshot_is_consent() -> None:
    consent(a_run(), EVE, Effects(), SNAPSHOT, None)
    consent(a_run(), EVE, Effects(), SNAPSHOT.upper(), None)


@pytest.mark.parametrize("trust", ["", "c", SNAPSHOT[:12], SNAPSHOT[:-1], "d" * 40, "HEAD", f"{SNAPSHOT} "])
def test_any_other_trust_refuses_without_asking(trust: str) -> None:
    """A prefix could be forged by who made the run."""
    refused(a_run(), trust, never)


@pytest.mark.parametrize("snapshot", ["", "yes", "HEAD"])
def test_a_run_without_a_real_snapshot_cannot_be_trusted(snapshot: str) -> None:
    refused(a_run(code={"snapshot": snapshot}), snapshot, never)


def test_all_that_would_happen_is_said() -> None:
    document = a_run(
        code={"commit": "a" * 40, "remote": "https://example.org/x.git"}, cwd="sub", command=["sh", "-c", "rm -rf x"]
    )
    effects = Effects(["numpy==2.1.0", "evil==1"], [entry("d.csv", "a1", 5), entry("e.csv", "b2", 7)])
    text = request_text(document, effects)
    for part in (
        "ada on box", "https://example.org/x.git", SNAPSHOT, f"uncommitted work on {'a' * 40}", "sh -c 'rm -rf x'",
        "sub", "installs   numpy==2.1.0", "evil==1", "downloads  d.csv (5 bytes)", "12 bytes in all",
    ):  # fmt: skip
        assert part in text


def test_long_lists_are_cut() -> None:
    text = request_text(a_run(), Effects([f"p{place}" for place in range(30)]))
    assert "and 10 more" in text
    assert "p25" not in text


@given(st.lists(st.text(st.characters(codec="utf-8", categories=None)), min_size=1))
def test_a_hostile_command_reaches_no_terminal_raw(argv: list[str]) -> None:
    document = a_run(command=argv, user="\x1b]0;x\x07", cwd="a\nb", code={"remote": "\u202eevil"})
    text = request_text(document, Effects(["\x1b[2J"], [entry("\r\n", "a1")]))
    assert all(line.isprintable() for line in text.split("\n"))
    assert len(text.split("\n")) == 7
    assert command_text(argv).isprintable()


@given(st.lists(st.text(st.characters(categories=["L", "N", "P", "S"], include_characters=" ")), min_size=1))
def test_a_plain_command_is_shown_as_it_could_be_typed(argv: list[str]) -> None:
    assert shlex.split(command_text(argv)) == argv


@pytest.mark.parametrize(
    ("word", "shown"), [("a\x1bb", r"$'a\x1bb'"), ("it's\n", r"$'it\'s\n'"), ("\\\t", r"$'\\\t'"), ("", "''")]
)
def test_what_does_not_print_is_spelled(word: str, shown: str) -> None:
    assert command_text([word]) == shown


def test_every_field_of_the_text_is_escaped() -> None:
    hostile: dict[str, Any] = {"user": "\x1b[1m", "host": "\x9b2J", "cwd": "\u202e"}
    assert request_text(a_run(**hostile), Effects()).replace("\n", "").isprintable()
