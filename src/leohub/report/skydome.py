"""The sky as one looks up at it: north above, east on the left."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.patheffects import withStroke
from matplotlib.projections.polar import PolarAxes
from numpy.typing import NDArray

from leohub.report.palette import INK_DARK, MUTED_DARK, PAPER_DARK, RULE_DARK
from leohub.report.skyscene import NOBODY, Scene
from leohub.report.skystyle import ARC_COLOUR, SERVES, SERVING_COLOUR, SIGNS
from leohub.sky.visibility.arc import arc_angle_deg, trace_arc
from leohub.sky.visibility.geometry import direction_of
from leohub.sky.visibility.view import LOW, STATES, hidden_below_deg

Floats = NDArray[np.float64]

ZENITH: Final = "#22394a"
NADIR: Final = "#060a0d"
DASHES: Final = (0, (5, 3))

COMPASS: Final = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
LABELS_DEG: Final = 337.5
"""Azimuth along which rings are labelled."""


def draw_dome(axes: PolarAxes, scene: Scene) -> None:
    """Draw what stands over the place at the first moment, and how it came there."""
    axes.set_theta_zero_location("N")
    axes.set_facecolor(PAPER_DARK)
    axes.set_ylim(0, 90)
    axes.set_yticks([30, 60], labels=[])
    axes.set_xticks(np.radians(np.arange(0, 360, 45)), COMPASS, fontsize=13, color=INK_DARK)
    axes.grid(color=RULE_DARK, linewidth=0.8)
    axes.spines["polar"].set_color(MUTED_DARK)
    _draw_ground(axes)
    _draw_arc(axes, scene)
    _draw_horizon(axes, scene)
    around = np.linspace(0, 2 * np.pi, 361)
    lowest = np.full(361, 90 - scene.rules.min_elevation_deg)
    axes.plot(around, lowest, color=MUTED_DARK, lw=1.2, ls=DASHES)
    for elevation_deg in (30, 60):
        _label_ring(axes, elevation_deg)
    _draw_trails(axes, scene)
    _draw_satellites(axes, scene)
    _draw_serving(axes, scene)


def _draw_ground(axes: PolarAxes) -> None:
    """Draw the night: a little light in the zenith, none at the horizon."""
    night = LinearSegmentedColormap.from_list("night", [ZENITH, PAPER_DARK, NADIR])
    azimuth, sunk = np.meshgrid(np.linspace(0, 2 * np.pi, 181), np.linspace(0, 90, 46))
    axes.contourf(azimuth, sunk, sunk, levels=np.linspace(0, 90, 25), cmap=night, zorder=0)


def _draw_arc(axes: PolarAxes, scene: Scene) -> None:
    """Draw the geostationary arc and the band around it that is avoided."""
    place = scene.place
    where = (float(place.lat_deg[0]), float(place.lon_deg[0]), float(place.height_km[0]))
    azimuth_deg, elevation_deg = trace_arc(*where)
    if not len(azimuth_deg):
        return
    avoid_deg = scene.rules.arc_avoidance_deg
    if avoid_deg > 0:
        azimuth, sunk = np.meshgrid(np.linspace(0, 360, 361), np.linspace(0, 90, 121))
        direction = direction_of(90 - sunk, azimuth, *where[:2]).reshape(-1, 3)
        angle = arc_angle_deg(direction, *where).reshape(azimuth.shape)
        band = [to_rgba(ARC_COLOUR, 0.17)]
        axes.contourf(np.radians(azimuth), sunk, angle, levels=[-1, avoid_deg], colors=band)
    axes.plot(np.radians(azimuth_deg), 90 - elevation_deg, color=ARC_COLOUR, lw=1.8, zorder=3)


def _draw_horizon(axes: PolarAxes, scene: Scene) -> None:
    """Draw what stands around the place and hides the sky."""
    if scene.place.horizon_deg is None:
        return
    azimuth_deg = np.arange(361.0)
    edge = 90 - hidden_below_deg(scene.place, azimuth_deg % 360)
    azimuth = np.radians(azimuth_deg)
    axes.fill_between(azimuth, edge, 90, color=NADIR, alpha=0.8, lw=0, zorder=3.2)
    axes.plot(azimuth, edge, color=MUTED_DARK, lw=1.6, zorder=3.3)


def _label_ring(axes: PolarAxes, elevation_deg: float) -> None:
    axes.text(
        np.radians(LABELS_DEG),
        90 - elevation_deg,
        f"{elevation_deg:g}°",
        color=MUTED_DARK,
        fontsize=9.5,
        ha="center",
        va="center",
        path_effects=[withStroke(linewidth=3, foreground=PAPER_DARK)],
        zorder=3.5,
    )


def _draw_trails(axes: PolarAxes, scene: Scene) -> None:
    """Draw where satellites came from: the nearer to now, the brighter."""
    azimuth_deg, elevation_deg = scene.trails
    points = np.stack([np.radians(azimuth_deg), 90 - elevation_deg], axis=-1)
    pieces = np.stack([points[:, :-1], points[:, 1:]], axis=2)
    brightness = np.linspace(0.04, 0.75, pieces.shape[1])
    states = scene.above["state"].to_numpy()
    for state, sign in SIGNS.items():
        chosen = pieces[states == state]
        if not len(chosen):
            continue
        faint = 0.4 if state == LOW else 1.0
        colours = [to_rgba(sign.colour, faint * share) for share in brightness] * len(chosen)
        width = 0.8 if state == LOW else 2.0
        axes.add_collection(
            LineCollection(list(chosen.reshape(-1, 2, 2)), colors=colours, lw=width, zorder=4),
            autolim=False,
        )


def _draw_satellites(axes: PolarAxes, scene: Scene) -> None:
    for state in reversed(STATES):
        sign, table = SIGNS[state], scene.above[scene.above["state"] == state]
        azimuth, sunk = np.radians(table["azimuth_deg"]), 90 - table["elevation_deg"]
        axes.scatter(
            azimuth,
            sunk,
            marker=sign.marker,
            s=sign.size,
            color=sign.colour,
            edgecolors=PAPER_DARK,
            linewidths=0.0 if state == LOW else 0.8,
            zorder=5,
        )


def _draw_serving(axes: PolarAxes, scene: Scene) -> None:
    """Ring and name the satellite that serves."""
    now = scene.day.isel(time=0)
    norad_id = int(now["serving"])
    if norad_id == NOBODY:
        return
    azimuth = np.radians(float(now["serving_azimuth_deg"]))
    sunk = 90 - float(now["serving_elevation_deg"])
    axes.scatter(
        azimuth, sunk, s=SERVES.size, facecolors="none", edgecolors=SERVING_COLOUR, lw=2.0, zorder=6
    )
    # East is on the left: a name is written towards the middle of the sky.
    on_left = np.sin(azimuth) > 0
    axes.annotate(
        scene.names[norad_id],
        (azimuth, sunk),
        xytext=(13 if on_left else -13, 11),
        textcoords="offset points",
        ha="left" if on_left else "right",
        color=SERVING_COLOUR,
        fontsize=11.5,
        fontweight="bold",
        path_effects=[withStroke(linewidth=3.5, foreground=PAPER_DARK)],
        zorder=7,
    )
