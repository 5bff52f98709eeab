"""The environment of the interpreter that a command will run in: packages, lock file, hardware, variables."""
