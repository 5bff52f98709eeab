"""Params and metrics files: found, read as their tools read them, and never trusted."""

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from expbench.adapters.files import Unreadable, before, parse, read_params, written
from expbench.domain.params import flatten


def write(root: Path, name: str, text: str | bytes) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_an_empty_repository_has_none(tmp_path: Path) -> None:
    assert read_params(str(tmp_path)) == ({}, [])


def test_params_of_each_kind_are_read(tmp_path: Path) -> None:
    write(tmp_path, "params.yaml", "a: 1e-3\nb: 1.10.2\nc: {d: [1, 2]}\ne: yes\n")
    write(tmp_path, "params.yml", "f: null\n")
    write(tmp_path, "params.toml", "g = 2024-01-02\n")
    write(tmp_path, "params.json", '{"h": 1}')
    found = read_params(str(tmp_path))
    assert found.warnings == []
    assert {path: flatten(document) for path, document in found.documents.items()} == {
        "params.yaml": {"a": 0.001, "b": "1.10.2", "c.d": "[1,2]", "e": "yes"},
        "params.yml": {"f": None},
        "params.toml": {"g": "2024-01-02"},
        "params.json": {"h": 1},
    }


def test_params_beside_the_command_count_after_those_of_the_root(tmp_path: Path) -> None:
    write(tmp_path, "params.yaml", "a: 1")
    write(tmp_path, "sub/params.json", '{"a": 2}')
    assert list(read_params(str(tmp_path), "sub").documents) == ["params.yaml", "sub/params.json"]
    assert list(read_params(str(tmp_path), "..").documents) == ["params.yaml"]


DVC_YAML = """
params: [top.yaml]
metrics: [{top.json: {cache: false}}]
stages:
  a:
    cmd: x
    params: [lr, {b.toml: [x.y]}, {c.json: }]
    metrics: [m.json, {n.json: {cache: false}}]
  d:
    foreach: [1, 2]
    do:
      cmd: x
      wdir: sub
      params: [{e.yaml: }, "${item}.yaml"]
      metrics: ["m-${item}.json", f.json]
  g: null
"""


def test_files_that_dvc_names_are_read(tmp_path: Path) -> None:
    write(tmp_path, "dvc.yaml", DVC_YAML)
    for name in ("params.yaml", "top.yaml", "sub/e.yaml", "b.toml", "c.json", "other.yaml"):
        write(tmp_path, name, "{}" if name.endswith(".json") else "")
    found = read_params(str(tmp_path))
    assert found.warnings == []
    assert sorted(found.documents) == ["b.toml", "c.json", "params.yaml", "sub/e.yaml", "top.yaml"]


def test_metrics_that_dvc_names_are_watched(tmp_path: Path) -> None:
    write(tmp_path, "dvc.yaml", DVC_YAML)
    watch = before(str(tmp_path))
    assert sorted(watch.stamps) == ["m.json", "metrics.json", "n.json", "sub/f.json", "top.json"]


@pytest.mark.parametrize(
    "text", ["stages: 3", "stages: {a: 3}", "stages: {a: {params: 3}}", "params: {a: 1}", "params: [[1], 2]", "- 1"]
)
def test_a_strange_dvc_yaml_names_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path, "dvc.yaml", text)
    assert read_params(str(tmp_path)).documents == {}
    assert list(before(str(tmp_path)).stamps) == ["metrics.json"]


def test_a_broken_dvc_yaml_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path, "dvc.yaml", "a: [")
    write(tmp_path, "params.json", '{"a": 1}')
    found = read_params(str(tmp_path))
    assert found.documents == {"params.json": {"a": 1}}
    assert [text.split(":")[0] for text in found.warnings] == ["dvc.yaml was not read"]


def test_a_file_that_the_settings_name_must_be_there(tmp_path: Path) -> None:
    write(tmp_path, "conf/a.yaml", "a: 1")
    found = read_params(str(tmp_path), named=["./conf/a.yaml", "gone.yaml"])
    assert found.documents == {"conf/a.yaml": {"a": 1}}
    assert found.warnings == ["gone.yaml is missing; exp.toml names it as a params file"]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("params.yaml", b"a: [", "not YAML"),
        ("params.yaml", b"a: 1\na: 2", "not YAML"),
        ("params.yaml", b"a: !!python/object/apply:os.system [true]", "not YAML"),
        ("params.yaml", b"- 1", "table of names"),
        ("params.yaml", b"a: \xff", "not UTF-8"),
        ("params.yaml", b"a: 2020-99-99", "month must be"),
        ("params.yaml", b"a: " + b"[" * 1500, "nested too deep"),
        ("params.yaml", b"a: &a [*a]", "levels deep"),
        ("params.yaml", b"#" * 1_000_001, "larger than 1 MB"),
        ("params.yaml", b"a: " + b"9" * 5000, "digits"),
        ("params.json", b"{", "Expecting"),
        ("params.json", b"[1]", "table of names"),
        ("params.json", b'{"a":' * 100_000, "nested too deep"),
        ("params.json", b'{"a":' * 100 + b"1" + b"}" * 100, "levels deep"),
        ("params.json", b" " * 10_000_001, "larger than 10 MB"),
        ("params.toml", b"a = ", "Invalid value"),
    ],
)
def test_a_bad_file_is_a_warning_and_the_others_are_read(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    write(tmp_path, name, data)
    write(tmp_path, "good.json", '{"a": 1}')
    found = read_params(str(tmp_path), named=["good.json"])
    assert found.documents == {"good.json": {"a": 1}}
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith(f"{name} was not read: ")
    assert why in found.warnings[0]
    assert "\n" not in found.warnings[0]


def test_laughs_by_aliases_and_by_merges_end_at_once(tmp_path: Path) -> None:
    """A kilobyte that stands for billions of values: by lists of aliases, and by merge keys."""
    laughs = ["a0: &a0 [x, x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12))]
    merges = ["a0: &a0 {x: 1}", *(f"a{i}: &a{i}\n  <<: [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12))]
    write(tmp_path, "params.yaml", "\n".join(laughs))
    write(tmp_path, "params.yml", "\n".join(merges))
    began = time.process_time()
    found = read_params(str(tmp_path))
    assert time.process_time() - began < 5
    assert found.documents == {}
    assert all("stands for more than" in text for text in found.warnings)
    assert len(found.warnings) == 2


def test_honest_anchors_and_merges_are_read() -> None:
    document = parse("a.yaml", b"base: &b {lr: 1, n: 2}\nbig:\n  <<: *b\n  lr: 3\nboth:\n  <<: [*b, *b]\n")
    assert document["big"] == {"lr": 3, "n": 2}
    assert document["both"] == {"lr": 1, "n": 2}


def test_files_outside_of_the_repository_are_not_read(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    write(tmp_path, "secret.yaml", "password: hunter2")
    (root / "params.yaml").symlink_to("../secret.yaml")
    found = read_params(str(root), named=["../secret.yaml"])
    assert found.documents == {}
    assert all("leads out of the repository" in text for text in found.warnings)
    assert len(found.warnings) == 2


def test_a_link_inside_the_repository_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "conf/real.yaml", "a: 1")
    (tmp_path / "params.yaml").symlink_to("conf/real.yaml")
    assert read_params(str(tmp_path)).documents == {"params.yaml": {"a": 1}}


def test_pipes_folders_and_dangling_links_do_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "params.yaml")
    (tmp_path / "params.json").mkdir()
    (tmp_path / "params.toml").symlink_to("nowhere")
    (tmp_path / "params.yml").symlink_to("params.yml")
    found = read_params(str(tmp_path))
    assert found.documents == {}
    assert len(found.warnings) == 4


def test_only_files_that_were_written_since_count(tmp_path: Path) -> None:
    write(tmp_path, "dvc.yaml", "metrics: [old.json, same.json, new.json, never.json]")
    for name in ("old.json", "same.json", "metrics.json"):
        os.utime(write(tmp_path, name, '{"a": 1}'), ns=(10**18, 10**18))
    watch = before(str(tmp_path))
    write(tmp_path, "old.json", '{"a": 2}')
    write(tmp_path, "new.json", '{"b": NaN, "c": [1], "d": Infinity}')
    same = write(tmp_path, "same.json", '{"a": 1}')
    found = written(str(tmp_path), watch)
    assert found.warnings == []
    assert sorted(found.documents) == ["new.json", "old.json", "same.json"]
    assert same.stat().st_mtime_ns != 10**18
    assert found.documents["old.json"] == {"a": 2}
    assert math.isnan(found.documents["new.json"]["b"])


def test_a_file_replaced_with_the_same_size_and_time_counts(tmp_path: Path) -> None:
    os.utime(write(tmp_path, "metrics.json", '{"a": 1}'), ns=(10**18, 10**18))
    watch = before(str(tmp_path))
    other = write(tmp_path, "temporary", '{"a": 2}')
    os.utime(other, ns=(10**18, 10**18))
    other.replace(tmp_path / "metrics.json")
    assert written(str(tmp_path), watch).documents == {"metrics.json": {"a": 2}}


def test_a_metrics_file_that_went_away_or_is_broken(tmp_path: Path) -> None:
    write(tmp_path, "metrics.json", "{}")
    watch = before(str(tmp_path), named=["scores.yaml"])
    (tmp_path / "metrics.json").unlink()
    write(tmp_path, "scores.yaml", "a: [")
    found = written(str(tmp_path), watch)
    assert found.documents == {}
    assert [text.split(" ")[0] for text in found.warnings] == ["scores.yaml"]


def test_other_kinds_of_files_are_refused_in_words() -> None:
    with pytest.raises(Unreadable, match="only"):
        parse("params.py", b"a = 1")


def test_yaml_is_loaded_only_where_there_is_some(tmp_path: Path) -> None:
    write(tmp_path, "params.json", '{"a": 1}')
    code = (
        "import sys; from expbench.adapters import files; files.read_params(sys.argv[1]); files.before(sys.argv[1]);"
        "print(any(name.startswith('ruamel') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
