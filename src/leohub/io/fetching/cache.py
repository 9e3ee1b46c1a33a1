"""What was downloaded, and what was refused: kept in a folder, by address."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from leohub.errors import OutputError
from leohub.io.provenance import sha256_of

_NOTE = ".note.json"


@dataclass(frozen=True)
class Copy:
    """A file as it was last downloaded.

    Attributes
    ----------
    path : Path
        Where it is.
    sha256 : str
    downloaded, checked : datetime
        When it was downloaded, and when its source last said that it is the newest [UTC].
    etag, last_modified : str
        What its source said of it.
    """

    path: Path
    sha256: str
    downloaded: dt.datetime
    checked: dt.datetime
    etag: str
    last_modified: str


@dataclass(frozen=True)
class Refusal:
    """When a source refused, and in which words."""

    at: dt.datetime
    message: str


class Cache:
    """Copies of downloaded files and refusals of their sources.

    What is damaged or was changed by someone else counts as not there.

    Parameters
    ----------
    folder : Path
        Made when something is first kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def copy(self, url: str) -> Copy | None:
        """Return the copy of what is at an address."""
        note = self._read(f"copy {url}")
        try:
            copy = Copy(
                path=self.folder / str(note["path"]),
                sha256=str(note["sha256"]),
                downloaded=_moment(note["downloaded"]),
                checked=_moment(note["checked"]),
                etag=str(note["etag"]),
                last_modified=str(note["last_modified"]),
            )
            return copy if sha256_of(copy.path) == copy.sha256 else None
        except (KeyError, ValueError, OSError):
            return None

    def keep(
        self,
        url: str,
        name: str,
        content: bytes,
        *,
        at: dt.datetime,
        etag: str,
        last_modified: str,
    ) -> Copy:
        """Keep what was just downloaded and found sound, in place of the copy before."""
        self._make_folder()
        path = self.folder / f"{_digest(url)}-{name}"
        replace_file(path, content)
        copy = Copy(path, hashlib.sha256(content).hexdigest(), at, at, etag, last_modified)
        self._note(url, copy)
        return copy

    def confirm(self, url: str, copy: Copy, *, at: dt.datetime) -> Copy:
        """Note that a copy is still the newest."""
        confirmed = replace(copy, checked=at)
        self._note(url, confirmed)
        return confirmed

    def refusal(self, place: str) -> Refusal | None:
        """Return the last refusal of an address or of a whole site."""
        note = self._read(f"refusal {place}")
        try:
            return Refusal(_moment(note["at"]), str(note["message"]))
        except (KeyError, ValueError):
            return None

    def refuse(self, place: str, refusal: Refusal) -> None:
        """Remember that an address or a whole site refused."""
        self._write(f"refusal {place}", {**asdict(refusal), "place": place})

    def _note(self, url: str, copy: Copy) -> None:
        self._write(f"copy {url}", {**asdict(copy), "path": copy.path.name, "url": url})

    def _read(self, key: str) -> dict[str, object]:
        try:
            note = json.loads((self.folder / f"{_digest(key)}{_NOTE}").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def _write(self, key: str, note: dict[str, object]) -> None:
        self._make_folder()
        text = json.dumps(note, default=str, indent=1)
        replace_file(self.folder / f"{_digest(key)}{_NOTE}", text.encode())

    def _make_folder(self) -> None:
        with _told(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole, or leave the one that is there.

    Raises
    ------
    OutputError
        When it cannot be written there.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with _told(path):
        try:
            new.write_bytes(content)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _moment(text: object) -> dt.datetime:
    moment = dt.datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
