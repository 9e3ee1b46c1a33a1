"""What a planner writes in `study.toml`, field by field.

The descriptions here are the manual: `docs/reference/study.md` is made from them.
"""

from leohub.study.settings.base import BUILT_IN, ITUR, Provenance, Section, required, setting
from leohub.study.settings.catchment import Catchment
from leohub.study.settings.choice import MODELLED, Choice, Partner, PlaceList
from leohub.study.settings.cost import Cost
from leohub.study.settings.land import SiteList
from leohub.study.settings.service import Latency, Range
from leohub.study.settings.sky import Sky
from leohub.study.settings.study import Study

__all__ = [
    "BUILT_IN",
    "ITUR",
    "MODELLED",
    "Catchment",
    "Choice",
    "Cost",
    "Latency",
    "Partner",
    "PlaceList",
    "Provenance",
    "Range",
    "Section",
    "SiteList",
    "Sky",
    "Study",
    "required",
    "setting",
]
