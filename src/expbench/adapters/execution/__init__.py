"""The child process: pty or pipes, signals, timeout, detaching. `local.LocalExecutor` implements the port."""
