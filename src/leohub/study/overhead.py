"""The satellites of a study, and how their operator uses them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from leohub.io.elements import read_elements
from leohub.io.operators import built_in_constellation, operator_parameters
from leohub.io.provenance import Source
from leohub.sky.constellation import Constellation
from leohub.sky.screening import Screening, screen
from leohub.study.desk import Desk
from leohub.study.settings import Sky

SHELLS_COUNTED = dt.datetime(2026, 8, 22, 13, tzinfo=dt.UTC)
"""Moment at which the built-in shells were counted: the day they are flown by default."""


@dataclass(frozen=True)
class Overhead:
    """The sky of a study.

    Attributes
    ----------
    screening : Screening
        The satellites that can carry broadband, and why others can not.
    start : datetime
        First moment that is looked at [UTC].
    min_elevation_deg, arc_avoidance_deg : float
        How a terminal uses them [°].
    """

    screening: Screening
    start: dt.datetime
    min_elevation_deg: float
    arc_avoidance_deg: float
