"""What DVC's files say, also when they come from somebody who means harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.adapters.dvc.parsing import LEGACY, MD5, Out, parse_dvc_file, parse_pipeline

MD5_A = "a" * 32
MD5_B = "b" * 32


def dvc_file(path: str, extra: str = "") -> bytes:
    return f"outs:\n- md5: {MD5_A}\n  size: 1\n  hash: md5\n  path: {path}\n{extra}".encode()


def test_paths_are_relative_to_the_file_and_its_wdir() -> None:
    assert parse_dvc_file("a/b/x.dvc", dvc_file("x")).outs == [Out("a/b/x", MD5_A, MD5, "")]
    assert parse_dvc_file("a/b/x.dvc", dvc_file("x", "wdir: ..\n")).outs == [Out("a/x", MD5_A, MD5, "")]


def test_an_output_without_hash_md5_is_of_an_older_dvc() -> None:
    content = f"outs:\n- md5: {MD5_A}\n  path: x\n".encode()
    assert parse_dvc_file("x.dvc", content).outs == [Out("x", MD5_A, LEGACY, "")]


def test_several_outputs_and_uncached_ones() -> None:
    content = dvc_file("x") + f"- md5: {MD5_B}\n  hash: md5\n  path: y\n- path: z\n  cache: false\n".encode()
    assert [out.path for out in parse_dvc_file("x.dvc", content).outs] == ["x", "y"]


@pytest.mark.parametrize(
    "path",
    [
        *("../../etc/passwd", "/etc/passwd", '"x\\0y"', "s3://bucket/x", "remote://far/x", ".", "a/../..", '""'),
        *(".git/config", ".exp/db.json", ".dvc/config", "x/../.git", "[a]", "{a: b}", "12", "null", "~"),
    ],
)
def test_a_hostile_path_is_a_problem_and_no_path(path: str) -> None:
    parsed = parse_dvc_file("x.dvc", dvc_file(path))
    assert parsed.outs == []
    assert len(parsed.problems) == 1
    assert parsed.problems[0].startswith("x.dvc")


@pytest.mark.parametrize("wdir", ["/etc", "../..", "[1]", "${x}"])
def test_a_hostile_wdir_is_a_problem(wdir: str) -> None:
    assert parse_dvc_file("x.dvc", dvc_file("x", f"wdir: {wdir}\n")).outs == []


@pytest.mark.parametrize(
    "content",
    [
        *(
            b"",
            b"{",
            b"- a\n- b\n",
            b"outs: 1\n",
            b"outs:\n- 1\n",
            b"\xff\xfe",
            b"a: &a [*a]\nouts: [*a]",
            b"[" * 1500,
        ),
        *(
            b"outs: !!bool x",
            b"outs: !!int ''",
            b"outs: !!float ''",
            b"outs: !!timestamp x",
            b"a: 0x_",
            b"? {a: b}\n: c",
        ),
        *(b"outs: " + b"9" * 5000, b"outs:\n- path: 2001-99-99\n", b"<<: 3\n", b"a\x00", b"--- 1\n--- 2\n"),
        *(b"outs: !!python/object/apply:os.system ['false']\n", b"a: 1\na: 2\n", b"outs:\n- md5: [x]\n  path: x\n"),
    ],
)
def test_a_broken_file_is_at_most_a_problem(content: bytes) -> None:
    parsed = parse_dvc_file("x.dvc", content)
    assert parsed.outs == []
    assert len(parsed.problems) == (0 if content == b"" else 1)


def test_conflict_markers_are_named() -> None:
    content = b"outs:\n<<<<<<< HEAD\n- md5: 1\n=======\n- md5: 2\n>>>>>>> theirs\n"
    assert "conflict markers" in parse_dvc_file("x.dvc", content).problems[0]


def test_the_quick_reading_equals_the_parser() -> None:
    quick = parse_dvc_file("x.dvc", dvc_file("some-data/file_1.csv"))
    slow = parse_dvc_file("x.dvc", b"# a comment\n" + dvc_file("some-data/file_1.csv"))
    assert quick == slow
    assert quick.outs


@given(st.text(alphabet="abcdefgntruAZ_.-/01:# ", min_size=1, max_size=12))
def test_the_quick_reading_never_disagrees_with_the_parser(path: str) -> None:
    quick, slow = parse_dvc_file("x.dvc", dvc_file(path)), parse_dvc_file("x.dvc", b"---\n" + dvc_file(path))
    assert quick.outs == slow.outs


@given(st.binary(max_size=200))
def test_no_bytes_crash_it(content: bytes) -> None:
    parse_dvc_file("x.dvc", content)
    parse_pipeline("dvc.yaml", content, content)


PIPELINE = b"""\
stages:
  train:
    cmd: x
    wdir: work
    outs: [model.bin, {logs: {cache: false}}, {kept: {persist: true}}]
    plots: [curve.csv]
    metrics: [{m.json: {cache: false}}]
  each:
    matrix: {a: [1, 2]}
    cmd: x
    outs: ["out-${item.a}.txt", {"note-${item.a}.txt": {cache: false}}]
  fresh:
    cmd: y
    outs: ["${where}"]
"""
LOCK = f"""\
schema: '2.0'
stages:
  train:
    cmd: x
    outs:
    - {{path: model.bin, hash: md5, md5: {MD5_A}}}
    - {{path: logs, hash: md5, md5: {MD5_B}}}
  each@1:
    cmd: x
    outs:
    - {{path: out-1.txt, hash: md5, md5: {MD5_B}}}
    - {{path: note-1.txt, hash: md5, md5: {MD5_B}}}
  gone:
    cmd: x
    outs:
    - {{path: gone.txt, hash: md5, md5: {MD5_B}}}
""".encode()


def test_a_pipeline_says_what_is_cached_and_its_lock_says_what_it_was() -> None:
    parsed = parse_pipeline("p/dvc.yaml", PIPELINE, LOCK)
    assert parsed.outs == [
        Out("p/work/model.bin", MD5_A, MD5, "train"),
        Out("p/work/kept", "", MD5, "train"),
        Out("p/work/curve.csv", "", MD5, "train"),
        Out("p/out-1.txt", MD5_B, MD5, "each@1"),
    ]
    assert parsed.problems == ["p/dvc.yaml: ${where} of stage fresh is a template that dvc.lock doesn't resolve yet"]


@pytest.mark.timeout(10)
def test_a_template_of_many_places_is_matched_at_once() -> None:
    template, path = "${a}x" * 40, "x" * 400 + "y"
    content = f"stages: {{s: {{cmd: x, outs: ['{template}']}}}}".encode()
    lock = f"stages: {{s: {{cmd: x, outs: [{{path: {path}, hash: md5, md5: {MD5_A}}}]}}}}".encode()
    assert parse_pipeline("dvc.yaml", content, lock).outs == []


@pytest.mark.parametrize("lock", [b"[", b"stages: [1]", b"stages: {train: 1}", b"stages: {train: {outs: {}}}"])
def test_a_broken_lock_is_a_problem(lock: bytes) -> None:
    parsed = parse_pipeline("dvc.yaml", b"stages: {train: {cmd: x, outs: [a]}}", lock)
    assert parsed.outs == []
    assert "dvc.lock" in parsed.problems[0]


@pytest.mark.parametrize("path", ["[a]", "{a: b}", "1", "null", "!!bool yes"])
def test_a_path_of_another_kind_in_the_lock_is_passed_over(path: str) -> None:
    lock = f"stages: {{s: {{outs: [{{path: {path}, md5: {MD5_B}}}, {{path: a, hash: md5, md5: {MD5_A}}}]}}}}"
    parsed = parse_pipeline("dvc.yaml", b"stages: {s: {cmd: x, outs: [a, '${b}']}}", lock.encode())
    assert parsed.outs == [Out("a", MD5_A, MD5, "s")]


@given(st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,12}(\.[A-Za-z]{1,4}[A-Za-z0-9_]{0,2})?", fullmatch=True))
def test_the_short_way_through_usual_files_says_what_the_parser_says(path: str) -> None:
    """A comment is nothing to YAML, and sends the file through the parser."""
    short, long = (parse_dvc_file("x.dvc", dvc_file(path, extra)) for extra in ("", "# a comment\n"))
    assert short.outs == long.outs
    assert len(short.problems) == len(long.problems)


@pytest.mark.parametrize(
    "path", ["0001.csv", "7z.tar.gz", "1.e5", "1.e55", "2.5", "0x1.ab", "1_0.ee5", "2001-01-01.md"]
)
def test_names_that_begin_with_a_digit(path: str) -> None:
    short, long = (parse_dvc_file("x.dvc", dvc_file(path, extra)) for extra in ("", "# a comment\n"))
    assert short == long
