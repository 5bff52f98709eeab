"""The hooks in plain `sh`: `hook.sh` is each of them, `block.sh` its lines within another one, `core.sh` the work."""
