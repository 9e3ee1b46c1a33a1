"""Published ephemerides (one MEME text file a satellite, or many) → `Constellation`."""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from leohub.errors import SHOWN_PER_KIND, InputError, Problem
from leohub.io.orbits.meme import parse_meme
from leohub.io.orbits.records import minute
from leohub.io.provenance import InputFile, Source, sha256_of
from leohub.sky.constellation import Constellation
from leohub.sky.motion.frames import earth_turn
from leohub.sky.motion.moments import Times
from leohub.sky.motion.orientation import EarthOrientation, j2000_to_itrf
from leohub.sky.motion.osculating import elements_from_states
from leohub.sky.motion.published import PublishedPositions

Floats = NDArray[np.float64]

NAMED = "MEME_<catalogue number>_<name>_<day and time>_<kind>_<note>_<class>.txt"
_NAME = re.compile(
    r"MEME_(\d{1,9})_(.+)_\d{7}_[A-Za-z]+_[^_]*_[A-Za-z]+\.txt(\.gz)?", re.IGNORECASE
)
_MAX_FILE_BYTES = 64 << 20
"""A file of three days has 2 MB."""
_ROWS_AT_ONCE = 64
_MAX_POSITIONS = 60_000_000
"""11,000 satellites at every minute of three days have 48 million: 1.1 GB."""


@dataclass(frozen=True)
class _Satellite:
    file: str
    norad_id: int
    name: str
    created: np.datetime64
    start: np.datetime64
    step_s: float
    elements: dict[str, float]


class _Positions:
    """Positions of satellites, some with more than others, in one array that grows.

    There may be a gigabyte of them, so that they are never held twice.
    """

    def __init__(self) -> None:
        self.count: list[int] = []
        self._array = np.empty((0, 0, 3))

    def append(self, position: Floats) -> None:
        """Add a satellite's positions, shape (k, 3)."""
        row, longest = len(self.count), self._array.shape[1]
        if len(position) > longest:
            longer = np.full((row, len(position), 3), np.nan)
            longer[:, :longest] = self._array[:row]
            self._array, longest = longer, len(position)
        if row == len(self._array):
            self._array.resize((row + _ROWS_AT_ONCE, longest, 3), refcheck=False)
        self._array[row, : len(position)] = position
        self._array[row, len(position) :] = np.nan
        self.count.append(len(position))

    def padded(self) -> Floats:
        """Return those of all satellites, shape (n, k, 3), with NaN after the last of each."""
        return self._array[: len(self.count)]


@dataclass
class _Found:
    """What was read so far."""

    satellites: list[_Satellite] = field(default_factory=list)
    positions: _Positions = field(default_factory=_Positions)
    faults: list[tuple[Problem, ...]] = field(default_factory=list)
    others: int = 0


def is_published(file: InputFile) -> bool:
    """Tell published ephemerides from element sets: by the name, or a folder or .zip of them."""
    return (
        file.path.is_dir()
        or file.path.suffix.lower() == ".zip"
        or _NAME.fullmatch(file.path.name) is not None
    )


def read_published(
    file: InputFile,
    *,
    name: str,
    role: str = "elements",
    orientation: EarthOrientation | None = None,
) -> tuple[Constellation, Source]:
    """Read the ephemerides that an operator publishes: a file, a folder of them, or a .zip.

    Parameters
    ----------
    file : InputFile
        Text files as `leohub.io.orbits.meme` describes them, named as they are published:
        ``MEME_44713_STARLINK-1007_2540142_Operational_1473385380_UNCLASSIFIED.txt``, also as
        ``.gz``. Files with other names in a folder or .zip are left out and counted.
    name : str
        Name of the constellation, e.g. the operator.
    role : str
        What the study uses the file for.
    orientation : EarthOrientation, optional
        How the Earth stands; without it UT1 = UTC and the pole is fixed.

    Returns
    -------
    constellation : Constellation
        With `published` positions. Its elements are derived from them, only to tell the shell of
        a satellite; the epoch is the first position.
    source : Source

    Raises
    ------
    InputError
        With every problem of the first files that have any, and the names of the others: cut-off
        files, impossible positions, one satellite in two files, or no ephemerides at all.

    Notes
    -----
    Names: Space-Track, Spaceflight Safety Handbook for Operators, ephemeris file naming.
    """
    found, axes, total = _Found(), _Axes(orientation), 0
    for named, content in _contents(file, found):
        try:
            satellite, position = _read_one(InputFile(file.path, named=named), content, axes)
        except InputError as error:
            found.faults.append(error.problems)
            continue
        total += len(position)
        if total > _MAX_POSITIONS:
            raise file.error(
                f"it holds more than {_MAX_POSITIONS:,} positions", "Give fewer satellites"
            )
        found.satellites.append(satellite)
        found.positions.append(position)
    _raise_faults(file, found)
    notes = _notes(found)
    constellation = _to_constellation(found, name)
    totals = {"satellites": len(constellation), "positions": total}
    return constellation, _source(file, role, totals, notes)


class _Axes:
    """Turns of the axes at many moments; those of the last file are kept, most files share them."""

    def __init__(self, orientation: EarthOrientation | None) -> None:
        self._orientation = orientation
        self._times = np.empty(0, dtype="datetime64[us]")
        self._to_itrf = self._to_teme = np.empty((0, 3, 3))

    def at(self, times: Times) -> tuple[Floats, Floats]:
        """Return what turns from J2000 to ITRF and to TEME, each of shape (k, 3, 3)."""
        if not np.array_equal(times, self._times):
            to_itrf = j2000_to_itrf(times, self._orientation)
            cos, sin = earth_turn(times, self._orientation)[:, :2].T
            back = np.zeros((len(times), 3, 3))
            back[:, 0, 0], back[:, 0, 1], back[:, 1, 0], back[:, 1, 1] = cos, -sin, sin, cos
            back[:, 2, 2] = 1.0
            self._times, self._to_itrf, self._to_teme = times, to_itrf, back @ to_itrf
        return self._to_itrf, self._to_teme


def _contents(file: InputFile, found: _Found) -> Iterator[tuple[str, bytes]]:
    """Yield what messages call each ephemeris, ending in its own name, and its bytes."""
    if file.path.is_dir():
        yield from _in_folder(file, found)
    elif file.path.suffix.lower() == ".zip":
        yield from _in_zip(file, found)
    else:
        yield file.name, _content(file)


def _in_folder(file: InputFile, found: _Found) -> Iterator[tuple[str, bytes]]:
    try:
        paths = sorted(path for path in file.path.iterdir() if path.is_file())
    except OSError as error:
        raise file.error(
            f"the folder cannot be read ({error.strerror})", "Check its permissions"
        ) from None
    for path in paths:
        if not _NAME.fullmatch(path.name):
            found.others += 1
            continue
        named = f"{file.name}/{path.name}"
        try:
            content = _content(InputFile(path, named=named))
        except InputError as error:
            found.faults.append(error.problems)
        else:
            yield named, content


def _content(file: InputFile) -> bytes:
    with file.unpacked() as path:
        _refuse_large(file, path.stat().st_size)
        return path.read_bytes()


def _in_zip(file: InputFile, found: _Found) -> Iterator[tuple[str, bytes]]:
    with file.unpacked() as path, _zip_told(file), zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if not _NAME.fullmatch(PurePosixPath(member.filename).name):
                found.others += not member.is_dir()
                continue
            named = f"{file.name}/{member.filename}"
            _refuse_large(InputFile(file.path, named=named), member.file_size)
            yield named, archive.read(member)


@contextmanager
def _zip_told(file: InputFile) -> Iterator[None]:
    """Tell what the standard library raises on a .zip that it cannot unpack."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise file.error(
            f"the .zip file is damaged or incomplete ({error})", "Fetch it again"
        ) from None
    except RuntimeError as error:
        # A password, or a way of packing that Python does not know.
        raise file.error(f"the .zip file cannot be unpacked ({error})", "Unpack it first") from None


def _refuse_large(file: InputFile, size_bytes: int) -> None:
    if size_bytes > _MAX_FILE_BYTES:
        raise file.error(
            f"{size_bytes:,} bytes are too many for one satellite", "Take it out, or fetch it again"
        )


def _read_one(file: InputFile, content: bytes, axes: _Axes) -> tuple[_Satellite, Floats]:
    """Return the satellite of one ephemeris and its positions in ITRF, shape (k, 3) [km]."""
    told = _NAME.fullmatch(PurePosixPath(file.name).name)
    if told is None:
        raise file.error("its name does not tell the satellite", f"Name it {NAMED}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise file.error("this is not a text file", "Fetch it again") from None
    problems = file.problems()
    ephemeris = parse_meme(text, problems)
    problems.raise_if_any()
    assert ephemeris is not None
    try:
        to_itrf, to_teme = axes.at(ephemeris.times)
    except ValueError as error:
        raise file.error(str(error), "Give a bulletin that covers these days, or none") from None
    satellite = _Satellite(
        file=file.name,
        norad_id=int(told[1]),
        name=told[2],
        created=ephemeris.created,
        start=ephemeris.times[0],
        step_s=ephemeris.step_s,
        elements=elements_from_states(
            _turned(to_teme, ephemeris.position),
            _turned(to_teme, ephemeris.velocity),
            ephemeris.step_s,
        ),
    )
    return satellite, _turned(to_itrf, ephemeris.position)


def _turned(matrices: Floats, columns: Floats) -> Floats:
    return np.asarray((matrices @ columns[:, :, None])[:, :, 0])


def _raise_faults(file: InputFile, found: _Found) -> None:
    """Raise what is wrong: the first files in full, the names of the others."""
    problems = file.problems()
    for of_one_file in found.faults[:SHOWN_PER_KIND]:
        problems.extend(of_one_file)
    rest = found.faults[SHOWN_PER_KIND:]
    if rest:
        names = ", ".join(PurePosixPath(faults[0].file).name for faults in rest[:SHOWN_PER_KIND])
        more = ", …" if len(rest) > SHOWN_PER_KIND else ""
        problems.add("", f"{len(rest):,} more files are wrong: {names}{more}", "Fetch them again")
    files: dict[int, list[str]] = defaultdict(list)
    for satellite in found.satellites:
        files[satellite.norad_id].append(PurePosixPath(satellite.file).name)
    for norad_id, names_of_one in files.items():
        if len(names_of_one) > 1:
            problems.add(
                "",
                f"satellite {norad_id} is in {len(names_of_one)} files: {', '.join(names_of_one)}",
                "Keep one file per satellite, the newest",
            )
    if not problems.found and not found.satellites:
        problems.add("", "there are no ephemerides in it", f"Give files named {NAMED}")
    problems.raise_if_any()


def _notes(found: _Found) -> tuple[str, ...]:
    created = np.sort([satellite.created for satellite in found.satellites])
    starts = np.array([satellite.start for satellite in found.satellites])
    steps_s = np.array([satellite.step_s for satellite in found.satellites])
    lengths_s = steps_s * (np.array(found.positions.count) - 1)
    ends = starts + (1e6 * lengths_s).astype("timedelta64[us]")
    notes = [
        f"positions as the operator expects them, made from {minute(created[0])} to "
        f"{minute(created[-1])} UTC; elements are derived from them to tell the shells",
        f"the first from {minute(starts.min())}, the last to {minute(ends.max())} UTC; "
        + (
            f"all of them from {minute(starts.max())} to {minute(ends.min())}"
            if starts.max() < ends.min()
            else "at no moment all of them"
        ),
    ]
    if found.others:
        notes.append(f"files with other names, left out: {found.others:,}")
    return tuple(notes)


def _to_constellation(found: _Found, name: str) -> Constellation:
    satellites = found.satellites
    return Constellation(
        name=name,
        basis="measured",
        norad_id=np.array([satellite.norad_id for satellite in satellites], dtype=np.int64),
        object_name=np.array([satellite.name for satellite in satellites], dtype=np.str_),
        shell=np.full(len(satellites), "", dtype="<U16"),
        epoch=np.array([satellite.start for satellite in satellites], dtype="datetime64[us]"),
        published=_to_published(found),
        **{
            element: np.array([satellite.elements[element] for satellite in satellites])
            for element in satellites[0].elements
        },
    )


def _to_published(found: _Found) -> PublishedPositions:
    return PublishedPositions(
        start=np.array([satellite.start for satellite in found.satellites], dtype="datetime64[us]"),
        step_s=np.array([satellite.step_s for satellite in found.satellites]),
        count=np.array(found.positions.count, dtype=np.int64),
        position=found.positions.padded(),
    )


def _source(
    file: InputFile, role: str, totals: Mapping[str, float], notes: tuple[str, ...]
) -> Source:
    """Return the record of a file; of a folder the hash is that of what sha256sum would print."""
    if not file.path.is_dir():
        return file.source(role, totals=totals, notes=notes)
    paths = sorted(path for path in file.path.iterdir() if _NAME.fullmatch(path.name))
    listed = "".join(f"{sha256_of(path)}  {path.name}\n" for path in paths)
    return Source(
        role=role,
        file=file.name,
        sha256=hashlib.sha256(listed.encode()).hexdigest(),
        size_bytes=sum(path.stat().st_size for path in paths),
        basis=file.basis,
        origin=file.origin,
        date=file.date,
        licence=file.licence,
        totals=totals,
        notes=notes,
    )
