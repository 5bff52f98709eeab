"""Make what is made in docs/: `python -m tests.docs.generate [commands] [keys] [picture] [dashboard]`, from the root.

`picture` runs `exp demo`; `dashboard` draws its pictures; without arguments all are made.
"""

import sys
import tempfile
from pathlib import Path

from tests.docs.keys_page import keys_page
from tests.docs.pages import DOCS
from tests.docs.picture import SVG_FILE, TEXT_FILE, captured, picture
from tests.docs.reference import commands_page
from tests.tui import pictures


def main(wanted: list[str]) -> None:
    """Write what was asked for."""
    if "commands" in wanted:
        (DOCS / "commands.md").write_text(commands_page(), encoding="utf-8")
    if "keys" in wanted:
        (DOCS / "keys.md").write_text(keys_page(), encoding="utf-8")
    if "dashboard" in wanted:
        pictures.write_all()
    if "picture" in wanted:
        with tempfile.TemporaryDirectory() as folder:
            text = captured(Path(folder))
        TEXT_FILE.write_text(text, encoding="utf-8")
        SVG_FILE.write_text(picture(text), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or ["commands", "keys", "picture", "dashboard"])
