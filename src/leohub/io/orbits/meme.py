"""The text of one published ephemeris: where an operator says that a satellite will be.

Positions and velocities in MEME axes (mean equator and mean equinox of J2000), every minute for
three days, below four lines of header::

    created:2026-09-11 01:55:52 UTC
    ephemeris_start:2026-09-11 01:42:42 UTC ephemeris_stop:2026-09-14 01:42:42 UTC step_size:60
    ephemeris_source:blend
    UVW
    2026254014242.000 4244.3465367594 1264.3254891872 5043.9826441325 3.59 5.25 -4.33

with the moment as year, day of the year and time of day [UTC], then x y z [km] and their rates
[km/s]. Three lines with the 21 numbers of a covariance may follow each state; they are not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.constants import FIRST_YEAR, LAST_YEAR, WGS84_A_KM
from leohub.errors import Problems
from leohub.sky.motion.moments import Times
from leohub.sky.motion.published import POINTS

Floats = NDArray[np.float64]

_CREATED = re.compile(r"^\s*created:\s*(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\s*UTC", re.MULTILINE)
_SPAN = re.compile(
    r"^\s*ephemeris_start:\s*(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\s*UTC"
    r"\s+ephemeris_stop:\s*(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\s*UTC"
    r"\s+step_size:\s*(\d+(?:\.\d+)?)",
    re.MULTILINE,
)
_STATE = re.compile(r"\s*\d{13}\.\d")
_NUMBERS = 7
"""In the line of a state: moment, position, velocity."""
_COVARIANCE_LINES = 3
_HEADER_LINES = 10
_LONGEST_STEP_S = 180.0
"""Up to here positions in between are found to a metre."""
_HIGHEST_KM = 100_000.0
_FASTEST_KM_S = 11.2
_TOLERANCE_S = 0.002
_HEADER_TOLERANCE_S = 1.0
"""The header gives whole seconds."""
_AGAIN = "The file is cut off or damaged: fetch it again"


@dataclass(frozen=True)
class Ephemeris:
    """The states of one satellite, `k` of them.

    Attributes
    ----------
    created : datetime64[us]
        When the operator computed them [UTC].
    times : ndarray of datetime64[us], shape (k,)
        UTC, in even steps.
    step_s : float
    position, velocity : ndarray, shape (k, 3)
        In axes of J2000 [km, km/s].
    """

    created: np.datetime64
    times: Times
    step_s: float
    position: Floats
    velocity: Floats


def parse_meme(text: str, problems: Problems) -> Ephemeris | None:
    """Return the ephemeris in a text, or None where something is wrong with it.

    Noted are: a header that does not say when it was made and what it covers, lines that are cut
    off or no numbers, moments that are not in even steps or not those of the header, and positions
    that no satellite can have.
    """
    lines = text.splitlines()
    header = "\n".join(lines[:_HEADER_LINES])
    created, span = _CREATED.search(header), _SPAN.search(header)
    for found, named in ((created, "created:"), (span, "ephemeris_start: … step_size:")):
        if found is None:
            problems.add("", f"its first lines do not have {named!r}", _AGAIN)
    if created is None or span is None:
        return None
    begin = next((k for k, line in enumerate(lines) if _STATE.match(line)), len(lines))
    rows = _state_rows(lines, begin, problems)
    numbers = _to_numbers(lines, rows, problems)
    if numbers is None:
        return None
    times = _to_times(numbers[:, 0], rows, problems)
    if times is None:
        return None
    step_s = float(span[5])
    _check_steps(times, step_s, rows, problems)
    _check_span(times, _moment(span[1], span[2]), _moment(span[3], span[4]), problems)
    _check_places(numbers, rows, problems)
    if problems.found:
        return None
    return Ephemeris(
        created=_moment(created[1], created[2]),
        times=times,
        step_s=step_s,
        position=numbers[:, 1:4],
        velocity=numbers[:, 4:7],
    )


def _moment(date: str, time: str) -> np.datetime64:
    return np.datetime64(f"{date}T{time}", "us")


def _state_rows(lines: Sequence[str], begin: int, problems: Problems) -> range:
    """Return the places of the lines with states: every one, or every fourth."""
    end = len(lines)
    while end > begin and not lines[end - 1].strip():
        end -= 1
    second = next((k for k in range(begin + 1, end) if _STATE.match(lines[k])), end)
    if end - begin < 2 or second == end:
        problems.add("", "there are fewer than two states in it", _AGAIN)
    elif second - begin not in (1, 1 + _COVARIANCE_LINES):
        problems.add(
            f"row {begin + 1}",
            f"{second - begin - 1} lines follow the state instead of the {_COVARIANCE_LINES} of "
            "its covariance",
            _AGAIN,
        )
    elif (end - begin) % (second - begin):
        problems.add(f"row {end}", "the last state is cut off", _AGAIN)
    return range(begin, end, max(1, second - begin))


def _to_numbers(lines: Sequence[str], rows: range, problems: Problems) -> Floats | None:
    """Return the numbers of the states, shape (k, 7); None where a line has others."""
    if problems.found:
        return None
    words = " ".join([lines[row] for row in rows]).split()
    try:
        numbers = np.array(list(map(float, words))).reshape(len(rows), _NUMBERS)
    except ValueError:
        numbers = np.full((1, _NUMBERS), np.nan)
    if np.isfinite(numbers).all():
        return numbers
    problems.add_rows(
        [(row + 1, f"{_shown(lines[row])} is not a state") for row in rows if _bad(lines[row])],
        _AGAIN,
    )
    return None


def _bad(line: str) -> bool:
    words = line.split()
    try:
        return len(words) != _NUMBERS or not np.isfinite(list(map(float, words))).all()
    except ValueError:
        return True


def _shown(line: str) -> str:
    return repr(line if len(line) <= 40 else f"{line[:40]}…")


def _to_times(stamps: Floats, rows: range, problems: Problems) -> Times | None:
    """Return the moments of stamps yyyydddhhmmss.sss; None where one is no moment."""
    whole, milliseconds = np.divmod(np.round(stamps * 1000).astype(np.int64), 1000)
    whole, second = np.divmod(whole, 100)
    whole, minute = np.divmod(whole, 100)
    whole, hour = np.divmod(whole, 100)
    year, day = np.divmod(whole, 1000)
    sound = (second < 60) & (minute < 60) & (hour < 24) & (day >= 1) & (day <= 366)
    sound &= (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    if not sound.all():
        problems.add_rows(
            [
                (rows[k] + 1, f"{stamps[k]:017.3f} is not a moment (year, day of year, time)")
                for k in np.flatnonzero(~sound).tolist()
            ],
            _AGAIN,
        )
        return None
    seconds = ((day - 1) * 24 + hour) * 3600 + minute * 60 + second
    new_year = (year - 1970).astype("datetime64[Y]").astype("datetime64[us]")
    return np.asarray(new_year + ((seconds * 1000 + milliseconds) * 1000).astype("timedelta64[us]"))


def _check_steps(times: Times, step_s: float, rows: range, problems: Problems) -> None:
    if not 0 < step_s <= _LONGEST_STEP_S:
        problems.add(
            "",
            f"its positions are {step_s:g} s apart; up to {_LONGEST_STEP_S:g} s the ones in "
            "between can be found",
            "Give an ephemeris with shorter steps",
        )
        return
    found_s = np.diff(times) / np.timedelta64(1, "s")
    uneven = np.flatnonzero(np.abs(found_s - step_s) > _TOLERANCE_S).tolist()
    problems.add_rows(
        [
            (
                rows[k + 1] + 1,
                f"the state comes {found_s[k]:g} s after the one before, instead of {step_s:g} s",
            )
            for k in uneven
        ],
        _AGAIN,
    )
    if len(times) < POINTS:
        problems.add(
            "", f"it has {len(times)} states; {POINTS} are needed", "Give a longer ephemeris"
        )


def _check_span(
    times: Times, start: np.datetime64, stop: np.datetime64, problems: Problems
) -> None:
    for promised, given, named in ((start, times[0], "first"), (stop, times[-1], "last")):
        if abs((given - promised) / np.timedelta64(1, "s")) > _HEADER_TOLERANCE_S:
            problems.add(
                "",
                f"the header says that the {named} state is of {promised.astype('datetime64[s]')}, "
                f"but it is of {given.astype('datetime64[s]')}",
                _AGAIN,
            )


def _check_places(numbers: Floats, rows: range, problems: Problems) -> None:
    radius_km = np.linalg.norm(numbers[:, 1:4], axis=1)
    speed_km_s = np.linalg.norm(numbers[:, 4:7], axis=1)
    wrong = (radius_km < WGS84_A_KM) | (radius_km > _HIGHEST_KM) | (speed_km_s > _FASTEST_KM_S)
    wrong |= speed_km_s == 0
    problems.add_rows(
        [
            (
                rows[k] + 1,
                f"{radius_km[k]:,.0f} km from the centre of the Earth at {speed_km_s[k]:.1f} km/s "
                "is no orbit",
            )
            for k in np.flatnonzero(wrong).tolist()
        ],
        "Fetch it again: positions are in km, velocities in km/s",
    )
