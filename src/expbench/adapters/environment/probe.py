"""The port `EnvProbe` for real: the environment of the interpreter that a command will run in, not of `exp`'s own.

An environment that can't be found out never stops a run: it is a warning, and an empty `python`.
"""

import os
from collections.abc import Mapping, Sequence

from expbench.adapters.environment.hardware import machine_hardware
from expbench.adapters.environment.interpreter import Interpreter, find_interpreter
from expbench.adapters.environment.lock import lock_file
from expbench.adapters.environment.packages import Asked, Facts, ProbeFailed, interpreter_facts
from expbench.adapters.environment.variables import recorded_variables
from expbench.domain.document import Env
from expbench.domain.environment import env_hash
from expbench.ports import EnvCapture

_UNKNOWN = Facts("", "", {})


class ChildEnv:
    """The environments of commands that start with `environ` in the repository at `root`.

    `cache_dir` is made when needed; `variables` are names that are recorded beside the usual ones.
    """

    def __init__(
        self,
        root: str,
        cache_dir: str,
        environ: Mapping[str, str],
        variables: Sequence[str] = (),
        timeout_s: float = 30.0,
    ) -> None:
        self._root = root
        self._cache_dir = cache_dir
        self._environ = environ
        self._variables = variables
        self._timeout_s = timeout_s

    def probe(self, argv: Sequence[str], cwd: str) -> EnvCapture:
        """The environment of the child; `cwd` is absolute, or relative to the root."""
        place = os.path.join(self._root, cwd)
        interpreter = find_interpreter(argv, place, self._root, self._environ)
        facts, warnings = self._facts(interpreter, place)
        lock, lock_warnings = lock_file(self._root)
        hardware, hardware_warnings = machine_hardware(self._environ, self._cache_dir)
        env: Env = {
            "python": facts.python,
            "platform": facts.platform,
            "hash": env_hash(facts.python, facts.platform, facts.packages),
            "lock": lock,
            "packages": facts.packages,
            "hardware": hardware,
            "variables": recorded_variables(interpreter.environ, self._root, self._variables),
        }
        return EnvCapture(env, [*warnings, *lock_warnings, *hardware_warnings])

    def _facts(self, interpreter: Interpreter, cwd: str) -> tuple[Facts, list[str]]:
        if not interpreter.path:
            return _UNKNOWN, ["no Python was found on PATH; packages are not recorded"]
        asked = Asked(interpreter.path, interpreter.isolation, cwd, interpreter.environ)
        try:
            facts = interpreter_facts(asked, self._cache_dir, self._timeout_s)
        except ProbeFailed as error:
            return _UNKNOWN, [f"the packages of {interpreter.path} are unknown: {error}"]
        problem = f"the packages of {interpreter.path} are unknown: {facts.problem}" if facts.problem else ""
        return facts, [text for text in (interpreter.warning, problem) if text]
