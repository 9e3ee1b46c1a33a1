"""The sky over one place at one moment, satellite by satellite."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from leohub.sky.constellation import Constellation
from leohub.sky.motion.moments import to_datetime64
from leohub.sky.motion.propagation import propagate_itrf, to_satrecs
from leohub.sky.shells import OTHER
from leohub.sky.visibility.arc import arc_angle_deg
from leohub.sky.visibility.geometry import look_at


def sky_at(
    constellation: Constellation,
    lat_deg: float,
    lon_deg: float,
    height_km: float = 0.0,
    *,
    at: dt.datetime,
    min_elevation_deg: float,
    arc_avoidance_deg: float,
) -> pd.DataFrame:
    """Return the satellites above the horizon of a place at one moment, the highest first.

    Returns
    -------
    DataFrame
        `norad_id`, `object_name`, `shell`, `elevation_deg`, `azimuth_deg`, `range_km`,
        `arc_angle_deg` (NaN where no arc is visible), `in_view` (above the minimum elevation),
        `usable` (in view and outside the avoided band).
    """
    moment = np.array([to_datetime64(at)])
    position = propagate_itrf(to_satrecs(constellation), moment)[0][:, 0]
    look = look_at(position, lat_deg, lon_deg, height_km)
    arc_deg = arc_angle_deg(look.direction, lat_deg, lon_deg, height_km)
    in_view = look.elevation_deg >= min_elevation_deg
    table = pd.DataFrame(
        {
            "norad_id": constellation.norad_id,
            "object_name": constellation.object_name,
            "shell": np.where(constellation.shell == "", OTHER, constellation.shell),
            "elevation_deg": look.elevation_deg,
            "azimuth_deg": look.azimuth_deg,
            "range_km": look.range_km,
            "arc_angle_deg": arc_deg,
            "in_view": in_view,
            "usable": in_view & ~(arc_deg < arc_avoidance_deg),
        }
    )
    above = table[table["elevation_deg"] >= 0]
    return above.sort_values("elevation_deg", ascending=False, ignore_index=True)
