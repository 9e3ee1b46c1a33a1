"""What is said at the end of every answer, whatever was asked."""

from __future__ import annotations

import numpy as np

from leohub.study.posed import Posed


def remarks(posed: Posed, *, cut_short: bool) -> list[str]:
    """Return what an answer leaves out, and whether more time may find more."""
    said = []
    if np.any(posed.demands.weight != 1):
        said.append("Weights of kinds of places are left out here: only people count.")
    if cut_short:
        said.append(
            "Time, or Ctrl-C, ended parts of the search: more time (--time-limit) may find more. "
            "What is proven stays proven."
        )
    return said
