"""Physical and geodetic constants, each with its source."""

from __future__ import annotations

from typing import Final

WGS84_A_KM: Final = 6378.137
"""Semi-major axis [km]. NGA.STND.0036 (WGS 84)."""

WGS84_F: Final = 1 / 298.257223563
"""Flattening [-]. NGA.STND.0036 (WGS 84)."""

WGS84_E2: Final = WGS84_F * (2 - WGS84_F)
"""First eccentricity squared, f (2 - f) [-]. Torge & Müller 2012, Geodesy."""

EARTH_MEAN_RADIUS_KM: Final = 6371.0088
"""Mean radius R1 [km]. Moritz 2000, Geodetic Reference System 1980."""

EARTH_ROTATION_RAD_S: Final = 7.292115146706979e-5
"""Rotation rate in the mean-of-date frame of SGP4 [rad/s]. Vallado et al. 2006 (AIAA 2006-6753)."""

EARTH_MU_KM3_S2: Final = 398600.8
"""Gravitational parameter of WGS 72, the one SGP4 uses [km³/s²]. Vallado et al. 2006."""

GEOSTATIONARY_RADIUS_KM: Final = 42164.17
"""Radius of the geostationary orbit [km]. ITU-R S.1503-3, annex."""

LIGHT_KM_S: Final = 299_792.458
"""Speed of light in vacuum [km/s]. Exact: BIPM, SI Brochure."""

FIRST_YEAR: Final = 1957
LAST_YEAR: Final = 2100
"""Years in which there are satellites to follow: from Sputnik on."""
