"""The machine that executes the pages' examples must itself notice what is wrong."""

from pathlib import Path

import pytest

from tests.docs.examples import Command, File, Printed, complaint, execute, fits, steps

PAGE = """
Text.

```toml file=exp.toml
metric = "acc"
```

```text
$ rm -rf /
```

```console
$ cat exp.toml
metric = "acc"
$ printf 'a\\nb\\n' |
> cat
a
b
$ cd /; false
$ echo $?
1
```
"""


def test_steps_are_files_and_commands_in_order() -> None:
    found = steps(PAGE)
    assert isinstance(found[0], File)
    assert found[0].path == "exp.toml"
    commands = [step for step in found if isinstance(step, Command)]
    assert [command.typed for command in commands] == [
        "cat exp.toml",
        "printf 'a\\nb\\n' |\ncat",
        "cd /; false",
        "echo $?",
    ]
    assert commands[0].line == 13


def test_a_page_is_one_session(tmp_path: Path) -> None:
    found = steps(PAGE)
    printed = execute(found, tmp_path)
    assert [one.out for one in printed] == ['metric = "acc"\n', "a\nb\n", "", "1\n"]
    assert [one.code for one in printed] == [0, 0, 1, 0]


def test_a_command_without_expected_output_must_not_fail() -> None:
    command = Command(3, "false", ())
    assert "line 3" in complaint(command, Printed("", "why", 1))
    assert not complaint(command, Printed("anything", "", 0))


def test_a_difference_is_shown_with_both_texts() -> None:
    told = complaint(Command(3, "echo", ("a",)), Printed("b\n", "", 0))
    assert "says\na" in told
    assert "prints\nb" in told


def test_narration_may_stand_before_or_after_data() -> None:
    assert not complaint(Command(3, "exp", ("data", "note")), Printed("data\n", "note\n", 0))
    assert not complaint(Command(3, "exp", ("note", "data")), Printed("data\n", "note\n", 0))


def test_a_shell_that_ends_early_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="ended early: bye"):
        execute([Command(3, "echo bye; exit 3", ())], tmp_path)


def test_wildcards_stand_for_text_lines_and_gaps() -> None:
    assert fits(["id    name  …"], "id      name  status  \n")
    assert fits(["a", "…", "z"], "a\nb\nc\nz\n")
    assert fits(["a", "…", "z"], "a\nz")
    assert not fits(["a b"], "a  b")
    assert not fits(["a…c"], "a\nc")
    assert not fits(["a"], "a\nb")


def test_what_a_slow_machine_samples_is_no_difference() -> None:
    command = Command(1, "exp diff a b", ("metrics   acc  0.8", "code  same"))
    sampled = "          system/cpu  9.0\n          8 system metrics differ too; --all shows them\n"
    out = f"metrics   acc  0.8\n{sampled}code  same\n"
    assert not complaint(command, Printed(out, "", 0))
    assert complaint(command, Printed(out.replace("0.8", "0.9"), "", 0))
    asked = command._replace(expected=("metrics   acc  0.8", "          system/cpu  7.0", "code  same"))
    assert complaint(asked, Printed(out, "", 0))
