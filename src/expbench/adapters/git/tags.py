"""The repository's tags, read by one `git for-each-ref` with their taggers and messages.

A tag whose object is gone makes git give up on all of them: then the whole ones are asked for by name, and the
broken ones are given as tags that count for nothing.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from expbench.adapters.git.process import GitFailed, git
from expbench.domain.registry.tags import Tag

TAGS: Final = "refs/tags/"
_FIELDS: Final = (
    *("refname", "objecttype", "objectname", "*objecttype", "*objectname", "taggername", "taggeremail"),
    *("taggerdate:unix", "contents:signature", "contents:subject", "contents:body"),
)
_FORMAT: Final = "--format=" + "".join(f"%({field})%00" for field in _FIELDS)
_AT_A_TIME: Final = 200


def read_tags(root: str) -> list[Tag]:
    """Every tag, by name. Raises `GitFailed` when git can't read the repository at all."""
    try:
        return list(_parse(git(root, ["for-each-ref", _FORMAT, TAGS])))
    except GitFailed:
        return _read_whole_ones(root)


def _parse(printed: bytes) -> Iterator[Tag]:
    fields = printed.decode("utf-8", "replace").split("\0")
    for start in range(0, len(fields) - len(_FIELDS), len(_FIELDS)):
        yield _tag(*fields[start : start + len(_FIELDS)])


def _tag(*fields: str) -> Tag:
    name, kind, own, target_kind, target, tagger, mail, seconds, signature, subject, body = fields
    annotated = kind == "tag"
    return Tag(
        name=name.lstrip("\n").removeprefix(TAGS),
        target=target if annotated else own,
        annotated=annotated,
        target_is_commit=(target_kind if annotated else kind) == "commit",
        tagger=f"{tagger} {mail}".strip(),
        at=int(seconds) if seconds else 0,
        message=f"{subject}\n\n{body}",
        signed=bool(signature),
    )


def _read_whole_ones(root: str) -> list[Tag]:
    listed = git(root, ["for-each-ref", "--format=%(refname)", TAGS]).decode("utf-8", "surrogateescape").split("\n")
    names = [name for name in listed if name]
    broken = _without_objects(root, names)
    whole = [name for name in names if name not in broken]
    tags = [Tag(name.removeprefix(TAGS), "", target_is_commit=False) for name in sorted(broken)]
    for start in range(0, len(whole), _AT_A_TIME):
        tags += _parse(git(root, ["for-each-ref", _FORMAT, *whole[start : start + _AT_A_TIME]]))
    return tags


def _without_objects(root: str, names: Sequence[str]) -> set[str]:
    """Those whose object, or what that points at, is not in the repository."""
    asked = "".join(f"{name}^{{}}\n" for name in names).encode("utf-8", "surrogateescape")
    answers = git(root, ["cat-file", "--batch-check"], stdin=asked).splitlines()
    return {name for name, answer in zip(names, answers, strict=True) if answer.endswith(b" missing")}
