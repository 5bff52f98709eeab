"""What `exp models verify` found, one line a claim."""

from collections.abc import Sequence
from typing import Final

from expbench.render import doctor
from expbench.render.style import Style
from expbench.services.checking import Check
from expbench.services.verifying import Finding, VerifiedDocument

_SHORT: Final = 12
_WORDS: Final = {
    "message": "the git tag's message is run.json of its commit",
    "stage": "the stage's message is that of its version",
    "record commit": "it stands on the snapshot {}",
    "run": "the record is that of the run {}",
    "snapshot": "the tree is {}",
    "artifact": "SHA-256 {}",
    "data": "version {}",
    "env": "hash {}",
}


def checks_text(document: VerifiedDocument, style: Style) -> str:
    """A line for each finding, with what it compared, and the verdict on top."""
    what = f"{document['model']}@{document['version']}"
    verdict = Check(what, "ok" if document["holds"] else "bad", "holds" if document["holds"] else "does not hold")
    return doctor.checks_text([verdict, *_checks(document["checks"])], style)


def _checks(findings: Sequence[Finding]) -> list[Check]:
    return [
        Check(each["what"], "ok" if each["holds"] else "bad", _words(each), "" if each["holds"] else each["hint"])
        for each in findings
    ]


def _words(each: Finding) -> str:
    if not each["holds"]:
        found, expected = each["found"], each["expected"]
        pair = f" ({_short(found)} instead of {_short(expected)})" if found and found != expected else ""
        return f"{each['why']}{pair}"
    words = _WORDS[each["what"]].format(_short(each["expected"]))
    return f"{words}; {each['why']}" if each["why"] else words


def _short(text: str | None) -> str:
    return "none" if not text else text[:_SHORT]
