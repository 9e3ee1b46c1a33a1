"""Figures as files: PNG or SVG, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from leohub.errors import OutputError


def check_picture(path: Path) -> None:
    """Refuse a path that no picture can be written to, before anything is computed.

    Raises
    ------
    OutputError
        When the suffix is not .png or .svg, or the folder is not there or can not be written.
    """
    if path.suffix.lower() not in {".png", ".svg"}:
        raise OutputError(f"{path}: a picture is written as .png or .svg; name it so")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}; make it first")
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise OutputError(f"{path} can not be written; choose another place")


def write_picture(figure: Figure, path: Path) -> None:
    """Write a figure as PNG or SVG, by the suffix; whole or not at all.

    Raises
    ------
    OutputError
        When the file can not be written.
    """
    check_picture(path)
    part = path.with_name(f".{path.name}.part")
    kind = path.suffix.lower()[1:]
    try:
        with mpl.rc_context({"svg.hashsalt": "leohub"}):
            figure.savefig(
                part, format=kind, dpi=100, metadata={"Date": None} if kind == "svg" else None
            )
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} can not be written ({error.strerror})") from None
    finally:
        part.unlink(missing_ok=True)
