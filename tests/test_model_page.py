"""The tables of docs/model.md are what the commands print that the page names."""

import re
import shlex
import subprocess
import sys
from functools import cache

import pytest

from tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "model.md").read_text("utf-8")
BLOCK = re.compile(r"<!-- printed by: python (.*?) -->\n(.*?)\n<!-- end -->", re.DOTALL)
BLOCKS = BLOCK.findall(PAGE)


@cache
def printed(command: str) -> str:
    ran = subprocess.run(
        [sys.executable, *shlex.split(command)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr or ran.stdout
    return ran.stdout


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=range(len(BLOCKS)))
def test_the_page_shows_what_its_command_prints(command: str, shown: str):
    assert shown in printed(command), f"python {command} now prints:\n{printed(command)}"


def test_every_command_of_the_page_is_shown():
    named = set(re.findall(r"^\| `python (tools/[^`]*)` \|", PAGE, re.MULTILINE))
    shown = {command for command, _ in BLOCKS}
    assert PAGE.count("<!-- printed by") == PAGE.count("<!-- end -->") == len(BLOCKS)
    # The climate is checked by a test of its own.
    assert named == shown | {"tools/kenya_climate.py --check"}


@pytest.mark.parametrize("test", sorted(set(re.findall(r"tests/\w+\.py", PAGE))))
def test_the_tests_that_hold_bounds_are_there(test: str):
    assert (REPOSITORY / test).is_file()
