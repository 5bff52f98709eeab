"""The JUnit report: XML whatever stands in it."""

from typing import Any
from xml.etree import ElementTree

from hypothesis import given

from expbench.render.junit import junit_text
from tests.render.test_printable import anything


def test_a_report() -> None:
    gates: list[Any] = [
        {"rule": "acc > 0.9", "value": 0.95, "holds": True},
        {"rule": 'name = "<&>"', "value": None, "holds": False},
    ]
    root = ElementTree.fromstring(junit_text("run1", gates))
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    held, failed = root.iter("testcase")
    assert (held.get("classname"), held.get("name"), len(held)) == ("run1", "acc > 0.9", 0)
    assert failed[0].get("message") == 'name = "<&>" (absent)'


@given(anything)
def test_anything_can_stand_in_it(text: str) -> None:
    gate: Any = {"rule": text, "value": text, "holds": False}
    root = ElementTree.fromstring(junit_text(text, [gate]).encode("utf-8"))
    assert root.find("testsuite/testcase/failure") is not None
