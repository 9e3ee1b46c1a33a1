"""Obstruction maps of Starlink dishes, as their local interface gives them in JSON."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leohub.io.ground.dishmap import EARTH_AXES, Attitude, outlook_of
from leohub.io.jsontext import WrongJsonError, json_told
from leohub.io.provenance import InputFile, Source

Floats = NDArray[np.float64]

_MAP = "dishGetObstructionMap"
_STATUS = "dishGetStatus"
_MAP_AGAIN = "Ask the dish again (grpcurl, dish_get_obstruction_map) and save the whole answer"
_STATUS_AGAIN = "Ask the dish again (grpcurl, get_status) and save the whole answer"
_LEAST_SIZE = 3


def read_obstruction_map(
    file: InputFile, *, attitude: Attitude | None = None
) -> tuple[Floats, Source]:
    """Read the obstruction map of a dish as a horizon profile.

    Parameters
    ----------
    file : InputFile
        The answer to `dish_get_obstruction_map` as JSON, whole or only its inner object.
    attitude : Attitude, optional
        How the dish stands; needed for maps in the frame of the dish, otherwise not used.

    Returns
    -------
    horizon_deg : ndarray, shape (360,)
        Elevation up to which the sky is hidden at each whole degree of azimuth [°], as
        `leohub.io.ground.dishmap.outlook_of` defines it.
    source : Source
        Totals: seen_pct, blocked_pct, given_up_pct.

    Raises
    ------
    InputError
        When it is not such a map, is damaged, nothing in it is clear, or it is in a frame that is
        not known or needs the attitude.

    Notes
    -----
    The format is not documented by its maker. Earth frame: starlink-grpc-tools (sparky8512), its
    issue 85; frame of the dish: docs of starlink-satmatch (tijszwinkels), which fitted it to
    satellites, and LEOViz (clarkzjw).
    """
    answer = _answer(file, _MAP, _MAP_AGAIN)
    axes = _axes(file, answer, attitude)
    quality = _quality(file, answer)
    max_theta_deg = _number(file, answer, "maxThetaDeg", 10, 180, _MAP_AGAIN)
    outlook = outlook_of(quality, max_theta_deg, axes)
    if not outlook.clear_pct:
        raise file.error(
            "nothing in the map was seen clear: the dish has not looked at its sky yet",
            "Let it run for some hours after a restart, then ask it again",
        )
    notes = (
        f"{outlook.seen_pct:.1f} % of the sky was seen by the dish; what it has not seen counts as "
        "clear",
        f"of what was seen, {outlook.blocked_pct:.2f} % is blocked, and {outlook.given_up_pct:.2f} "
        "% is clear but below something blocked, and counts as hidden",
    )
    totals = {
        "seen_pct": outlook.seen_pct,
        "blocked_pct": outlook.blocked_pct,
        "given_up_pct": outlook.given_up_pct,
    }
    return outlook.horizon_deg, file.source("horizon", totals=totals, notes=notes)


def read_attitude(file: InputFile) -> Attitude:
    """Read how a dish stands.

    Parameters
    ----------
    file : InputFile
        The answer to `get_status` as JSON, whole or only its inner object.

    Raises
    ------
    InputError
        When it is not such an answer, or does not say how the dish stands.

    Notes
    -----
    `ned2dishQuaternion` turns the axes of the dish into north, east, down: its z is the boresight,
    and its -y is what the obstruction map has below (starlink-satmatch: measured to a degree).
    """
    answer = _answer(file, _STATUS, _STATUS_AGAIN)
    given = answer.get("ned2dishQuaternion")
    if not isinstance(given, dict):
        raise file.error("it has no ned2dishQuaternion: how the dish stands", _STATUS_AGAIN)
    # Members that are zero are left out of such answers.
    w, x, y, z = (
        _number(file, {"q": given.get(name, 0.0)}, "q", -1, 1, _STATUS_AGAIN)
        for name in ("qScalar", "qX", "qY", "qZ")
    )
    length = math.sqrt(w * w + x * x + y * y + z * z)
    if not 0.99 < length < 1.01:
        raise file.error(
            f"ned2dishQuaternion has the length {length:.3f} instead of 1", _STATUS_AGAIN
        )
    boresight = np.array([2 * (y * z - w * x), 2 * (x * z + w * y), 2 * (x * x + y * y) - 1])
    down = -np.array([1 - 2 * (x * x + z * z), 2 * (x * y - w * z), -2 * (y * z + w * x)])
    level = Attitude(
        azimuth_deg=math.degrees(math.atan2(boresight[0], boresight[1])),
        elevation_deg=math.degrees(math.atan2(boresight[2], math.hypot(*boresight[:2]))),
    )
    right, away, _ = level.axes()
    roll_deg = math.degrees(math.atan2(float(down @ right), float(down @ away)))
    return Attitude(level.azimuth_deg, level.elevation_deg, roll_deg)


def _answer(file: InputFile, wanted: str, remedy: str) -> dict[str, Any]:
    """Return the inner object of a dish's answer."""
    with file.unpacked() as path:
        try:
            text = path.read_text(encoding="utf-8-sig")
            with json_told():
                answer = json.loads(text)
        except UnicodeDecodeError:
            raise file.error("the text is not UTF-8, as JSON is", remedy) from None
        except WrongJsonError as wrong:
            raise file.error(wrong.message, remedy, wrong.where) from None
    inner = answer.get(wanted, answer) if isinstance(answer, dict) else None
    expected = "snr" if wanted == _MAP else "ned2dishQuaternion"
    if not isinstance(inner, dict) or (inner is answer and expected not in inner):
        raise file.error(f"it is no answer of a dish: there is no {wanted} in it", remedy)
    return inner


def _axes(file: InputFile, answer: dict[str, Any], attitude: Attitude | None) -> Floats:
    frame = answer.get("mapReferenceFrame", "FRAME_UNKNOWN")
    if frame == "FRAME_EARTH":
        return EARTH_AXES
    if frame != "FRAME_UT":
        raise file.error(
            f"the map does not say which way it is turned (mapReferenceFrame is {frame!r})",
            "Ask the dish again once it is installed and has firmware of September 2024 or later",
        )
    if attitude is None:
        raise file.error(
            "the map is in the frame of the dish (FRAME_UT), as of dishes that may move: where "
            "north is depends on how the dish stands",
            "Give the dish's get_status, saved as JSON at the same time, too",
        )
    return attitude.axes()


def _quality(file: InputFile, answer: dict[str, Any]) -> Floats:
    """Return the pixels, shape (n, n)."""
    rows, columns = (
        int(_number(file, answer, key, _LEAST_SIZE, 10_000, _MAP_AGAIN))
        for key in ("numRows", "numCols")
    )
    if rows != columns:
        raise file.error(f"the map is not square: {rows} rows, {columns} columns", _MAP_AGAIN)
    given = answer.get("snr")
    if not isinstance(given, list) or len(given) != rows * columns:
        count = len(given) if isinstance(given, list) else 0
        raise file.error(
            f"snr has {count:,} values instead of {rows} × {columns} = {rows * columns:,}",
            _MAP_AGAIN,
        )
    wrong = [place for place, value in enumerate(given) if not _is_between(value, -1, 1)]
    if wrong:
        raise file.error(
            f"{len(wrong):,} values of snr are not numbers from -1 to 1; the first is "
            f"{given[wrong[0]]!r}",
            _MAP_AGAIN,
            f"snr[{wrong[0]}]",
        )
    return np.array(given, dtype=np.float64).reshape(rows, columns)


def _number(
    file: InputFile, answer: dict[str, Any], key: str, low: float, high: float, remedy: str
) -> float:
    value = answer.get(key)
    if not _is_between(value, low, high):
        said = "is missing" if value is None else f"{value!r} is not a number from {low} to {high}"
        raise file.error(f"{key} {said}", remedy)
    return float(value)  # type: ignore[arg-type]


def _is_between(value: object, low: float, high: float) -> bool:
    # Python takes true and false for numbers; NaN is between nothing.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
