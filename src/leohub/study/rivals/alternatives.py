"""`Alternative`: what could feed a hub instead: another operator, or two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from leohub.errors import InputError, Problem
from leohub.io.builtin.quantities import built_in_quantities

FILED: Final = ":filed"
"""Behind an operator: all satellites that it has filed for, not those that fly."""

SKIES: Final = ("starlink", "oneweb", "amazon-leo", f"amazon-leo{FILED}", "terawave")
"""What one terminal can be under."""

BOTH: Final = "+"
STANDBY: Final = "/"
"""Between two of them: both carry traffic, or the better one does and the other stands by."""

USUAL_SECONDS: Final = ("starlink", "oneweb", f"amazon-leo{FILED}")
"""Whose terminals are looked at beside one of the study's own operator."""


@dataclass(frozen=True)
class Alternative:
    """One way to feed all hubs.

    Attributes
    ----------
    key : str
        ``"oneweb"``, ``"amazon-leo:filed"``, ``"starlink+oneweb"``, ``"starlink/oneweb"``.
    skies : tuple of str
        One or two of `SKIES`.
    standby : bool
        Of two: whether the better one carries the traffic and the other stands by.
    """

    key: str
    skies: tuple[str, ...]
    standby: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of its terminals: ``("Starlink", "OneWeb")``."""
        return tuple(sky_name(sky) for sky in self.skies)

    @property
    def name(self) -> str:
        """How people call it."""
        return (" or " if self.standby else " + ").join(self.parts)

    @property
    def not_modelled(self) -> str:
        """Why there are no figures; empty where there are."""
        texts = built_in_quantities(f"operators/{operator_of(self.skies[0])}.toml")[1]
        if texts["status"] == "flying":
            return ""
        said = texts["status.source"].split(". ")[0].partition(": ")[2]
        return f"{texts['status']} ({said})"


def operator_of(sky: str) -> str:
    """Return whose satellites they are."""
    return sky.removesuffix(FILED)


def sky_name(sky: str) -> str:
    """Return what people call a sky."""
    name = built_in_quantities(f"operators/{operator_of(sky)}.toml")[1]["name"]
    return f"{name} as filed" if sky.endswith(FILED) else name


def usual_alternatives(own: str) -> tuple[Alternative, ...]:
    """Return every operator, and the usual pairs with a study's own."""
    pairs = [
        f"{own}{sign}{second}"
        for second in USUAL_SECONDS
        for sign in (BOTH, STANDBY)
        if operator_of(second) != own
    ]
    return read_alternatives([*SKIES, *pairs], own)


def read_alternatives(keys: Sequence[str], own: str) -> tuple[Alternative, ...]:
    """Return what keys stand for, a study's own operator first, each once.

    Parameters
    ----------
    keys : sequence of str
        As `Alternative.key`.
    own : str
        The study's operator, which all others are compared with.

    Raises
    ------
    InputError
        With every key that stands for nothing.
    """
    found, problems = {own: Alternative(own, (own,))}, []
    for key in keys:
        wrong = _wrong_with(key)
        if wrong is None:
            sign = STANDBY if STANDBY in key else BOTH
            found.setdefault(key, Alternative(key, tuple(key.split(sign)), sign == STANDBY))
        else:
            problems.append(Problem("operators", "", *wrong))
    if problems:
        raise InputError(problems)
    return tuple(found.values())


def _wrong_with(key: str) -> tuple[str, str] | None:
    """Return what is wrong with a key, and what to do about it."""
    choices = f"Choose from {', '.join(SKIES)}, or two of them as a{BOTH}b or a{STANDBY}b"
    skies = key.replace(STANDBY, BOTH).split(BOTH)
    for sky in skies:
        if sky not in SKIES:
            near = get_close_matches(sky, SKIES, n=1)
            return (
                f"{sky!r} is not known",
                f"Did you mean {near[0]}? {choices}" if near else choices,
            )
    if len(skies) > 2:
        return f"{key!r} has more than two terminals", choices
    if len(skies) == 2 and "terawave" in skies:
        return f"{key!r} has a terminal that is not modelled", "Leave terawave out of pairs"
    if len({operator_of(sky) for sky in skies}) < len(skies):
        return f"{key!r} has two terminals of one operator", "Pair two operators"
    return None
