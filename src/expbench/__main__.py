"""Where the command `exp` and `python -m expbench` begin."""

import sys


def main() -> None:
    """Run `exp` with the process's own arguments and leave with its exit code."""
    from expbench.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
