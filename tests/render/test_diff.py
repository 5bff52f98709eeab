"""The page of a difference."""

from expbench.domain.diff import FileChange
from expbench.domain.document import RunDocument
from expbench.render.diff import diff_text, patch_lines
from expbench.render.style import PLAIN, Style
from expbench.services.comparing import ALL_AXES, Sources, compare
from tests.render.documents import first_run, second_run, summary
from tests.render.test_printable import raw

WIDE = Style(False, 100, True)
FILES: list[FileChange] = [
    {"path": "train.py", "status": "M", "from": None, "added": 10, "deleted": 2},
    {"path": "params.yaml", "status": "M", "from": None, "added": 1, "deleted": 1},
    {"path": "new.py", "status": "R", "from": "old.py", "added": 0, "deleted": 0},
    {"path": "plot.png", "status": "A", "from": None, "added": None, "deleted": None},
]
LISTINGS = {"22" * 16 + ".dir": {"a": "1", "b": "2"}, "33" * 16 + ".dir": {"a": "1", "b": "3", "c": "4", "d": "4"}}
SOURCES = Sources(
    lambda _a, _b: FILES, LISTINGS.get, lambda key: "max" if key == "acc" else "min" if key == "loss" else None
)


def page(a: RunDocument, b: RunDocument, style: Style = WIDE, only: str = "", everything: bool = False) -> str:
    """The page of two runs on the axes given, all of them by default."""
    axes = only.split(",") if only else ALL_AXES
    return diff_text(compare(a, b, axes, SOURCES), a, b, style, everything=everything)


def test_the_whole_page() -> None:
    assert (
        page(first_run(), second_run())
        == """\
brisk-heron-417 7k3fq2m8x1bc → calm-owl-12 9x2mv5t0aaaa
differ in code, data, params, env, metrics and command

params    lr          0.1  →  0.01
          seed       null  →  absent
          dropout  absent  →  0.5
          2 equal

metrics   acc    0.9712  →  0.9812       +0.01  ▲ better
          loss  0.12346  →  0.13    +0.0065432  ▲ worse
          f1     absent  →  0.9

code      M  train.py            +10  -2
          R  old.py → new.py      +0  -0
          A  plot.png         binary
          3 files, +10 -2
          the second run's snapshot is incomplete: exp show 9x2mv5t0aaaa

data      data/images  2222222222  →  3333333333  files: 2 added, 1 changed
          1 equal

env       package.numpy  1.26.4  →  2.0.0
          6 equal

command   - python train.py --lr 0.1 --note 'two words'
          + python train.py --lr 0.01 --note 'two words'"""
    )


def test_equal_runs_say_so_in_one_sentence() -> None:
    assert page(first_run(), first_run()).splitlines()[1:] == [
        "no difference in code, data, params, env, metrics and command"
    ]


def test_only_the_axes_asked_for_are_spoken_of() -> None:
    assert page(first_run(), second_run(), only="params,data").splitlines()[1] == "differ in data and params"
    b = first_run() | {"params": {"lr": 0.2}}
    assert page(first_run(), b, only="code,params").splitlines()[1] == "differ in params; same code"


def test_everything_shows_what_is_equal_too() -> None:
    text = page(first_run(), second_run(), everything=True)
    assert "          epochs         10  =" in text.splitlines()
    assert "          data/digits.csv  1111111111  =" in text.splitlines()
    assert "2 equal" not in text
    assert "command   python train.py" in page(first_run(), first_run(), everything=True)
    assert "code      no file differs, params and .dvc files apart" in page(first_run(), first_run(), everything=True)


def test_better_and_worse_are_told_in_ascii_without_colour() -> None:
    text = page(first_run(), second_run(), Style(False, 100, False), "metrics")
    assert text.isascii()
    assert "acc    0.9712  ->  0.9812       +0.01  ^ better" in text
    assert "loss  0.12346  ->  0.13    +0.0065432  ^ worse" in text


def test_better_is_green_and_worse_is_red() -> None:
    text = page(first_run(), second_run(), Style(True, 100, True), "metrics")
    assert "\x1b[32m+0.01\x1b[0m" in text
    assert "\x1b[31m▲ worse\x1b[0m" in text


def test_metrics_that_differ_in_a_late_digit_are_shown_with_it() -> None:
    a, b = first_run(), first_run()
    a["metrics"], b["metrics"] = {"x": summary(0.98123451, 0, 1)}, {"x": summary(0.98123452, 0, 1)}
    assert "0.98123451  →  0.98123452" in page(a, b, only="metrics")


def test_system_metrics_are_counted_not_listed() -> None:
    a, b = first_run(), first_run()
    b["metrics"] = {**a["metrics"], "system/cpu": summary(12.0, 1, 99), "system/mem": summary(1.0, 1, 2)}
    text = page(a, b, only="metrics")
    assert "metrics   2 system metrics differ too; --all shows them" in text
    assert "system/cpu" not in text
    assert "system/cpu" in page(a, b, only="metrics", everything=True)


def test_values_that_look_alike_but_differ_are_told_apart() -> None:
    a, b = first_run(), first_run()
    a["params"], b["params"] = {"x": "1", "y": 0.1234567890123456}, {"x": 1, "y": 0.1234567890123457}
    text = page(a, b, only="params")
    assert '"1"  →  1' in text
    assert "0.1234567890123456  →  0.1234567890123457" in text


def test_a_snapshot_that_is_not_here_is_told() -> None:
    a, b = first_run(), second_run()
    diff = compare(a, b, ["code"], SOURCES._replace(changed_files=lambda _a, _b: None))
    assert "the files can't be listed: a snapshot isn't in this repository" in diff_text(diff, a, b, PLAIN)


def test_a_patch_is_coloured_line_by_line_and_harmless() -> None:
    patch = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\told\n+\tnew\x1b[2J\u202e\n same\r\n"
    assert patch_lines(patch, PLAIN) == [
        "diff --git a/x b/x",
        "--- a/x",
        "+++ b/x",
        "@@ -1 +1 @@",
        "-       old",
        "+       new\\x1b[2J\\u202e",
        " same\\r",
    ]
    coloured = patch_lines(patch, Style(True, 80, True))
    assert coloured[3:6] == [
        "\x1b[36m@@ -1 +1 @@\x1b[0m",
        "\x1b[31m-       old\x1b[0m",
        "\x1b[32m+       new\\x1b[2J\\u202e\x1b[0m",
    ]
    assert all(raw(line) == [] for line in patch_lines(patch, PLAIN))


def test_the_patch_stands_below_the_blocks() -> None:
    a, b = first_run(), second_run()
    text = diff_text(compare(a, b, ["code"], SOURCES), a, b, WIDE, patch="@@ -1 +1 @@\n-a\n+b\n")
    assert text.endswith("\n\n@@ -1 +1 @@\n-a\n+b")
