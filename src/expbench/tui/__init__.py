"""The dashboard: draws what the services tell and turns keys into calls of services. It decides nothing itself.

Textual is imported below this package and nowhere else; `cli/tui.py` starts it lazily through `starting.start`.
"""
