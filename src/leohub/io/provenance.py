"""`InputFile` and `Source`: where a number came from. Every reader returns a `Source`."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import stat
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from leohub.errors import InputError, Problem, Problems


@dataclass(frozen=True)
class Source:
    """One input, as it was read.

    Attributes
    ----------
    role : str
        What the study uses it for: ``"people"``, ``"regions"``, ``"census"``, ``"sites"``,
        ``"elements"``, ``"coverage layer"``, ``"prices"``, ``"gateways"``, ``"horizons"`` …
    file : str
        The path as the study names it, or ``"built-in: kenya/counties.csv"``.
    sha256 : str
        Of the bytes on disk (before any decompression).
    size_bytes : int
    basis : str
        ``"measured"``, ``"modelled"`` or ``"assumed"``.
    origin : str
        Who published it. Empty when the study does not say.
    date : str
        What date the data describe. Empty when the study does not say.
    licence : str
        Empty when the study does not say.
    totals : mapping of str to float
        Figures that a reader can check against the publisher's: rows, people, regions …
    notes : tuple of str
        What was done to the data on the way in, with counts ("2,483 rows merged …").
    """

    role: str
    file: str
    sha256: str
    size_bytes: int
    basis: str = "measured"
    origin: str = ""
    date: str = ""
    licence: str = ""
    totals: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class InputFile:
    """A file that the study names, with what the study says of it.

    Attributes
    ----------
    path : Path
        Where it is.
    named : str
        How the study names it; the path when empty.
    origin, date, licence : str
        Who published it, what date it describes, under which licence; may be empty.
    basis : str
        ``"measured"``, ``"modelled"`` or ``"assumed"``.
    """

    path: Path
    named: str = ""
    origin: str = ""
    date: str = ""
    licence: str = ""
    basis: str = "measured"

    @property
    def name(self) -> str:
        """The file as messages and sources show it."""
        return self.named or str(self.path)

    @property
    def suffix(self) -> str:
        """The suffix that tells the format, in lower case, without ``.gz``."""
        suffixes = [suffix.lower() for suffix in self.path.suffixes]
        return next((suffix for suffix in reversed(suffixes) if suffix != ".gz"), "")

    def problems(self) -> Problems:
        """Return a collector for what is wrong with this file."""
        return Problems(self.name)

    def error(self, message: str, remedy: str, where: str = "") -> InputError:
        """Return the error to raise when one thing is wrong and nothing else can be looked at."""
        return InputError([Problem(self.name, where, message, remedy)])

    def source(
        self, role: str, *, totals: Mapping[str, float], notes: tuple[str, ...] = ()
    ) -> Source:
        """Return the record of this file as it was read."""
        return Source(
            role=role,
            file=self.name,
            sha256=sha256_of(self.path),
            size_bytes=self.path.stat().st_size,
            basis=self.basis,
            origin=self.origin,
            date=self.date,
            licence=self.licence,
            totals=totals,
            notes=notes,
        )

    @contextmanager
    def unpacked(self) -> Iterator[Path]:
        """Give a path to the content: the file itself, or a temporary copy unpacked from .gz.

        Raises
        ------
        InputError
            When the file is missing, is a folder or a pipe, is empty, cannot be opened or unpacked.
        """
        try:
            mode = self.path.stat().st_mode
            if stat.S_ISDIR(mode):
                raise self.error("this is a folder", "Name a file")
            if not stat.S_ISREG(mode):
                raise self.error("this is a pipe or a device", "Save it as a file first")
            with self.path.open("rb") as stream:
                if not stream.read(1):
                    raise self.error("the file is empty", "Fetch or export it again")
        except (FileNotFoundError, NotADirectoryError, ValueError):
            # ValueError: a name that no file can have, such as one with a NUL character.
            raise self.error("there is no such file", "Correct the path") from None
        except OSError as error:
            raise self.error(
                f"cannot be opened ({error.strerror})",
                "Check the path and the permissions of the file",
            ) from None
        if self.path.suffix.lower() != ".gz":
            yield self.path
            return
        with tempfile.TemporaryDirectory(prefix="leohub-") as folder:
            content = Path(folder) / self.path.stem
            try:
                with gzip.open(self.path) as packed, content.open("wb") as stream:
                    shutil.copyfileobj(packed, stream, 1 << 20)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise self.error(
                    f"the .gz file is damaged or incomplete ({error})", "Fetch it again"
                ) from None
            except OSError as error:
                raise self.error(
                    f"the .gz file cannot be unpacked into {folder} ({error.strerror})",
                    "Make room there, or unpack it yourself",
                ) from None
            yield content


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
