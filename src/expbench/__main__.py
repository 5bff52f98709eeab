"""Where the command `exp` and `python -m expbench` begin."""

import os
import sys


def main() -> None:
    """Run `exp` with the process's own arguments and leave with its exit code.

    Leaving at once spares the interpreter's clean-up, a fifth of the cost of `exp ls`; nothing is left to flush.
    """
    try:
        from expbench.cli.main import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # pressed while we were still being imported, or on the way out
        code = 130
    os._exit(code)


if __name__ == "__main__":
    main()
