"""What answers say whatever was asked: how people are counted, and whether more time may help."""

from __future__ import annotations

from leohub.report.numerals import WEIGHTS, count
from leohub.study.posed import Posed


def counted_people(posed: Posed) -> str:
    """Return what plans are compared by, for axes and titles."""
    return "people newly reached" + ("" if posed.weight is None else f", {WEIGHTS}")


def people_and_worth(posed: Posed, reached_people: float, worth_people: float) -> str:
    """Write people reached, and what they come to by the weights of kinds where there are any."""
    also = "" if posed.weight is None else f" ({count(worth_people)} {WEIGHTS})"
    return f"{count(reached_people)} people{also}"


def worth_alone(posed: Posed, worth: float, unit: str) -> str:
    """Write what plans are compared by: ``"1,234 people"``, and how they are counted."""
    return f"{count(worth)} {unit}" + ("" if posed.weight is None else f" {WEIGHTS}")


def remarks(posed: Posed, *, cut_short: bool) -> list[str]:
    """Return how people are counted, and whether more time may find more."""
    said = []
    if posed.weight is not None:
        said.append(
            "Kinds of places have weights: plans are chosen and compared, and bounds are proven, "
            "by people times the weight of the place that reaches them. Rules, and shares of "
            "regions, count people without weights."
        )
    if cut_short:
        said.append(
            "Time, or Ctrl-C, ended parts of the search: more time (--time-limit) may find more. "
            "What is proven stays proven."
        )
    return said
