"""What tells the satellites of a sky chart apart: words, colours and signs, drawn or typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leohub.report.palette import HUB_DARK, MUTED_DARK, OTHER_DARK, PEOPLE_DARK
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.view import HIDDEN, LOW, NEAR_ARC, NO_GATEWAY, USABLE

SERVING_COLOUR: Final = "#ffffff"
USABLE_COLOUR: Final = PEOPLE_DARK[5]
ARC_COLOUR: Final = HUB_DARK


@dataclass(frozen=True)
class Sign:
    """How satellites of one state are shown.

    Attributes
    ----------
    colour : str
    marker : str
        Of matplotlib.
    size : float
        Area of the marker [points²].
    letter, plain : str
        In a terminal, and in one that knows only ASCII.
    """

    colour: str
    marker: str
    size: float
    letter: str
    plain: str


SIGNS: Final = {
    USABLE: Sign(USABLE_COLOUR, "o", 52, "●", "o"),
    NEAR_ARC: Sign(ARC_COLOUR, "D", 30, "◆", "x"),
    NO_GATEWAY: Sign(OTHER_DARK, "^", 44, "▲", "^"),
    HIDDEN: Sign(MUTED_DARK, "s", 24, "□", "#"),
    LOW: Sign(MUTED_DARK, ".", 14, "·", "."),
}
"""State of a satellite → how it is shown; shapes differ as well as colours."""

SERVES: Final = Sign(SERVING_COLOUR, "o", 190, "◉", "@")


def meanings(rules: Rules) -> dict[str, str]:
    """Return what each state means, in words for a legend."""
    return {
        USABLE: "usable",
        NEAR_ARC: f"less than {rules.arc_avoidance_deg:g}° from the arc",
        NO_GATEWAY: "reaches no gateway",
        HIDDEN: "behind the horizon of the place",
        LOW: f"below {rules.min_elevation_deg:g}°",
    }
