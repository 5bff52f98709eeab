"""Artifact paths never lead out and are always valid text; damage is said in words."""

import json
import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.artifacts import artifact_fault, artifact_path, pattern_parts, series_fault, valid_text
from expbench.domain.document import Artifact, Summary
from expbench.errors import UsageError

_PIECES = st.sampled_from(
    ["a", "b.txt", "..", ".", "", "...", "~", "\\", "-x", " ", "\udcff", "é", "\0", "\n", ".git"]
)
HOSTILE = st.one_of(st.lists(_PIECES, max_size=6).map("/".join), st.text(max_size=40))


@given(HOSTILE)
def test_an_accepted_path_stays_below_any_folder_and_is_its_own_spelling(text: str) -> None:
    try:
        path = artifact_path(text)
    except UsageError:
        return
    assert posixpath.normpath(posixpath.join("/base", path)) == "/base/" + path
    assert artifact_path(path) == path
    assert "\0" not in path
    path.encode()  # no lone surrogate


@given(HOSTILE)
def test_an_accepted_pattern_has_no_part_that_leads_elsewhere(text: str) -> None:
    try:
        parts = pattern_parts(text)
    except UsageError:
        return
    assert not {"..", ".", ""} & set(parts)


@pytest.mark.parametrize("text", ["../x", "a/../../x", "a/..", "/etc/passwd", "", ".", "./", "//", "a\0b", "/"])
def test_a_path_that_could_leave_or_names_nothing_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        artifact_path(text)
    assert refused.value.cause
    assert refused.value.hint


@pytest.mark.parametrize(
    ("text", "path"),
    [("./a//b/", "a/b"), ("a/./b", "a/b"), ("..a/b..", "..a/b.."), ("dir/é", "dir/é"), ("\\a", "\\a")],
)
def test_a_path_has_one_spelling(text: str, path: str) -> None:
    assert artifact_path(text) == path


def test_bytes_that_are_no_utf8_are_written_as_numbers() -> None:
    """A strict JSON parser refuses lone surrogates, and one artifact must not spoil the document."""
    assert valid_text("a\udcff\udc80é") == "a%FF%80é"
    assert json.dumps(artifact_path("x/\udcfe"), ensure_ascii=False).encode() == b'"x/%FE"'


@pytest.mark.parametrize("pattern", ["/abs/*", "../*.pt", "a/../b", "", "a\0*"])
def test_a_pattern_that_leads_out_of_the_repository_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="can't be stored as artifacts"):
        pattern_parts(pattern)


def test_the_parts_of_a_pattern() -> None:
    assert pattern_parts("./out/**/*.pt/") == ("out", "**", "*.pt")
    assert pattern_parts(".") == ()


def test_faults_of_artifacts_name_size_before_content() -> None:
    artifact: Artifact = {"path": "a", "size": 3, "sha256": "ab"}
    assert artifact_fault(artifact, 3, "ab") is None
    assert artifact_fault(artifact, 2, "ab") == "it has 2 bytes, and 3 were stored"
    assert "SHA-256" in str(artifact_fault(artifact, 3, "cd"))


@pytest.mark.parametrize(
    ("size", "words"),
    [(48, None), (49, "torn: 1 of 24"), (24, "holds 1 points"), (72, "holds 3 points"), (0, "holds 0")],
)
def test_faults_of_series_are_torn_points_and_other_counts(size: int, words: str | None) -> None:
    summary: Summary = {
        "last": 1.0, "min": 0.0, "max": 1.0, "first_step": 0, "last_step": 1, "count": 2, "source": "api",
    }  # fmt: skip
    why = series_fault(summary, size, 24)
    assert (why is None) if words is None else (words in str(why))


def test_a_series_without_a_summary_must_only_be_whole() -> None:
    assert series_fault(None, 24, 24) is None
    assert series_fault(None, 25, 24) is not None
