"""docs/commands.md is what the commands themselves say."""

import re
from pathlib import Path

from expbench.cli.commands import COMMANDS, GROUPS
from tests.docs.keys_page import keys_page
from tests.docs.pages import DOCS, PAGES, README, ROOT
from tests.docs.reference import commands_page

PAGE = DOCS / "commands.md"
# `[text](target)`, addresses apart.
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == commands_page(), "type: python -m tests.docs.generate commands"


def test_the_page_of_keys_is_up_to_date() -> None:
    page = DOCS / "keys.md"
    assert page.read_text(encoding="utf-8") == keys_page(), "type: python -m tests.docs.generate keys"


def test_every_command_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    inner = [f"{group} {name}" for group, commands in GROUPS.items() for name in commands]
    assert [name for name in [*COMMANDS, *inner] if f"### exp {name}\n" not in text] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 200
    pages = [str(path.relative_to(ROOT)) for path in PAGES if path != README]
    assert [page for page in pages if f"]({page})" not in text] == []


def test_no_page_names_a_place_of_one_machine() -> None:
    named = re.compile(r"/home/\w|/Users/\w|index-url")
    found: list[Path] = [page for page in PAGES if named.search(page.read_text(encoding="utf-8"))]
    assert found == []
