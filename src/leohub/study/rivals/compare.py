"""Rivals side by side: the same hubs under other operators, and under two of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.sky.visibility.places import Places
from leohub.study.chosen import choose, hub_places
from leohub.study.desk import Tick
from leohub.study.file import StudyFile
from leohub.study.hubs import people_sharing
from leohub.study.inputs import Inputs
from leohub.study.ready import make_ready
from leohub.study.rivals.alternatives import FILED, Alternative
from leohub.study.rivals.under import Under, look
from leohub.study.rivals.ways import FIGURES, Way, feed, follow, of_hubs
from leohub.study.service.estimate import INTERVAL

Floats = NDArray[np.float64]

SERVED: Final = "served_well_people"
COST: Final = "cost_per_hub_month_usd"
PER_SERVED: Final = "cost_per_served_month_usd"

RANGED: Final = (*FIGURES, PER_SERVED)
"""Columns of `Comparison.table` with an interval: ``…_low`` and ``…_high`` beside them."""

ESTIMATING: Final = "estimating the service of every hub under every alternative"


@dataclass(frozen=True)
class Comparison:
    """The same hubs under one sky and another.

    Attributes
    ----------
    alternatives : tuple of Alternative
        The study's own operator first.
    table : DataFrame
        Indexed by `Alternative.key`: `name`; `sky` (what its satellites are); `satellites`;
        `numbers` and `assumed_numbers` (that the service of its operators rests on); `load_basis`
        (where the load of its cells comes from: ``"fitted"``, ``"assumed"``); `usable_pct` (share
        of the time with a usable satellite); `RANGED`, each with its ``_low`` and ``_high``: of
        people served well the sum over the hubs, cost of all hubs for each of them, else means;
        `panel_w` and `battery_wh`, means; `more_served_pct` and `cheaper_pct` (share of the draws
        in which it serves more people well than the study's own does, and each of them at less
        cost); `not_modelled` (why there are no figures, else empty).
    hubs : DataFrame
        A row for each alternative with figures and each hub: `alternative`, who and where the hub
        is, `usable_pct`, and `FIGURES` without draws.
    unpriced : bool
        Whether no price line of the study says whose terminal or plan it is, so that those of other
        operators come on top.
    draws : int
    """

    alternatives: tuple[Alternative, ...]
    table: pd.DataFrame
    hubs: pd.DataFrame
    unpriced: bool
    draws: int


def compare_study(
    file: StudyFile,
    alternatives: Sequence[Alternative],
    *,
    draws: int | None = None,
    tick: Tick = lambda stage, share: None,
) -> Comparison:
    """Choose the hubs of a study, and estimate their service under every alternative.

    What hubs and their people are like is drawn alike for all; the numbers of each operator are
    drawn on their own. So differences can be told from draw to draw.

    Parameters
    ----------
    file : StudyFile
    alternatives : sequence of Alternative
        The study's own operator first: `leohub.study.rivals.alternatives.read_alternatives`.
    draws : int, optional
        Instead of the study's.
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    InputError
        If anything that the study names cannot be used.
    RefusalError
        If something that the service rests on is not known at the hubs.
    """
    inputs, plan = choose(file, tick=tick)
    make_ready(tick)
    chosen = inputs.sites.iloc[plan.hubs]
    hubs = pd.DataFrame(
        {
            "rank": np.arange(1, len(chosen) + 1),
            "site_id": chosen.index,
            "name": chosen["name"].to_numpy(),
            "lat_deg": chosen["lat_deg"].to_numpy(),
            "lon_deg": chosen["lon_deg"].to_numpy(),
            "sharing_people": people_sharing(
                chosen,
                inputs.cells,
                inputs.coverage.shares[plan.hubs],
                inputs.coverage.need_people,
            ),
        }
    )
    places = hub_places(inputs, plan)
    return compare_hubs(file, inputs, places, hubs, alternatives, draws=draws, tick=tick)


def compare_hubs(
    file: StudyFile,
    inputs: Inputs,
    places: Places,
    hubs: pd.DataFrame,
    alternatives: Sequence[Alternative],
    *,
    draws: int | None = None,
    tick: Tick = lambda stage, share: None,
) -> Comparison:
    """Estimate the service of given hubs under every alternative.

    Parameters
    ----------
    file, alternatives, draws, tick
        As for `compare_study`; the same errors.
    inputs : Inputs
        What the study names.
    places : Places
        Of the hubs.
    hubs : DataFrame
        A row for each of them; `sharing_people` share it.
    """
    study = file.study
    count = study.service.draws if draws is None else draws
    people = hubs["sharing_people"].to_numpy(dtype=np.float64)
    figured = [alternative for alternative in alternatives if not alternative.not_modelled]
    skies = {
        sky: look(sky, file, inputs, places, people, tick)
        for sky in dict.fromkeys(sky for alternative in figured for sky in alternative.skies)
    }
    ways = [feed(alternative, skies, file, inputs) for alternative in figured]
    usual = np.empty((len(ways), len(FIGURES), len(hubs)))
    for chosen, _, found in follow(ways, skies, study.sky.operator, count=None, seed=study.seed):
        usual[:, :, chosen] = found[:, :, 0]
    drawn = _draw_all(
        ways,
        skies,
        study.sky.operator,
        count,
        study.seed,
        lambda share: tick(ESTIMATING, share),
    )
    return Comparison(
        alternatives=tuple(alternatives),
        table=_table(alternatives, ways, skies, _all_hubs(*_added(usual[:, :, None])), drawn),
        hubs=_per_hub(ways, usual, hubs),
        unpriced=all(not line.operator for line in inputs.prices),
        draws=count,
    )


def _draw_all(
    ways: Sequence[Way],
    skies: Mapping[str, Under],
    own: str,
    count: int,
    seed: int,
    tick: Callable[[float], None],
) -> Floats:
    """Return `RANGED` of all hubs together, shape (ways, ranged, draws)."""
    hubs = len(ways[0].situation)
    sums, known = np.zeros((2, len(ways), len(FIGURES), count))
    tick(0.0)
    for chosen, rows, found in follow(ways, skies, own, count=count, seed=seed):
        more, of_them = _added(found)
        sums[:, :, rows] += more
        known[:, :, rows] += of_them
        tick((chosen.start + (chosen.stop - chosen.start) * rows.stop / count) / hubs)
    return _all_hubs(sums, known)


def _added(figures: Floats) -> tuple[Floats, Floats]:
    """Return sums over the hubs (the last axis) that have a figure, and how many have."""
    return np.nansum(figures, axis=-1), np.isfinite(figures).sum(axis=-1).astype(np.float64)


def _all_hubs(sums: Floats, known: Floats) -> Floats:
    """Return `RANGED`, shape (ways, ranged, draws), from `_added`."""
    names = list(FIGURES)
    found = np.divide(sums, known, out=np.full(sums.shape, np.nan), where=known > 0)
    served, cost = sums[:, names.index(SERVED)], sums[:, names.index(COST)]
    found[:, names.index(SERVED)] = served
    each = np.divide(cost, served, out=np.full(served.shape, np.inf), where=served > 0)
    return np.concatenate([found, each[:, None]], axis=1)


def _table(
    alternatives: Sequence[Alternative],
    ways: Sequence[Way],
    skies: Mapping[str, Under],
    usual: Floats,
    drawn: Floats,
) -> pd.DataFrame:
    # An interval of what may be infinite: the ends are those of one of the draws.
    low, high = np.quantile(drawn, INTERVAL, axis=-1, method="inverted_cdf")
    rows: dict[str, dict[str, Any]] = {}
    for number, way in enumerate(ways):
        row = _sky_of(way, skies)
        for place, name in enumerate(RANGED):
            row[name] = usual[number, place, 0]
            row[f"{name}_low"], row[f"{name}_high"] = low[number, place], high[number, place]
        row["panel_w"] = way.situation.supply.panel_w.mean()
        row["battery_wh"] = way.situation.supply.battery_wh.mean()
        if number:
            served, each = RANGED.index(SERVED), RANGED.index(PER_SERVED)
            row["more_served_pct"] = 100 * (drawn[number, served] > drawn[0, served]).mean()
            row["cheaper_pct"] = 100 * (drawn[number, each] < drawn[0, each]).mean()
        rows[way.alternative.key] = row
    order = [alternative.key for alternative in alternatives]
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(order)
    table.insert(0, "name", [alternative.name for alternative in alternatives])
    table["not_modelled"] = [alternative.not_modelled for alternative in alternatives]
    return table.rename_axis("alternative")


def _sky_of(way: Way, skies: Mapping[str, Under]) -> dict[str, Any]:
    under = {sky: skies[sky] for sky in way.alternative.skies}
    numbers = [
        quantity
        for each in under.values()
        for name, quantity in each.operator_quantities.items()
        if not of_hubs(name)
    ]
    return {
        "sky": " + ".join(
            "filed, spread evenly"
            if sky.endswith(FILED)
            else f"flying, {_placed(each.overhead.screening.kept.basis)}"
            for sky, each in under.items()
        ),
        "satellites": sum(len(each.overhead.screening.kept) for each in under.values()),
        "numbers": len(numbers),
        "assumed_numbers": sum(quantity.basis == "assumed" for quantity in numbers),
        "load_basis": " + ".join(
            each.operator_quantities["load.down"].basis for each in under.values()
        ),
        "usable_pct": 100 * way.times.any.mean(),
    }


def _placed(basis: str) -> str:
    return "measured elements" if basis == "measured" else "spread evenly"


def _per_hub(ways: Sequence[Way], usual: Floats, hubs: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for way, figures in zip(ways, usual, strict=True):
        part = hubs.assign(
            usable_pct=100 * way.times.any, **dict(zip(FIGURES, figures, strict=True))
        )
        part.insert(0, "alternative", way.alternative.key)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
