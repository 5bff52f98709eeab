"""The only module that imports DVC. It runs in a process of its own (see `asking`): a request on stdin, lines of
JSON on stdout.

What must stay true: no file of the user's changes: not `.dvc`, `dvc.lock` or `.gitignore`, and data is never
relinked; git isn't touched; DVC keeps its state in a folder that ends with this process, so that no hash is taken
over from a database that somebody else may have written. What is in the cache afterwards is checked, because DVC
only logs what it failed to copy.
"""
# DVC comes without types.
# mypy: disable-error-code="import-untyped"

import json
import logging
import os
import time
from typing import IO, TYPE_CHECKING, Any

from expbench.adapters.dvc.hashing import Unhashable, file_md5, folder_signature, scan_folder, stamp_of

if TYPE_CHECKING:
    from dvc.output import Output
    from dvc.repo import Repo
    from dvc.stage import Stage
    from dvc_data.hashfile.meta import Meta


def main(stdin: IO[bytes]) -> None:
    """Answer one request. Whatever DVC prints goes to stderr."""
    import tempfile

    request = json.load(stdin)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory(prefix="exp-dvc-") as state_dir:
        os.environ["DVC_SITE_CACHE_DIR"] = state_dir
        print(json.dumps(_answer(request, answers)), file=answers)


def _answer(request: dict[str, Any], answers: IO[str]) -> dict[str, Any]:
    answer: dict[str, Any] = {"saved": [], "replacements": {}, "problems": []}
    try:
        from dvc.config import ConfigError
        from dvc.exceptions import DvcException
        from dvc.lock import LockError
        from dvc.repo import Repo
    except ImportError as error:
        answer["problems"].append(f"DVC isn't installed beside exp: {error}")
        return answer
    logging.getLogger("dvc").setLevel(logging.CRITICAL)
    try:
        # Without git DVC writes no .gitignore and stages nothing, whatever its configuration says.
        repo = Repo(request["root"], config={"core": {"no_scm": True, "autostage": False}})
        if request["do"] == "hash":
            _hash(repo, request["items"], answer)
        elif request["do"] == "look":
            _look(repo, request["items"], answer)
        else:
            _save_locked(repo, request, answer, answers)
    except ConfigError as error:
        answer["problems"].append(f"DVC can't use its own configuration (.dvc/config): {_words(error)}")
    except LockError:
        answer["problems"].append("changed data wasn't saved: another DVC command holds DVC's lock")
    except (DvcException, OSError) as error:
        answer["problems"].append(f"DVC can't work in this repository: {_words(error)}")
    return answer


def _hash(repo: "Repo", items: list[dict[str, str]], answer: dict[str, Any]) -> None:
    for item in items:
        try:
            out = _out_of(_stage_of(repo, item), item["path"])
            out.update_legacy_hash_name()
            digest, meta = out.get_hash(), out.get_meta()
        except _failures() as error:
            answer["problems"].append(f"{item['path']} is tracked by DVC but can't be hashed: {_words(error)}")
            continue
        answer["saved"].append(_entry(item["path"], str(digest.value), meta.size or 0, _files(meta)))


def _look(repo: "Repo", items: list[dict[str, str]], answer: dict[str, Any]) -> None:
    """Tell those items whose objects the default remote has. This is the only verb that uses the network."""
    try:
        odb = repo.cloud.get_remote_odb()
        there = set(odb.oids_exist([item["hash"] for item in items]))
    except _failures() as error:
        answer["problems"].append(f"the DVC remote can't be asked: {_words(error)}")
        return
    answer["saved"] += [_entry(item["path"], item["hash"], 0, 1) for item in items if item["hash"] in there]


def _save_locked(repo: "Repo", request: dict[str, Any], answer: dict[str, Any], answers: IO[str]) -> None:
    from dvc.lock import LockError

    deadline = time.monotonic() + request["lock_wait_s"]
    while True:
        try:
            repo.lock.lock()  # waits 3 s by itself
            break
        except LockError:
            if time.monotonic() >= deadline:
                raise
    try:
        _save(repo, request["items"], answer, answers)
    finally:
        repo.lock.unlock()


def _save(repo: "Repo", items: list[dict[str, str]], answer: dict[str, Any], answers: IO[str]) -> None:
    sizes = [_size(os.path.join(repo.root_dir, item["path"])) for item in items]
    stages: dict[tuple[str, str], Stage] = {}
    done = 0
    for item, size in zip(items, sizes, strict=True):
        try:
            key = (item["file"], item["stage"])
            stage = stages.get(key) or _stage_of(repo, item)
            stages[key] = stage
            answer["problems"] += _save_out(repo, _out_of(stage, item["path"]), item["path"], answer)
        except _failures() as error:
            answer["problems"].append(f"{item['path']} wasn't saved into the DVC cache: {_words(error)}")
        done += size
        print(json.dumps({"done": done, "total": sum(sizes)}), file=answers)
    answer["replacements"] = _replacements(repo, stages)


def _save_out(repo: "Repo", out: "Output", path: str, answer: dict[str, Any]) -> list[str]:
    """Save one output and tell its entry; gives problems. The entry is told even where saving failed."""
    failures = _Failures()
    logging.getLogger("dvc_data").addHandler(failures)
    before = _signature(out.fs_path)
    out.save()
    digest = str(out.hash_info.value)
    answer["saved"].append(_entry(path, digest, out.meta.size or 0, _files(out.meta)))
    try:
        out.commit(relink=False)
    finally:
        logging.getLogger("dvc_data").removeHandler(failures)
    objects = [digest] + ([str(oid.value) for _, _, oid in out.obj] if digest.endswith(".dir") else [])
    missing = [each for each in dict.fromkeys(objects) if not repo.cache.local.exists(each)]
    if missing:
        why = failures.words[0] if failures.words else "DVC does not say why"
        return [f"{path} wasn't saved whole into the DVC cache: {why}"]
    if _signature(out.fs_path) != before:
        return _drop_wrong(repo, path, objects)
    return []


def _drop_wrong(repo: "Repo", path: str, objects: list[str]) -> list[str]:
    """The data changed while it was copied: objects that don't hold what their name says must go."""
    problems = [f"{path} changed while it was saved into the DVC cache"]
    for each in objects:
        file = repo.cache.local.oid_to_path(each)
        if file_md5(file, lambda _: None, lambda _: True).md5 != each.removesuffix(".dir"):
            os.unlink(file)
            problems = [f"{path} changed while it was saved into the DVC cache, so it isn't saved whole"]
    return problems


class _Failures(logging.Handler):
    """Collects what `dvc_data` logs instead of raising."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the words of the error behind a record."""
        error = record.exc_info[1] if record.exc_info else None
        self.words.append(_words(error) if error else record.getMessage())


def _stage_of(repo: "Repo", item: dict[str, str]) -> "Stage":
    from dvc.dvcfile import ProjectFile, load_file

    loaded = load_file(repo, os.path.join(repo.root_dir, item["file"]))
    if isinstance(loaded, ProjectFile):
        return loaded.stages[item["stage"]]
    return loaded.stage


def _out_of(stage: "Stage", path: str) -> "Output":
    from dvc.exceptions import OutputNotFoundError

    for out in stage.outs:
        if os.path.relpath(out.fs_path, stage.repo.root_dir) == path:
            return out
    raise OutputNotFoundError(path, stage.repo)


def _replacements(repo: "Repo", stages: dict[tuple[str, str], "Stage"]) -> dict[str, str]:
    """What `.dvc` and `dvc.lock` files must say, written as DVC writes it; only those that differ."""
    texts: dict[str, str] = {}
    by_file: dict[str, dict[str, Stage]] = {}
    for (file, name), stage in stages.items():
        by_file.setdefault(file, {})[name] = stage
    for file, named in by_file.items():
        if file.endswith(".dvc"):
            texts[file] = _dvc_file(named[""])
        else:
            lock_file = file.removesuffix("dvc.yaml") + "dvc.lock"
            texts[lock_file] = _lock_file(os.path.join(repo.root_dir, lock_file), named)
    return {file: text for file, text in texts.items() if _content(os.path.join(repo.root_dir, file)) != text}


def _dvc_file(stage: "Stage") -> str:
    from dvc.stage.serialize import to_single_stage_file
    from dvc.utils.serialize import dumps_yaml

    stage.md5 = stage.compute_md5()
    return str(dumps_yaml(to_single_stage_file(stage)))


def _lock_file(place: str, stages: dict[str, "Stage"]) -> str:
    """The lock with true outputs; command, parameters and dependencies stay what they were when the stage ran."""
    from dvc.stage.serialize import to_lockfile
    from dvc.utils.serialize import dumps_yaml, parse_yaml_for_update

    document = parse_yaml_for_update(_content(place), place) or {"schema": "2.0"}
    locked = document.setdefault("stages", {})
    for name, stage in stages.items():
        stage.outs = [out for out in stage.outs if out.hash_info]
        fresh = to_lockfile(stage)[name]
        if locked.get(name):
            locked[name]["outs"] = fresh["outs"]
        else:
            locked[name] = {"cmd": fresh["cmd"], "outs": fresh["outs"]}
    return str(dumps_yaml(document))


def _content(file: str) -> str:
    try:
        with open(file, encoding="utf-8", newline="") as stream:
            return stream.read()
    except FileNotFoundError:
        return ""


def _signature(place: str) -> str:
    if os.path.isdir(place):
        return folder_signature(scan_folder(place, lambda _: True).files)
    return stamp_of(os.stat(place)).signature


def _size(place: str) -> int:
    try:
        if os.path.isdir(place):
            return sum(stamp.size for stamp in scan_folder(place, lambda _: True).files)
        return os.stat(place).st_size
    except (OSError, Unhashable):
        return 0


def _entry(path: str, digest: str, size: int, files: int) -> dict[str, Any]:
    return {"path": path, "hash": digest, "size": size, "files": files}


def _files(meta: "Meta") -> int:
    return 1 if meta.nfiles is None else int(meta.nfiles)


def _failures() -> tuple[type[Exception], ...]:
    """What DVC raises for one output that can't be handled."""
    from dvc.exceptions import DvcException
    from dvc_data.hashfile.build import IgnoreInCollectedDirError
    from dvc_objects.errors import ObjectDBError, ObjectFormatError

    return (DvcException, IgnoreInCollectedDirError, ObjectDBError, ObjectFormatError, OSError, Unhashable)


def _words(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return " ".join(line.strip() for line in lines if line.strip()) or type(error).__name__
