"""Where in a command line the user's own program begins: behind wrappers, launchers and interpreters.

`env A=1 nice -n 5 python -u -m torch.distributed.run --nproc_per_node 2 train.py --lr 1` is `train.py --lr 1`
that seven words are put before. Only what follows the program tells params, and the innermost interpreter tells
the environment. What is not known here counts as a program itself.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple


class Wrapper(NamedTuple):
    """A program that starts another one: its sub-commands, its options, its own leading words.

    Options that take the next word are `valued`; where most do, `flags` lists those that do not instead.
    """

    verbs: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()
    flags: frozenset[str] | None = None
    operands: int = 0
    assignments: bool = False


class PythonTarget(NamedTuple):
    """What an interpreter was told to run.

    `words` begins with the script, module or code and goes on with its arguments; `isolation` holds those of the
    interpreter's flags that change what it can import.
    """

    kind: str
    words: list[str]
    isolation: str


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TORCHRUN: Final = Wrapper(flags=_words("--standalone -m --module --no-python --run-path --use-env -h --help"))
_ACCELERATE: Final = Wrapper(
    verbs=_words("launch"),
    flags=_words(
        "-m --module --no-python --cpu --multi-gpu --tpu --ipex --mps --use-xpu --use-fsdp --use-deepspeed --debug "
        "--use-megatron-lm --quiet -q --same-network --dynamo-use-dynamic --dynamo-use-fullgraph --use-mps-device "
        "--enable-cpu-affinity --tpu-use-cluster --tpu-use-sudo --no-tpu-cluster --main-training-function-is-module "
        "--use-parallelism-config --dynamo-use-regional-compilation -h --help"
    ),
)
_DEEPSPEED: Final = Wrapper(
    flags=_words(
        "--module --no-python --no-local-rank --no-ssh --no-ssh-check --force-multi --save-pid --bind-cores-to-rank "
        "--enable-each-rank-log --elastic-training -h --help"
    )
)
_RUN: Final = Wrapper(verbs=_words("run"), valued=_words("-p --project -C --directory -e --env --manifest-path"))
_CONDA: Final = Wrapper(verbs=_words("run"), valued=_words("-n --name -p --prefix --cwd -r --root-prefix"))
_PROFILE: Final = Wrapper(valued=_words("-o --outfile -s --sort"))
_MPI: Final = Wrapper(
    valued=_words("-np -n -c -N -H -x -ppn -hosts -f --np --host --hostfile --machinefile --bind-to --map-by")
)

_WRAPPERS: Final[dict[str, Wrapper]] = {
    "env": Wrapper(valued=_words("-u --unset -C --chdir"), assignments=True),
    "sudo": Wrapper(valued=_words("-u --user -g --group -h --host -p -C -D -R -T -U"), assignments=True),
    "nice": Wrapper(valued=_words("-n --adjustment")),
    "ionice": Wrapper(valued=_words("-c --class -n --classdata")),
    "time": Wrapper(valued=_words("-f --format -o --output")),
    "timeout": Wrapper(valued=_words("-s --signal -k --kill-after"), operands=1),
    "taskset": Wrapper(operands=1),
    "chrt": Wrapper(operands=1),
    "numactl": Wrapper(valued=_words("-N -m -C -i -p")),
    "stdbuf": Wrapper(valued=_words("-i -o -e --input --output --error")),
    "nohup": Wrapper(),
    "setsid": Wrapper(),
    "caffeinate": Wrapper(valued=_words("-t -w")),
    "xvfb-run": Wrapper(valued=_words("-n -s -e -f -p -w --server-num --server-args --error-file --auth-file")),
    "srun": Wrapper(
        valued=_words(
            "-A -c -C -d -D -e -i -J -M -m -n -N -o -p -q -S -t -w -x --account --cpus-per-task "
            "--constraint --gres --gpus --gpus-per-node --gpus-per-task --job-name --mem --mem-per-cpu --nodes "
            "--ntasks --ntasks-per-node --output --error --partition --qos --time --nodelist --exclude --chdir "
            "--cpu-bind --mpi"
        )
    ),
    "mpirun": _MPI,
    "mpiexec": _MPI,
    "horovodrun": _MPI,
    "uv": Wrapper(
        verbs=_words("run"),
        valued=_words(
            "--with --with-requirements --with-editable -w -p --python --extra --no-extra --group --no-group "
            "--only-group --env-file --project --directory --package --index --default-index -i --index-url "
            "--extra-index-url -f --find-links -P --upgrade-package --reinstall-package --refresh-package "
            "--python-platform --config-file --cache-dir --color --link-mode --resolution --prerelease "
            "-C --config-setting --exclude-newer --index-strategy --keyring-provider --allow-insecure-host"
        ),
    ),
    "poetry": _RUN,
    "pdm": _RUN,
    "pipenv": _RUN,
    "rye": _RUN,
    "pixi": _RUN,
    "hatch": _RUN,
    "conda": _CONDA,
    "mamba": _CONDA,
    "micromamba": _CONDA,
    "torchrun": _TORCHRUN,
    "accelerate": _ACCELERATE,
    "deepspeed": _DEEPSPEED,
    "coverage": Wrapper(
        verbs=_words("run"), valued=_words("--rcfile --source --include --omit --context --data-file")
    ),
    "memray": Wrapper(verbs=_words("run"), valued=_words("-o --output")),
    "kernprof": Wrapper(valued=_words("-o --outfile -s --setup -u --unit")),
    "scalene": Wrapper(valued=_words("--outfile")),
}
# Wrappers that are started as `python -m MODULE`.
_MODULES: Final[dict[str, Wrapper]] = {
    "torch.distributed.run": _TORCHRUN,
    "torch.distributed.launch": _TORCHRUN,
    "accelerate.commands.launch": _ACCELERATE._replace(verbs=frozenset()),
    "accelerate": _ACCELERATE,
    "deepspeed": _DEEPSPEED,
    "deepspeed.launcher.runner": _DEEPSPEED,
    "cProfile": _PROFILE,
    "profile": _PROFILE,
    "pdb": Wrapper(valued=_words("-c")),
    "coverage": _WRAPPERS["coverage"],
    "memray": _WRAPPERS["memray"],
    "debugpy": Wrapper(valued=_words("--listen --connect --log-to")),
}
_PYTHON: Final = re.compile(r"(?:python|pypy|ipython)[\d.]*t?w?")
_SHELL: Final = re.compile(r"(?:ba|z|da|k|fi)?sh")
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=", re.ASCII)
# Their options steer a pipeline and tell nothing of the training.
_SILENT: Final = _words("dvc git make")


def is_python(program: str) -> bool:
    """Whether a program's name or path is that of a Python interpreter."""
    return bool(_PYTHON.fullmatch(program.rpartition("/")[2]))


def command_layers(argv: Sequence[str]) -> list[list[str]]:
    """The command whole, then without each wrapper, outermost first. The last one may be empty."""
    layers = [list(argv)]
    while layers[-1]:
        inner = _inner(layers[-1])
        if inner is None:
            break
        layers.append(inner)
    return layers


def program_arguments(argv: Sequence[str]) -> list[str]:
    """The arguments of the user's own program; none for a line of shell, or where nothing would run."""
    words = command_layers(argv)[-1]
    if not words:
        return []
    name = words[0].rpartition("/")[2]
    if is_python(name):
        return python_target(words).words[1:]
    if _SHELL.fullmatch(name):
        return _shell_arguments(words)
    if name == "make":
        return [word for word in words[1:] if _ASSIGNMENT.match(word)]
    return [] if name in _SILENT else words[1:]


def python_target(words: Sequence[str]) -> PythonTarget:
    """What `python ...` would run; `words` is empty for an interactive session."""
    isolation = ""
    position = 1
    while position < len(words):
        word = words[position]
        if not word.startswith("-") or word == "-":
            return PythonTarget("script", list(words[position:]), isolation)
        if word.startswith("--"):
            position += 2 if word == "--check-hash-based-pycs" else 1
            continue
        letters, letter, attached = _cluster(word)
        isolation += "".join(flag for flag in letters if flag in "IEsS")
        rest = [attached, *words[position + 1 :]] if attached else list(words[position + 1 :])
        if letter in {"c", "m"}:
            return PythonTarget("code" if letter == "c" else "module", rest, isolation)
        position += 2 if letter and not attached else 1
    return PythonTarget("none", [], isolation)


def _cluster(word: str) -> tuple[str, str, str]:
    """`-uW error` and `-uWerror`: the flags before, the letter that takes a value, the value if attached."""
    for place, letter in enumerate(word[1:], start=1):
        if letter in "cmWX":
            return word[1:place], letter, word[place + 1 :]
    return word[1:], "", ""


def _inner(words: list[str]) -> list[str] | None:
    name = words[0].rpartition("/")[2]
    if is_python(name):
        target = python_target(words)
        wrapper = _MODULES.get(target.words[0]) if target.kind == "module" and target.words else None
        return _peeled(wrapper, target.words[1:]) if wrapper else None
    found = _WRAPPERS.get(name)
    return _peeled(found, words[1:]) if found else None


def _peeled(wrapper: Wrapper, words: list[str]) -> list[str] | None:
    position = _after_options(wrapper, words, 0)
    if wrapper.verbs:
        if position >= len(words) or words[position] not in wrapper.verbs:
            return None
        position = _after_options(wrapper, words, position + 1)
    return words[position + wrapper.operands :]


def _after_options(wrapper: Wrapper, words: list[str], position: int) -> int:
    while position < len(words):
        word = words[position]
        if word == "--":
            return position + 1
        if wrapper.assignments and _ASSIGNMENT.match(word):
            position += 1
        elif word.startswith("-") and word != "-":
            position += 2 if _takes_next(wrapper, word) else 1
        else:
            break
    return position


def _takes_next(wrapper: Wrapper, word: str) -> bool:
    if "=" in word:
        return False
    if wrapper.flags is None:
        return word in wrapper.valued
    return word.replace("_", "-") not in wrapper.flags


def _shell_arguments(words: list[str]) -> list[str]:
    position = 1
    while position < len(words) and words[position][:1] in {"-", "+"}:
        word = words[position]
        if not word.startswith("--") and "c" in word:
            return []
        position += 2 if word in {"-o", "+o", "-O", "+O", "--rcfile", "--init-file"} else 1
    return words[position + 1 :]
