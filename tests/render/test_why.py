"""The page of an explanation."""

from expbench.domain.diff import FileChange
from expbench.render.style import Style
from expbench.render.why import plan_text, reruns_words, why_text
from tests.domain.rerun_documents import a_run, entry
from tests.render.explanations import explanation

WIDE = Style(False, 100, True)
A, B = "7k3fq2m8x1bc", "9x2mv5t0aaaa"
CODE = {"tree": "u" * 40, "snapshot": "d" * 40}
SHORT = {A: "7k3f", B: "9x2m"}
FILES: list[FileChange] = [
    {"path": name, "status": "M", "from": None, "added": place, "deleted": 1}
    for place, name in enumerate(["a.py", "b.py", "c.py", "d.py"])
]


def test_the_whole_page() -> None:
    a = a_run(A, metrics={"acc": 0.5}, params={"lr": 0.1})
    b = a_run(B, metrics={"acc": 0.75}, code=CODE, params={"lr": 0.2})
    found, difference = explanation(a, b, FILES)
    assert (
        why_text(found, difference, WIDE, SHORT)
        == """\
a = run-7k3f 7k3f → b = run-9x2m 9x2m
acc 0.5 → 1.0, that is +0.5

axis    share   part  what changed
code      50%  +0.25  a.py +0 -1, b.py +1 -1, c.py +2 -1 and 1 more
params    50%  +0.25  lr 0.1 → 0.2

mix                      acc  runs
code and params of a     0.5  7k3f
code and params of b     1.0  7k3f
params of b, code of a  0.75  7k3f
code of b, params of a  0.75  7k3f"""
    )


def test_noise_has_its_columns() -> None:
    a, b = a_run(A, metrics={"acc": 0.5}), a_run(B, metrics={"acc": 0.75}, data={"inputs": [entry("d.csv", "b2")]})
    found, difference = explanation(a, b, repeat=2)
    page = why_text(found, difference, WIDE, SHORT)
    assert "axis  share   part    noise  what changed" in page
    assert page.count("±") == 3


def test_a_mix_that_failed_is_named_and_its_orders_are_left_out() -> None:
    a = a_run(A, metrics={"acc": 0.5}, params={"lr": 0.1})
    b = a_run(B, metrics={"acc": 0.75}, code=CODE, params={"lr": 0.2})
    found, difference = explanation(a, b, FILES, failed="failed: exp log 7k3f")
    lines = why_text(found, difference, WIDE, SHORT).splitlines()
    assert "could not be run: params of b, code of a (failed: exp log 7k3f)" in lines
    assert "so the shares are of the only order of swapping that can be gone" in lines
    assert any(line.split()[-2:] == ["failed", "7k3f"] for line in lines)


def test_the_plan_tells_runs_and_reruns() -> None:
    a = a_run(A, metrics={"acc": 0.5}, duration_s=60.0)
    b = a_run(B, metrics={"acc": 0.75}, duration_s=120.0, code=CODE, data={"inputs": [entry("d.csv", "b2")]})
    found, _ = explanation(a, b, FILES)
    lines = plan_text(found.plan, WIDE, SHORT).splitlines()
    assert lines[1].split() == ["code", "and", "data", "of", "a", "7k3f"]
    assert lines[3].split() == ["data", "of", "b,", "code", "of", "a", "1"]
    assert lines[-1] == "2 reruns, about 3m00s in all"
    assert (
        reruns_words(found.plan._replace(cells=found.plan.cells[:2]))
        == "every mix is recorded, so nothing is to be run"
    )
    assert reruns_words(found.plan._replace(axes=[])).startswith("nothing that is recorded differs")
