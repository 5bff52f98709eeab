"""The command line: parse, call a service, draw. No logic of its own."""
