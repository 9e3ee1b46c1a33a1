"""Fixtures shared by all tests."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from matplotlib.figure import Figure

from leohub.app.cli.main import main

# How long an example takes says nothing: the first one may compile the sky model.
settings.register_profile("leohub", deadline=None)
settings.load_profile("leohub")

# Started in the background, a shell's children ignore Ctrl-C, and theirs do: tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("LEOHUB_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no real data at {folder}: set LEOHUB_SHARED to the folder that holds data/")
    return folder


@pytest.fixture(scope="module")
def sketched() -> Iterator[None]:
    """Figures of results are laid out with all their words, and not painted: painting takes longer
    than the plan of a tiny country. For modules about other outputs than figures.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leohub.report.figures.Figure", Sketch)
        yield


class Sketch(Figure):
    """A figure that leaves an empty file."""

    def savefig(self, path: Path, **_: object) -> None:
        if path.suffix == ".png":
            self.draw_without_rendering()
        path.touch()


@pytest.fixture
def leohub(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command line in this process; return exit code, output and errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["leohub", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = capsys.readouterr()
        return int(stopped.value.code or 0), out, err

    return run
