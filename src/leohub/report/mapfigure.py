"""The map as a still picture: for slides, for print, and for browsers that cannot draw maps."""

from __future__ import annotations

import base64
import io
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from leohub.report.countryfigure import country_picture, frame_country, outlines
from leohub.report.digest import Digest
from leohub.report.palette import HUB, INK, MUTED, PEOPLE, class_breaks


def draw_map(axes: Axes, digest: Digest) -> None:
    """Draw people per km², boundaries and hubs, with a legend on the left of the map."""
    results, frame = digest.results, digest.hexagons
    breaks = class_breaks(frame["density_per_km2"])
    classes = np.searchsorted(breaks, frame["density_per_km2"].to_numpy(), side="right")
    colours = to_rgba_array(PEOPLE)[classes]
    # Edges in the faces' colour close the hairlines between neighbours; in the SVG the hexagons
    # are a picture, or the file would have tens of megabytes.
    axes.add_collection(
        PolyCollection(
            digest.rings, facecolors=colours, edgecolors=colours, linewidths=0.2, rasterized=True
        )
    )
    axes.add_collection(LineCollection(outlines(results.regions), colors=MUTED, linewidths=0.5))
    hubs = results.hubs
    axes.scatter(hubs["lon_deg"], hubs["lat_deg"], s=17, color=HUB, lw=0.5, ec="white", zorder=3)
    if len(digest.standing):
        lon_deg, lat_deg = digest.standing["lon_deg"], digest.standing["lat_deg"]
        axes.scatter(lon_deg, lat_deg, s=22, marker="D", fc="white", lw=1.3, ec=INK, zorder=2.9)
    frame_country(axes, results.regions)
    _legend(axes, digest, breaks)


def map_data_uri(digest: Digest) -> str:
    """Return the map as a WebP picture in a data URI."""
    figure, axes = country_picture(digest.results.regions)
    draw_map(axes, digest)
    return to_data_uri(figure)


def to_data_uri(figure: Figure) -> str:
    """Return a figure as a WebP picture in a data URI."""
    stream = io.BytesIO()
    figure.savefig(stream, format="webp", pil_kwargs={"quality": 82})
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def _legend(axes: Axes, digest: Digest, breaks: list[float]) -> None:
    edges = [0.0, *breaks]
    labels = [f"{low:,g} – {high:,g}" for low, high in pairwise(edges)]
    labels.append(f"above {edges[-1]:,g}")
    people = [
        Patch(color=colour, label=label) for colour, label in zip(PEOPLE, labels, strict=False)
    ]
    hubs = [Line2D([], [], marker="o", ls="", color=HUB, mec="white", ms=8, label="Hub")]
    if len(digest.standing):
        stands = "Stands already"
        hubs.append(Line2D([], [], marker="D", ls="", mfc="white", mec=INK, ms=5, label=stands))
    modelled = "\noutlines modelled,\nnot legal boundaries" * (
        digest.results.boundaries_basis != "published"
    )
    figure = axes.get_figure()
    if isinstance(figure, Figure):
        figure.legend(
            handles=[*hubs, *people],
            title=f"People per km²{modelled}",
            loc="lower left",
            bbox_to_anchor=(0.03, 0.04),
            frameon=False,
            alignment="left",
            fontsize=10.5,
        )
