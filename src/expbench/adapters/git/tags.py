"""The repository's tags, read by one `git for-each-ref` with their taggers and messages.

A tag whose object is gone or damaged makes git give up on all of them: then the whole ones are asked for by name,
and the broken ones are given as tags that count for nothing.
"""

from collections.abc import Iterator
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
_BROKEN_AT_MOST: Final = 50  # a repository with more can't be read


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
    """Git gives up at the first object that is missing or damaged, so halves are tried until a tag stands alone."""
    listed = git(root, ["for-each-ref", "--format=%(refname)", TAGS]).decode("utf-8", "surrogateescape").split("\n")
    names = [name for name in listed if name]
    waiting = [names[start : start + _AT_A_TIME] for start in range(0, len(names), _AT_A_TIME)]
    tags: list[Tag] = []
    broken: list[Tag] = []
    while waiting:
        some = waiting.pop()
        try:
            tags += _parse(git(root, ["for-each-ref", _FORMAT, *some]))
        except GitFailed:
            if len(some) > 1:
                waiting += [some[len(some) // 2 :], some[: len(some) // 2]]
                continue
            broken.append(Tag(some[0].removeprefix(TAGS), "", target_is_commit=False))
            if len(broken) >= _BROKEN_AT_MOST:
                raise
    return [*broken, *tags]
