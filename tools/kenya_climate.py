"""Make the built-in table of Kenya's climate from the maps of ITU-R, as ``itur`` reads them.

``python tools/kenya_climate.py`` writes the table; with ``--check`` it only says whether it is what
the maps say.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from leohub.io.climate.extra import itur_climate, itur_ground_km
from leohub.sky.air.climate import MAPPED

TABLE = Path(__file__).resolve().parents[1] / "src" / "leohub" / "data" / "kenya" / "climate.csv"
LAT_DEG = np.arange(-5.0, 5.51, 0.25)
LON_DEG = np.arange(33.5, 42.01, 0.25)
DECIMALS = {
    "rain_rate_001_mm_h": 2,
    "rain_height_km": 3,
    "wet_refractivity": 1,
    "temperature_k": 1,
    "vapour_density_g_m3": 2,
    "cloud_liquid_05_kg_m2": 4,
    "cloud_liquid_10_kg_m2": 4,
    "cloud_liquid_20_kg_m2": 4,
    "cloud_liquid_30_kg_m2": 4,
    "cloud_liquid_50_kg_m2": 4,
    "altitude_km": 3,
}
"""Enough for a hundredth of a decibel."""


def climate_table() -> str:
    lat_deg, lon_deg = (
        axis.ravel() for axis in np.meshgrid(LAT_DEG, LON_DEG, indexing="ij", copy=True)
    )
    ground_km = itur_ground_km(lat_deg, lon_deg)
    climate, _ = itur_climate(lat_deg, lon_deg, ground_km)
    table = pd.DataFrame({"lat_deg": lat_deg, "lon_deg": lon_deg})
    for name, values in zip(MAPPED, climate.maps, strict=True):
        table[name] = values.round(DECIMALS[name])
    table["altitude_km"] = ground_km.round(DECIMALS["altitude_km"])
    return table.to_csv(index=False, lineterminator="\n")


def main() -> int:
    made = climate_table()
    if "--check" not in sys.argv:
        TABLE.write_text(made, "utf-8")
        return 0
    if TABLE.exists() and TABLE.read_text("utf-8") == made:
        print("the climate of Kenya is up to date")
        return 0
    print(f"{TABLE.name} is out of date: python tools/kenya_climate.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
