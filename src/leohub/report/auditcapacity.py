"""What a plan of hubs of limited capacity serves, and what none can exceed, counted again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.plan.capacity.proof import bound_people, served_people
from leohub.plan.capacity.room import Capacity
from leohub.plan.rules.rules import TOLERANCE, Rules
from leohub.report.capacityfile import read_assigned, read_capacity_proof
from leohub.study.posed import Posed


def recount_served(
    folder: Path, posed: Posed, capacity: Capacity, hubs: NDArray[np.int64]
) -> tuple[float, float]:
    """Return how many people a plan serves at least, and what no plan can exceed.

    Parameters
    ----------
    folder : Path
    posed : Posed
    capacity : Capacity
        Of the study.
    hubs : ndarray of int, shape (k,)
        Rows of the sites, in the order of hubs.csv.

    Raises
    ------
    InputError
        When a file of the folder cannot be used.
    ValueError
        When the plan cannot be carried out, or the certificate is none.
    """
    rules = posed.demands.rules
    terminals = _terminals(folder / "hubs.csv")
    broken = _broken(rules, capacity, hubs, terminals)
    if broken:
        raise ValueError(f"with its second terminals the plan breaks {', '.join(broken)}")
    assigned = read_assigned(folder, posed.sites, posed.cells, hubs)
    served = served_people(posed.coverage, capacity, hubs, terminals, assigned)
    certificate = read_capacity_proof(folder, posed.cells, rules)
    return served, bound_people(posed.coverage, capacity, rules, certificate)


def _terminals(path: Path) -> NDArray[np.int64]:
    try:
        return pd.read_csv(path)["terminals"].to_numpy(dtype=np.int64)
    except (KeyError, ValueError):
        raise ValueError(f"{path.name} does not say how many terminals each hub has") from None


def _broken(
    rules: Rules, capacity: Capacity, hubs: NDArray[np.int64], terminals: NDArray[np.int64]
) -> list[str]:
    """Return the rules that hubs and their second terminals break together, in words."""
    chosen, second = np.zeros(rules.rows.shape[1]), np.zeros(rules.rows.shape[1])
    chosen[hubs], second[hubs] = 1.0, terminals > 1
    used = rules.rows @ chosen + capacity.second_rows @ second
    size = np.abs(rules.limits) + abs(rules.rows) @ chosen + capacity.second_rows @ second
    rows = rules.limits - used < -TOLERANCE * size
    return [rules.names[rule] for rule in np.unique(rules.rule[rows]).tolist()]
