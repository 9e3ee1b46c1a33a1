"""Hashes of the files that come with leohub, by the names that a `Source` gives them."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import PurePosixPath

PREFIX = "built-in: "


def built_in_sha256(name: str) -> str | None:
    """Return the SHA-256 of packaged files, one after the other.

    Parameters
    ----------
    name : str
        As `leohub.io.provenance.Source.file` has it:
        ``"built-in: kenya/counties.csv + kenya/outline.csv"``.

    Returns
    -------
    str or None
        None where leohub does not come with such files.
    """
    content = hashlib.sha256()
    for part in name.removeprefix(PREFIX).split(" + "):
        path = PurePosixPath(part)
        if path.is_absolute() or ".." in path.parts:
            return None
        packaged = files("leohub").joinpath("data", *path.parts)
        if not packaged.is_file():
            return None
        content.update(packaged.read_bytes())
    return content.hexdigest()
