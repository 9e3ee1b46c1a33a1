"""The places that a study requires, forbids, or says are hubs already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.study.desk import Desk
from leohub.study.namedplaces import find_named_sites
from leohub.study.settings import PlaceList, Study

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Named:
    """The places that the study names, as masks over the sites."""

    required: Mask
    forbidden: Mask
    existing: Mask


def find_named(desk: Desk, study: Study, sites: pd.DataFrame | None) -> Named | None:
    """Read the lists of required, forbidden and existing places; None where the sites are not."""
    choice = study.choice
    masks = [
        _mask(desk, choice.required, "required", sites),
        _mask(desk, choice.forbidden, "forbidden", sites),
        _mask(desk, choice.existing, "existing", sites),
    ]
    required, forbidden, existing = masks
    if required is None or forbidden is None or existing is None:
        return None
    return Named(required, forbidden, existing)


def _mask(
    desk: Desk, given: PlaceList | None, role: str, sites: pd.DataFrame | None
) -> Mask | None:
    if given is None:
        return None if sites is None else np.zeros(len(sites), dtype=np.bool_)
    found = find_named_sites(desk, given, f"[choice.{role}]", f"{role} hubs", sites)
    if found is None or sites is None:
        return None
    mask = np.zeros(len(sites), dtype=np.bool_)
    mask[found["site"]] = True
    return mask
