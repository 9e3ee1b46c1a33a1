"""`Rules`: how an operator lets terminals use its satellites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Policy = Literal["highest", "longest", "random"]


@dataclass(frozen=True)
class Rules:
    """Which satellites in view are usable, and which usable one serves.

    Attributes
    ----------
    min_elevation_deg : float
        Lowest elevation at which a terminal connects [°].
    arc_avoidance_deg : float
        Satellites nearer than this to the visible geostationary arc are not used [°].
    policy : str
        Which usable satellite serves a slot. ``"highest"``: the one at the highest elevation.
        ``"longest"``: the one in use as long as it is usable, then the one that will be usable
        the longest. ``"random"``: any, drawn anew for each slot.
    seed : int
        Of ``"random"``.
    lasers : bool
        Where gateways are given: whether a satellite reaches one over the laser links of its shell,
        or must see one itself (bent pipe).
    slot_phase_s : float
        When slots begin: `leohub.sky.motion.moments.slot_times` [s].
    """

    min_elevation_deg: float
    arc_avoidance_deg: float = 0.0
    policy: Policy = "highest"
    seed: int = 0
    lasers: bool = False
    slot_phase_s: float = 0.0
