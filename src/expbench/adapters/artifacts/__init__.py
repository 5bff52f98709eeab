"""Artifacts of a run: finding them, storing them under `runs/ID/artifacts/`, and proving that they are still whole.

Training code imports this, so it loads nothing but light parts of the standard library.
"""
