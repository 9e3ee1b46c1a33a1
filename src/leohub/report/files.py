"""Single files that commands write: whole or not at all, and never over a file of somebody else."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from leohub.errors import OutputError

MARK: Final = b"leohub"
"""What stands near the beginning of every file that leohub writes, or, in PDF, near the end."""

LOOKED_AT_BYTES: Final = 65_536


def check_file(path: Path, suffixes: Collection[str], what: str) -> None:
    """Refuse a path that cannot be written to, before anything is computed.

    Parameters
    ----------
    path : Path
    suffixes : collection of str
        One of which it must have: ``".png"``.
    what : str
        Is written, with its article, for the message: ``"a picture"``.

    Raises
    ------
    OutputError
        When the suffix is another one, the folder is not there or can not be written, or a file
        is there that leohub has not written.
    """
    if path.suffix.lower() not in suffixes:
        raise OutputError(f"{path}: {what} is written as {' or '.join(suffixes)}; name it so")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}; make it first")
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise OutputError(f"{path} can not be written; choose another place")
    if path.exists() and not _is_ours(path):
        raise OutputError(
            f"{path} is there already and was not written by leohub; it would be lost. "
            "Name another file, or move it away"
        )


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            head = stream.read(LOOKED_AT_BYTES)
            stream.seek(max(0, path.stat().st_size - LOOKED_AT_BYTES))
            return MARK in head or MARK in stream.read()
    except OSError:
        return False


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """Give a path to write to; the file takes its place when all went well.

    Raises
    ------
    OutputError
        When the file can not be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} can not be written ({error.strerror})") from None
    finally:
        part.unlink(missing_ok=True)
