"""`Rules`: how an operator lets terminals use its satellites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Policy = Literal["highest", "longest", "random"]
POLICIES: tuple[str, ...] = get_args(Policy)


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

    Raises
    ------
    ValueError
        If a number is out of range, or there is no such policy.
    """

    min_elevation_deg: float
    arc_avoidance_deg: float = 0.0
    policy: Policy = "highest"
    seed: int = 0
    lasers: bool = False
    slot_phase_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.min_elevation_deg <= 90:
            raise ValueError("the minimum elevation lies between 0 and 90")
        if not 0 <= self.arc_avoidance_deg <= 90:
            raise ValueError("the angle around the geostationary arc lies between 0 and 90")
        if self.policy not in POLICIES:
            raise ValueError(f"the policy is one of {', '.join(POLICIES)}")
        if self.seed < 0:
            raise ValueError("the seed is not negative")
