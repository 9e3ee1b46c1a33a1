"""Figures as files: PNG, SVG or PDF, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.figure import Figure

from leohub.report.files import appearing, check_file

METADATA: Final = {
    ".png": {"Software": "leohub"},
    ".svg": {"Creator": "leohub", "Date": None},
    ".pdf": {"Creator": "leohub", "CreationDate": None},
}
"""Suffix → what a picture says of itself; no date, so that the same figure gives the same bytes."""


def check_picture(path: Path) -> None:
    """Refuse a path that no picture can be written to: see `leohub.report.files.check_file`."""
    check_file(path, METADATA, "a picture")


def write_picture(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, SVG or PDF, by the suffix; whole or not at all.

    Raises
    ------
    OutputError
        When the file can not be written.
    """
    check_picture(path)
    suffix = path.suffix.lower()
    with appearing(path) as part, mpl.rc_context({"svg.hashsalt": "leohub"}):
        figure.savefig(part, format=suffix[1:], dpi=figure.dpi, metadata=METADATA[suffix])
