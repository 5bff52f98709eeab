"""Make what is made in docs/: `python -m tests.docs.generate [commands] [picture] [dashboard]`, in the checkout.

`picture` runs `exp demo`; `dashboard` draws its screens; without arguments all are made.
"""

import sys
import tempfile
from pathlib import Path

from tests.docs.pages import DOCS
from tests.docs.picture import SVG_FILE, TEXT_FILE, captured, picture
from tests.docs.reference import commands_page


def main(wanted: list[str]) -> None:
    """Write what was asked for."""
    if "commands" in wanted:
        (DOCS / "commands.md").write_text(commands_page(), encoding="utf-8")
    if "picture" in wanted:
        with tempfile.TemporaryDirectory() as folder:
            text = captured(Path(folder))
        TEXT_FILE.write_text(text, encoding="utf-8")
        SVG_FILE.write_text(picture(text), encoding="utf-8")
    if "dashboard" in wanted:
        from tests.tui.run_pictures import write_all

        write_all()


if __name__ == "__main__":
    main(sys.argv[1:] or ["commands", "picture", "dashboard"])
