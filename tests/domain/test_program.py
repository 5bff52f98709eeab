"""Where the user's own program begins: wrappers, launchers and interpreters are looked through."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.program import command_layers, is_python, program_arguments, python_target


@pytest.mark.parametrize(
    "command",
    [
        "python train.py --lr 1",
        "python3.11 -u -X dev -W ignore train.py --lr 1",
        "python -uXdev -Werror train.py --lr 1",
        "python --check-hash-based-pycs never train.py --lr 1",
        "python -m pkg.train --lr 1",
        "python -um pkg.train --lr 1",
        "python -mpkg.train --lr 1",
        "python -c 'import x; x.y()' --lr 1",
        "python - --lr 1",
        "/usr/bin/python3 train.py --lr 1",
        "./train.py --lr 1",
        "train --lr 1",
        "torchrun --nproc_per_node 2 --standalone train.py --lr 1",
        "torchrun --nproc-per-node=2 -m pkg.train --lr 1",
        "accelerate launch --num_processes 2 --multi_gpu train.py --lr 1",
        "deepspeed --num_gpus 2 --no_local_rank train.py --lr 1",
        "python -m torch.distributed.run --nproc_per_node 2 train.py --lr 1",
        "python3.11 -m accelerate.commands.launch --mixed_precision fp16 train.py --lr 1",
        "python -m cProfile -o out.prof train.py --lr 1",
        "python -m pdb -c continue train.py --lr 1",
        "uv run train.py --lr 1",
        "uv run --with torch --frozen python -u train.py --lr 1",
        "uv --quiet run -p 3.12 -m pkg.train --lr 1",
        "uv run -- python train.py --lr 1",
        "poetry run python train.py --lr 1",
        "conda run -n torch --no-capture-output python train.py --lr 1",
        "env A=1 B=2 python train.py --lr 1",
        "env -u HOME -i A=1 nice -n 5 python train.py --lr 1",
        "nice -5 python train.py --lr 1",
        "time -p python train.py --lr 1",
        "timeout -k 5 10m python train.py --lr 1",
        "taskset -c 0-3 python train.py --lr 1",
        "srun -n4 --gres gpu:1 --pty python train.py --lr 1",
        "mpirun -np 4 -H localhost python train.py --lr 1",
        "coverage run --source src train.py --lr 1",
        "bash train.sh --lr 1",
        "sh -e -o pipefail train.sh --lr 1",
    ],
)
def test_only_what_follows_the_program_counts(command: str) -> None:
    assert program_arguments(shlex.split(command)) == ["--lr", "1"]


@pytest.mark.parametrize(
    "command",
    [
        "",
        "python",
        "python -u",
        "python -c",
        "python -m",
        "python -W",
        "env A=1",
        "timeout",
        "timeout 5",
        "torchrun --nproc_per_node",
        "bash -c 'python train.py --lr 1'",
        "bash -lc 'x --lr 1' --lr 2",
        "dvc repro --force",
        "git log --oneline",
        "uv run",
    ],
)
def test_commands_that_tell_nothing(command: str) -> None:
    assert program_arguments(shlex.split(command)) == []


def test_make_tells_its_variables_only() -> None:
    assert program_arguments(["make", "-j", "4", "train", "LR=0.1"]) == ["LR=0.1"]


def test_layers_show_each_program_on_the_way() -> None:
    layers = command_layers(["env", "A=1", "torchrun", "--standalone", "train.py", "x"])
    assert [layer[0] for layer in layers] == ["env", "torchrun", "train.py"]


def test_a_sub_command_that_starts_nothing_is_the_program_itself() -> None:
    assert command_layers(["uv", "pip", "list"]) == [["uv", "pip", "list"]]


def test_isolating_flags_of_the_interpreter_are_kept() -> None:
    assert python_target(["python", "-Iu", "-s", "train.py", "-E"]).isolation == "Is"


@pytest.mark.parametrize("name", ["python", "/a/python3", "python3.13t", "pypy3", "pypy3.10", "ipython"])
def test_names_of_interpreters(name: str) -> None:
    assert is_python(name)


@pytest.mark.parametrize("name", ["", "pythonic", "python.py", "train.py", "python-config", "/usr/bin/"])
def test_names_that_are_no_interpreters(name: str) -> None:
    assert not is_python(name)


_WORDS = st.sampled_from(
    "env python uv run torchrun -m -c -u -- - nice -n 5 bash -lc A=1 timeout x.py --x --x=1 accelerate launch".split()
)


@given(st.lists(_WORDS | st.text(max_size=5), max_size=12))
def test_any_words_are_looked_through(argv: list[str]) -> None:
    """It never fails, ends, and what it gives are always the last words of the command."""
    words = program_arguments(argv)
    assert len(words) < max(1, len(argv))
    if words and "make" not in argv and not any(word.startswith(("-m", "-c")) for word in argv):
        assert argv[-len(words) :] == words
