"""The climate over Kenya, as the package brings it."""

from __future__ import annotations

from dataclasses import replace

from leohub.io.builtin.tables import packaged_source, table
from leohub.io.climate.grid import to_grid
from leohub.io.provenance import Source
from leohub.sky.air.climate import ClimateGrid


def built_in_climate() -> tuple[ClimateGrid, Source]:
    """Return the climate on a grid of 0.25° over Kenya, latitude -5 to 5.5, longitude 33.5 to 42.

    Returns
    -------
    ClimateGrid
    Source
        Basis ``"modelled"``.
    """
    points = table("climate.csv")
    source = packaged_source(
        "climate",
        ("climate.csv",),
        basis="modelled",
        origin="maps of ITU-R P.837-7 (rain rate), P.839-4 (rain height), P.453-13 (refractivity), "
        "P.1510-1 (temperature), P.836-6 (vapour), P.840-7 (clouds) and P.1511-2 (ground), as read "
        "by itur 0.4 (MIT)",
        totals={"points": float(len(points))},
        notes=(
            "read at points 0.25° apart; between them the rain rate is 0.6 mm/h off the maps (root "
            "mean square), and 6 mm/h at most",
            "vapour is that of the maps' ground, 0.4 g/m³ off where the ground is steep",
            "between the points the cloud liquid is 0.03 kg/m² off the maps at most",
            "the ground is 0.1 km off its map (root mean square), and 1.9 km at most, on the "
            "highest mountains",
        ),
        date="2013 to 2019, by map",
    )
    return to_grid(points), replace(source, licence="facts computed from the recommendations")
