"""The sky in a terminal: a chart made of characters, and the hours ahead as lines of bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from leohub.report.palette import ALARM, MUTED_DARK, RULE_DARK
from leohub.report.skyscene import NOBODY, Scene
from leohub.report.skystyle import ARC_COLOUR, SERVES, SIGNS, USABLE_COLOUR, Sign
from leohub.sky.visibility.arc import arc_angle_deg, trace_arc
from leohub.sky.visibility.geometry import direction_of
from leohub.sky.visibility.view import LOW, STATES, hidden_below_deg

Floats = NDArray[np.float64]

RING_CELLS: Final = 720
"""Points of a ring: more than it has characters."""

LONGEST_LABEL: Final = 9
"""Letters in front of the lines of bars."""


@dataclass(frozen=True)
class Letters:
    """What the ground of the chart and the bars are made of.

    Attributes
    ----------
    ring, band, arc, ground : str
        The horizon and the minimum elevation; the avoided band; the geostationary arc; what hides
        the sky.
    bars : str
        From nothing to most.
    gap : str
    """

    ring: str
    band: str
    arc: str
    ground: str
    bars: str
    gap: str


FULL: Final = Letters("·", "░", "▒", "▓", " ▁▂▃▄▅▆▇█", "▀")
ASCII: Final = Letters(".", ":", "=", "%", " _.-=+*#@", "!")


def letter_of(sign: Sign, *, ascii_only: bool) -> str:
    """Return how satellites of a state are typed."""
    return sign.plain if ascii_only else sign.letter


def dome_width(rows: int) -> int:
    """Return how wide a dome of some lines is [letters]."""
    return 2 * rows + 1


def dome(scene: Scene, rows: int, *, ascii_only: bool = False) -> Text:
    """Return the sky as one looks up at it, north above and east on the left.

    Satellites below the minimum elevation are left out: there are too many of them.

    Parameters
    ----------
    scene : Scene
    rows : int
        Height, an odd number [lines].
    ascii_only : bool
        For terminals that know nothing else.
    """
    letters = ASCII if ascii_only else FULL
    grid = _Grid(rows)
    _lay_ground(grid, scene, letters)
    states = scene.above["state"].to_numpy()
    for state in reversed(STATES):
        if state != LOW:
            sign, table = SIGNS[state], scene.above[states == state]
            grid.put(
                table["azimuth_deg"].to_numpy(),
                table["elevation_deg"].to_numpy(),
                letter_of(sign, ascii_only=ascii_only),
                sign.colour,
            )
    now = scene.day.isel(time=0)
    if int(now["serving"]) != NOBODY:
        grid.put(
            now["serving_azimuth_deg"].to_numpy().reshape(1),
            now["serving_elevation_deg"].to_numpy().reshape(1),
            letter_of(SERVES, ascii_only=ascii_only),
            f"bold {SERVES.colour}",
        )
    return grid.text()


def hours_ahead(scene: Scene, width: int, *, ascii_only: bool = False) -> Text:
    """Return satellites in view and usable over the hours as bars, gaps marked under them.

    Every bar is the worst slot of its time.

    Parameters
    ----------
    scene : Scene
    width : int
        Of the whole [letters].
    ascii_only : bool
        For terminals that know nothing else.
    """
    letters = ASCII if ascii_only else FULL
    day = scene.day
    slots = len(day["time"])
    bins = min(slots, max(1, width - LONGEST_LABEL))
    first = np.arange(bins) * slots // bins
    most = max(1, int(day["in_view"].max()))
    text = Text()
    for label, name, style in (
        ("in view", "in_view", MUTED_DARK),
        ("usable", "usable", USABLE_COLOUR),
    ):
        worst = np.minimum.reduceat(day[name].to_numpy(), first)
        # What is not nothing has at least the smallest bar.
        heights = np.ceil(worst / most * (len(letters.bars) - 1)).astype(int)
        text.append(label.ljust(LONGEST_LABEL), style="dim")
        text.append("".join(letters.bars[height] for height in heights) + "\n", style=style)
    gap = np.minimum.reduceat(day["usable"].to_numpy(), first) == 0
    if gap.any():
        text.append("gaps".ljust(LONGEST_LABEL), style="dim")
        text.append("".join(letters.gap if one else " " for one in gap) + "\n", style=ALARM)
    text.append(" " * LONGEST_LABEL + _clocks(scene, first), style="dim")
    return text


def _clocks(scene: Scene, first: NDArray[np.int_]) -> str:
    """Return the times under the bars: as many as have room."""
    times = scene.day["time"].to_numpy()[first].astype("datetime64[m]")
    words = [str(moment)[-5:] for moment in times]
    return "".join(words[place].ljust(12) for place in range(0, len(words) - 4, 12)).rstrip()


def _lay_ground(grid: _Grid, scene: Scene, letters: Letters) -> None:
    """Lay what is behind the satellites: band, arc, rings, what hides the sky, the compass."""
    place = scene.place
    where = (float(place.lat_deg[0]), float(place.lon_deg[0]), float(place.height_km[0]))
    azimuth_deg, elevation_deg = grid.directions()
    direction = direction_of(elevation_deg, azimuth_deg, *where[:2])
    near = arc_angle_deg(direction, *where) < scene.rules.arc_avoidance_deg
    grid.put(azimuth_deg[near], elevation_deg[near], letters.band, f"dim {ARC_COLOUR}")
    arc_azimuth_deg, arc_elevation_deg = trace_arc(*where)
    grid.put(arc_azimuth_deg, np.maximum(arc_elevation_deg, 0), letters.arc, ARC_COLOUR)
    hidden = elevation_deg < hidden_below_deg(place, azimuth_deg)
    grid.put(azimuth_deg[hidden], elevation_deg[hidden], letters.ground, RULE_DARK)
    around = np.linspace(0, 360, RING_CELLS, endpoint=False)
    for height_deg in (0.0, scene.rules.min_elevation_deg):
        grid.put(around, np.full(RING_CELLS, height_deg), letters.ring, MUTED_DARK)
    for letter, azimuth in zip("NESW", (0.0, 90.0, 180.0, 270.0), strict=True):
        grid.put(np.array([azimuth]), np.array([-1.0]), letter, "bold")


class _Grid:
    """Characters over the sky; the last one that is put somewhere is seen."""

    def __init__(self, rows: int) -> None:
        self.radius = (rows - 1) // 2 - 1
        self.height, self.width = 2 * self.radius + 3, dome_width(2 * self.radius + 3)
        self.letters = np.full((self.height, self.width), " ", dtype=object)
        self.styles = np.full((self.height, self.width), "", dtype=object)

    def put(self, azimuth_deg: Floats, elevation_deg: Floats, letter: str, style: str) -> None:
        """Put a character in some directions; one below the horizon goes around the sky."""
        below = elevation_deg < 0
        sunk = self.radius * (90 - np.maximum(elevation_deg, 0)) / 90 + 1.0 * below
        azimuth = np.radians(azimuth_deg)
        row = np.round(self.radius + 1 - sunk * np.cos(azimuth)).astype(int)
        column = np.round(2 * self.radius + 3 - 2 * sunk * np.sin(azimuth)).astype(int)
        self.letters[row, column], self.styles[row, column] = letter, style

    def directions(self) -> tuple[Floats, Floats]:
        """Return azimuth and elevation of every character that shows sky [°], shape (n,) each."""
        row, column = np.mgrid[: self.height, : self.width]
        north = self.radius + 1 - row
        east = (2 * self.radius + 3 - column) / 2
        elevation_deg = 90 * (1 - np.hypot(north, east) / max(self.radius, 1))
        azimuth_deg = np.degrees(np.arctan2(east, north)) % 360
        sky = elevation_deg >= 0
        return azimuth_deg[sky], elevation_deg[sky]

    def text(self) -> Text:
        text = Text(no_wrap=True)
        for letters, styles in zip(self.letters, self.styles, strict=True):
            for letter, style in zip(letters, styles, strict=True):
                text.append(str(letter), style=str(style))
            text.append("\n")
        text.rstrip()
        return text
