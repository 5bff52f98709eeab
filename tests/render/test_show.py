"""The page of one run."""

from copy import deepcopy

from expbench.domain.document import RunDocument
from expbench.domain.fold import blank
from expbench.render.show import show_text
from expbench.render.style import PLAIN, Style
from tests.render.documents import NOW, first_run, second_run

WIDE = Style(False, 100, True)


def section(text: str, label: str) -> list[str]:
    """The lines of one section, without their margin."""
    parts = [part for part in text.split("\n\n") if part.startswith(label)]
    return [line[10:] for part in parts for line in part.splitlines()]


def test_the_whole_page_of_a_finished_run() -> None:
    assert (
        show_text(first_run(), WIDE, now=NOW)
        == """\
✓ brisk-heron-417  7k3fq2m8x1bc
finished after 1m02s · started 3h ago, 2026-03-01 09:00:00 UTC · ann@box (local)
experiment digits · tags base · team=vision

command   python train.py --lr 0.1 --note 'two words'

code      main at commit 3f3f3f3f3f, clean

data      version 5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d
              path             hash               size  files
          in  data/digits.csv  1111111111       1.2 MB
          in  data/images      2222222222.dir  98.8 MB  1,797

env       Python 3.11.7, 2 packages on Linux-6.1-x86_64
          lock requirements.txt cccccccccc
          CUDA_VISIBLE_DEVICES  0
          cores                 24
          cpu                   EPYC 7402

params    param      value  from
          lr         0.1    argv
          epochs     10     file:params.yaml
          optimizer  adam   file:params.yaml
          seed       null   cli

metrics   metric     last   min     max  step  points  from
          acc      0.9712  0.41  0.9733     9      10  stdout
          loss    0.12346  0.12     2.3     9      10  stdout

artifacts path          size  sha256
          model.pkl  48.1 kB  ababababab"""
    )


def test_uncommitted_work_and_what_was_left_out_are_told() -> None:
    text = show_text(second_run(), WIDE, now=NOW)
    assert section(text, "code") == [
        "main at commit 3f3f3f3f3f, with uncommitted work",
        "snapshot 9a9a9a9a9a holds it as it was",
        "the snapshot is incomplete, so this run can't be reproduced exactly",
        "left out      size  reason",
        "dump.bin  300.0 MB  larger than 10 MB",
    ]
    assert "killed by SIGTERM after 1m02s" in text
    assert section(text, "links") == ["parent  7k3fq2m8x1bc"]
    assert section(text, "warnings") == ["dump.bin is larger than 10 MB and isn't in the snapshot"]


def test_what_is_absent_is_said_in_words_where_it_matters() -> None:
    text = show_text(blank("7k3fq2m8x1bc", "brisk-heron-417", "2026-03-01T08:59:58Z"), WIDE, now=NOW)
    assert (
        text
        == """\
○ brisk-heron-417  7k3fq2m8x1bc
queued · created 3h ago, 2026-03-01 08:59:58 UTC · local
experiment default

command   none recorded

code      no snapshot was taken

data      no DVC in this repository, so no data version

env       not recorded

params    none

metrics   none"""
    )


def test_dvc_that_tracks_nothing_is_told_from_no_dvc() -> None:
    run = first_run()
    run["data"] = {"version": "5d" * 16, "inputs": [], "outputs": []}
    assert section(show_text(run, WIDE), "data") == ["version 5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d", "nothing tracked"]


def test_a_failure_shows_its_exit_code() -> None:
    run = first_run()
    run["status"], run["exit_code"] = "failed", 3
    assert "failed with exit code 3 after 1m02s" in show_text(run, PLAIN)


def test_an_unborn_branch_a_folder_and_an_entry_are_told() -> None:
    run = first_run()
    run["code"]["commit"] = None
    run["cwd"], run["entry"] = "sample", "train"
    text = show_text(run, WIDE)
    assert section(text, "code")[0] == "main before the first commit, clean"
    assert section(text, "command")[1:] == ["in sample", "entry train of exp.toml"]


def test_sparklines_get_a_column_where_there_are_some() -> None:
    lines = section(show_text(first_run(), WIDE, sparklines={"acc": "▁▃▇"}), "metrics")
    assert lines[1].startswith("acc     ▁▃▇")


def test_a_verdict_shows_what_came_out_different() -> None:
    run = first_run()
    run["verdict"] = {
        "grade": "different",
        "reproduced_by": ["9x2mv5t0aaaa"],
        "metrics": [
            {"key": "acc", "a": 0.97, "b": 0.95, "equal": False, "first_difference_step": 3},
            {"key": "loss", "a": 0.1, "b": 0.1, "equal": True, "first_difference_step": None},
        ],
        "outputs": [{"path": "model.pkl", "a": "ab" * 32, "b": None, "equal": False}],
        "inputs": [],
    }
    assert section(show_text(run, WIDE), "verdict") == [
        "different, reproduced by 9x2mv5t0aaaa",
        "differs    first          again  from step",
        "acc        0.97        →  0.95           3",
        "model.pkl  ababababab  →  -",
    ]


def test_a_document_of_the_index_has_no_packages_to_count() -> None:
    run: RunDocument = deepcopy(first_run())
    del run["env"]["packages"]
    assert section(show_text(run, WIDE), "env")[0] == "Python 3.11.7 on Linux-6.1-x86_64"


def test_a_note_is_wrapped_and_keeps_its_lines() -> None:
    run = first_run()
    run["note"] = "first line\nsecond \x1b[2J line"
    assert section(show_text(run, WIDE), "note") == ["first line", "second \\x1b[2J line"]
