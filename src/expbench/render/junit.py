"""Gates as a JUnit report, the form in which every CI shows results: one test a condition."""

from collections.abc import Sequence

from expbench.domain.registry.record import Gate
from expbench.render.printable import printable
from expbench.services.promoting import shown_value


def junit_text(run_id: str, gates: Sequence[Gate]) -> str:
    """The XML document. XML takes no control characters, not even escaped: they are spelled as on a terminal."""
    failures = sum(not gate["holds"] for gate in gates)
    counts = f'tests="{len(gates)}" failures="{failures}" errors="0" skipped="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f'  <testsuite name="exp gate" {counts}>',
        *(line for gate in gates for line in _case(run_id, gate)),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _case(run_id: str, gate: Gate) -> list[str]:
    head = f'    <testcase classname="{_attribute(run_id)}" name="{_attribute(gate["rule"])}"'
    if gate["holds"]:
        return [f"{head}/>"]
    message = _attribute(f"{gate['rule']} {shown_value(gate)}")
    return [f"{head}>", f'      <failure type="gate" message="{message}"/>', "    </testcase>"]


def _attribute(text: str) -> str:
    shown = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    # What UTF-8 holds, but XML doesn't.
    return shown.replace("\ufffe", "?").replace("\uffff", "?")
