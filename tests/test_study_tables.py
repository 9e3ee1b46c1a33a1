"""The tables of a plan against what they must add up to."""

from pathlib import Path

import h3
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from scipy.sparse import csr_array

from leohub.hub.lifecycle import annuity_months
from leohub.people.cells import to_hex
from leohub.study.file import read_study
from leohub.study.hubs import people_sharing
from leohub.study.results import Results
from leohub.study.run import plan_study
from tests.tiny_country import make_tiny_country

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder: Path = tmp_path_factory.mktemp("tables") / "tiny"
    return plan_study(read_study(make_tiny_country(folder)))


def served_by(results: Results) -> np.ndarray:
    """Which hub serves which cell, from geodesic distances alone."""
    hubs, cells = results.hubs, results.cells
    lat, lon = (np.repeat(hubs[name].to_numpy(), len(cells)) for name in ("lat_deg", "lon_deg"))
    cell_lat, cell_lon = (np.tile(cells[name], len(hubs)) for name in ("lat_deg", "lon_deg"))
    _, _, metres = GEOD.inv(lon, lat, cell_lon, cell_lat)
    return np.asarray(metres).reshape(len(hubs), len(cells)) / 1000


def test_hubs_agree_with_geodesic_distances(results):
    hubs, cells = results.hubs, results.cells
    distance_km = served_by(results)
    served = distance_km <= hubs["radius_km"].to_numpy()[:, None]
    need = cells["need_people"].to_numpy()
    assert hubs["people_in_radius"].to_numpy() == pytest.approx(served @ cells["people"].to_numpy())
    assert hubs["need_in_radius"].to_numpy() == pytest.approx(served @ need)
    only = served & (served.sum(axis=0) == 1)
    assert hubs["only_people"].to_numpy() == pytest.approx(only @ need)
    nearest = np.where(served, distance_km, np.inf).argmin(axis=0)
    sharing = [need[(nearest == hub) & served.any(axis=0)].sum() for hub in range(len(hubs))]
    assert hubs["sharing_people"].to_numpy() == pytest.approx(sharing)
    assert need[served.any(axis=0)].sum() == pytest.approx(results.plan.reached_people, abs=0.01)


@given(st.integers(0, 10_000))
def test_cells_that_hubs_serve_in_part_are_shared_and_lost_by_their_shares(seed):
    rng = np.random.default_rng(seed)
    shares = rng.choice([0.0, 0.0, 0.3, 0.6, 1.0], (4, 25))
    need = rng.integers(0, 50, 25).astype(float)
    places = pd.DataFrame(rng.uniform(0, 0.2, (29, 2)), columns=["lat_deg", "lon_deg"])
    hubs, cells = places[:4], places[4:].reset_index(drop=True)
    sharing = people_sharing(hubs, cells, csr_array(shares), need)
    reached = float(shares.max(axis=0) @ need)
    assert sharing.sum() == pytest.approx(reached)


def test_the_runner_up_of_a_hub_is_a_site_that_reaches_no_more_in_its_place(results):
    hubs, cells, plan = results.hubs, results.cells, results.plan
    shares = results.coverage.shares.toarray()
    need = cells["need_people"].to_numpy()
    assert hubs["beats_by_people"].min() >= -0.01, "a small plan is as good as any exchange"
    for place, hub in enumerate(hubs.itertuples()):
        assert hub.runner_up not in set(hubs["site_id"])
        exchanged = plan.hubs.copy()
        exchanged[place] = results.sites.index.get_loc(hub.runner_up)
        reached = shares[exchanged].max(axis=0) @ need
        assert hub.beats_by_people == pytest.approx(plan.reached_people - reached, abs=0.01)


def test_regions_add_up_to_the_country(results):
    regions, cells = results.regions, results.cells
    assert regions["people"].sum() == pytest.approx(cells["people"].sum())
    assert regions["unserved_people"].sum() == pytest.approx(cells["unserved_people"].sum())
    assert regions["need_people"].sum() == pytest.approx(cells["need_people"].sum())
    assert regions["reached_people"].sum() == pytest.approx(results.plan.reached_people, abs=0.01)
    assert regions["hubs"].sum() == len(results.hubs)
    assert regions["sites"].sum() == len(results.sites)


def test_unserved_people_follow_the_census(results):
    west, east = (results.regions.loc[code] for code in ("1", "2"))
    assert west["unserved_people"] == pytest.approx(0.8 * west["people"])
    assert east["unserved_people"] == pytest.approx(0.7 * east["people"])


def test_cells_above_the_density_limit_are_not_claimed(results):
    cells = results.cells
    dense = cells["density_per_km2"] > 1000
    assert dense.any()
    assert not cells.loc[dense, "eligible"].any()
    assert (cells.loc[dense, "need_people"] == 0).all()
    assert (cells.loc[~dense, "need_people"] == cells.loc[~dense, "unserved_people"]).all()


def test_a_wider_limit_makes_more_people_eligible(results):
    table = results.thresholds
    assert list(table["density_limit_per_km2"]) == [250, 500, 1000, 2000, np.inf]
    assert table["eligible_people"].is_monotonic_increasing
    assert table["reached_people"].is_monotonic_increasing
    own = table.set_index("density_limit_per_km2").loc[1000]
    assert own["reached_people"] == pytest.approx(results.plan.reached_people, abs=0.01)
    assert own["eligible_people"] == pytest.approx(results.cells["need_people"].sum())


def test_each_hub_stands_in_its_cell(results):
    for hub in results.hubs.itertuples():
        assert hub.h3 == h3.latlng_to_cell(hub.lat_deg, hub.lon_deg, 7)
    assert h3.get_resolution(to_hex(results.cells.index.to_numpy()[:1])[0]) == 7


def test_the_cost_per_person_is_the_whole_cost_over_those_who_share(results):
    hub = results.hubs.iloc[0]
    # Without a study's word: 8 % a year above inflation, over 5 years.
    whole = hub["capital_usd"] / annuity_months(5, 8) + hub["monthly_usd"]
    assert hub["cost_per_person_month_usd"] == pytest.approx(whole / hub["sharing_people"])
    # 49,900 KES once; 6,500 KES a month and a twentieth of the capital a year; 129 KES for a dollar
    assert hub["capital_usd"] == pytest.approx(49_900 / 129)
    assert hub["monthly_usd"] == pytest.approx((6_500 + 2_495 / 12) / 129)


def test_the_sky_of_every_hub_is_plausible(results):
    hubs = results.hubs
    assert (hubs["in_view_min"] <= hubs["in_view_mean"]).all()
    assert (hubs["usable_mean"] < hubs["in_view_mean"]).all(), "the arc costs satellites here"
    assert ((hubs["usable_pct"] < 100) == (hubs["longest_gap_s"] > 0)).all()
