"""Names of tags: the way there and back, and what is refused before git or GTO would."""

import pytest
from gto.constants import name_re
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.registry.names import (
    Action,
    TagName,
    check_model_name,
    check_stage_name,
    format_tag_name,
    nearest_name,
    parse_tag_name,
)
from expbench.errors import UsageError
from tests.conftest import run_git


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("m@v1.2.3", TagName("m", "register", "v1.2.3")),
        ("m@v1.2.3!", TagName("m", "deregister", "v1.2.3")),
        ("a/b_c#prod#4", TagName("a/b_c", "assign", None, "prod", 4)),
        ("m#prod!#5", TagName("m", "unassign", None, "prod", 5)),
        ("m@deprecated", TagName("m", "deprecate")),
        ("m@deprecated#3", TagName("m", "deprecate", None, None, 3)),
        ("some/dir=m@v1.0.0", TagName("some/dir:m", "register", "v1.0.0")),
        ("m@v1.0.0-rc.1+x#2", TagName("m", "register", "v1.0.0-rc.1+x", None, 2)),
    ],
)
def test_the_way_there_and_back(text: str, name: TagName) -> None:
    assert parse_tag_name(text) == name
    assert format_tag_name(name) == text


@pytest.mark.parametrize(
    "text",
    [
        "v1.0.0",
        "m@1.0.0",
        "m@v1",
        "m#",
        "#p",
        "m@v01.0.0",
        "m@v1.0.0\n",
        "m@v1.0.0#x",
        "exp/name",
        "m@v1.0.0 ",
        "ä@v1.0.0",
    ],
)
def test_what_is_no_model_s_tag(text: str) -> None:
    assert parse_tag_name(text) is None


WORDS = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9_-]{0,6}[a-zA-Z0-9])?", fullmatch=True)


@given(WORDS, WORDS, st.integers(1, 10**6), st.sampled_from(["assign", "unassign"]))
def test_every_allowed_name_comes_back(model: str, stage: str, counter: int, action: Action) -> None:
    check_model_name(model)
    check_stage_name(stage)
    name = TagName(model, action, None, stage, counter)
    assert parse_tag_name(format_tag_name(name)) == name


@given(st.text(max_size=12) | st.text(alphabet="ab-_/.@#! ", max_size=8))
def test_what_is_allowed_is_allowed_by_gto(text: str) -> None:
    try:
        check_model_name(text)
    except UsageError:
        return
    assert name_re.fullmatch(text)
    assert "." not in text


@pytest.mark.parametrize("text", ["a", "A/b", "a-b_c/d9", "x" * 100])
def test_what_is_allowed_is_allowed_by_git(text: str, tmp_path: object) -> None:
    check_model_name(text)
    from pathlib import Path

    run_git(Path(str(tmp_path)), "check-ref-format", f"refs/tags/{text}#prod!#1")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("my.model", "my-model"),
        ("my model", "my-model"),
        ("a//b", "a/b"),
        ("-a", "a"),
        ("", ""),
        ("a\x1b[31m", "a-31m"),
        ("x" * 101, "x" * 100),
        ("é", ""),
        ("m@v1.0.0", "m-v1-0-0"),
    ],
)
def test_a_refused_name_comes_with_one_that_would_do(text: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_stage_name(text)
    assert caught.value.exit_code == 2
    assert nearest_name(text) == near
    assert (near in caught.value.hint) if near else caught.value.hint
