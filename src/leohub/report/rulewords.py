"""What the rules of a plan cost, in words."""

from __future__ import annotations

import numpy as np

from leohub.report.numerals import count, plural
from leohub.study.results import Results

SHOWN = 6
"""Rules that are named with their cost, the dearest first."""


def rules_said(results: Results) -> str:
    """Say what the dearest rules cost in people; nothing where the size is the only rule."""
    names = results.demands.rules.names
    people = results.plan.rule_costs_people
    if len(names) < 2:
        return ""
    dear = np.flatnonzero(people >= 1)
    dear = dear[np.argsort(-people[dear], kind="stable")]
    free = int((people < 1).sum())
    parts = [f"“{names[rule]}” about {count(float(people[rule]))} people" for rule in dear[:SHOWN]]
    if len(dear) > SHOWN:
        parts.append(f"{plural(len(dear) - SHOWN, 'further rule')} less each")
    if free:
        parts.append(f"{plural(free, 'rule')} {'nothing' if dear.size else 'hardly anybody'}")
    unknown = int(np.isnan(people[1:]).sum())
    if unknown:
        parts.append(f"of {plural(unknown, 'rule')} it is not known")
    return (
        f"What the rules cost, each taken alone: {'; '.join(parts)} (modelled: by how much the "
        "linear relaxation would reach more without it)."
    )
