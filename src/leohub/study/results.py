"""`Results`: everything a run found out, before it is written anywhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from leohub.hub.cost import HubCost
from leohub.io.provenance import Source
from leohub.people.coverage import Coverage
from leohub.plan.plan import Plan
from leohub.sky.screening import Screening
from leohub.study.rules import Demands
from leohub.study.service.estimate import Estimate
from leohub.study.settings import Study


@dataclass(frozen=True)
class Results:
    """A study, its inputs as read, and the plan. Tables follow `data/dictionary.csv`.

    Attributes
    ----------
    study : Study
    study_file : str
        As named by the user; ``"built-in: kenya"`` for the demo.
    study_sha256 : str
    sources : tuple of Source
    cells, sites, hubs : DataFrame
    regions : GeoDataFrame
        With boundaries in WGS 84.
    boundaries_basis : str
        ``"published"``, or ``"modelled"`` for the built-in outlines.
    coverage : Coverage
        Rows follow `sites`, columns `cells`.
    standing : ndarray of bool, shape (sites,)
        Where hubs stand already; the coverage counts people beyond them.
    demands : Demands
        What the plan keeps to.
    plan : Plan
        Its hubs are rows of `sites`.
    screening : Screening
        Which satellites were kept, and why others were not.
    service : xarray.Dataset
        Dimension ``place``, in the order of `hubs`: what each hub sees over the hours
        computed.
    estimate : Estimate or None
        The service that hubs will get; None where something it rests on is not known there, which
        `warnings` say.
    sky : DataFrame
        What the sky gives every part of the country, by hexagon.
    cost : HubCost
        Of one hub.
    thresholds : DataFrame
        What the density limit changes: `density_limit_per_km2` (inf for none),
        `eligible_people` (unserved people a hub may claim), `reached_people` (by these hubs),
        `replanned_people` (by hubs chosen quickly for that limit, within the rules; nan where there
        are none), both also by weights of kinds as `reached_worth_people` and
        `replanned_worth_people`; `hubs_kept`, and `without` (why there are none, or empty).
    warnings : tuple of str
        What the planner should know before trusting the plan.
    started : datetime
        UTC.
    """

    study: Study
    study_file: str
    study_sha256: str
    sources: tuple[Source, ...]
    cells: pd.DataFrame
    sites: pd.DataFrame
    hubs: pd.DataFrame
    regions: gpd.GeoDataFrame
    boundaries_basis: str
    coverage: Coverage
    standing: NDArray[np.bool_]
    demands: Demands
    plan: Plan
    screening: Screening
    service: xr.Dataset
    estimate: Estimate | None
    sky: pd.DataFrame
    cost: HubCost
    thresholds: pd.DataFrame
    warnings: tuple[str, ...]
    started: dt.datetime
