"""Records and tags for tests: whole ones, with parts replaced."""

from typing import Any

from expbench.domain.registry.names import format_tag_name, parse_tag_name
from expbench.domain.registry.record import Record, encode_message
from expbench.domain.registry.tags import EVENT_OF, Tag


def record(**changes: Any) -> Record:
    """A registration of digits v0.0.1, with these keys changed."""
    whole: dict[str, Any] = {
        "schema": 1,
        "event": "register",
        "model": "digits",
        "version": "v0.0.1",
        "stage": None,
        "run": "7k3f9qd2a1b4",
        "snapshot": "a" * 40,
        "artifact": {"path": "model.pkl", "size": 5, "sha256": "b" * 64},
        "data": "c" * 32,
        "env": "d" * 64,
        "metrics": {"acc": summary(0.9)},
        "verdict": None,
        "gates": [],
        "forced": False,
        "by": "Ada <ada@example.org>",
        "at": "2026-01-02T03:04:05Z",
        "note": "",
        **changes,
    }
    return whole  # type: ignore[return-value]  # a dictionary with the keys of a record


def summary(last: float) -> dict[str, Any]:
    """The summary of a metric with one point."""
    return {
        "last": last, "min": last, "max": last, "first_step": 0, "last_step": 0, "count": 1, "source": "api",
    }  # fmt: skip


def tag(name: str, at: int, commit: str = "1", *, version: str | None = None, **changes: Any) -> Tag:
    """An annotated tag of this name with the record that belongs to it; a stage's tag needs its `version`."""
    parsed = parse_tag_name(name)
    assert parsed is not None
    assert format_tag_name(parsed) == name
    about = {
        "event": EVENT_OF[parsed.action],
        "model": parsed.model,
        "version": parsed.version or version,
        "stage": parsed.stage,
    }
    message = encode_message(record(**about, **changes))
    return Tag(name, commit.rjust(40, "0"), tagger="Ada <ada@example.org>", at=at, message=message)


def bare(name: str, at: int, commit: str = "1") -> Tag:
    """A tag as `gto` or a hand makes it, without a record."""
    return Tag(name, commit.rjust(40, "0"), tagger="Bob <bob@example.org>", at=at, message=f"About {name}\n\n")
