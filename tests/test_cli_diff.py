"""`leohub diff`: two results folders, their hubs, regions, settings and inputs."""

import json
import re
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from leohub.io.provenance import sha256_of
from leohub.report.catchments import packed
from leohub.report.differenceland import any_shapes, lay_areas, pack_areas
from leohub.report.folder import write_results
from leohub.report.palette import change_classes
from leohub.report.samehubs import BOTH, ONLY_A, ONLY_B, match_hubs
from tests.sample_results import sample_results
from tests.tiny_country import make_few_places

pytestmark = pytest.mark.usefixtures("sketched")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Two results folders, `a` with 20 hubs and `b` with 30; nobody may change them."""
    folder = tmp_path_factory.mktemp("plans")
    write_results(sample_results(hubs=20), folder / "a")
    write_results(sample_results(hubs=30), folder / "b")
    return folder


@pytest.fixture
def plans(made, tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("COLUMNS", "88")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(made, tmp_path / "plans")
    return tmp_path / "plans"


def edit_run(folder: Path, old: str, new: str) -> None:
    text = (folder / "run.json").read_text("utf-8")
    assert old in text
    (folder / "run.json").write_text(text.replace(old, new), "utf-8")


def test_figures_are_those_of_the_two_tables(plans, leohub):
    code, out, err = leohub("diff", plans / "a", plans / "b", "--json")
    assert code == 0, err
    said = json.loads(out, parse_constant=pytest.fail)
    a, b = (pd.read_csv(plans / name / "hubs.csv") for name in "ab")
    kept = set(a["site_id"]) & set(b["site_id"])
    assert said["hubs_in_both"] == len(kept) == 20
    assert said["hubs_only_a"] == len(a) - len(kept)
    assert said["hubs_only_b"] == len(b) - len(kept)
    assert said["a"]["reached_people"] == pytest.approx(a["added_people"].sum(), abs=0.1)
    one, other = (
        pd.read_csv(plans / name / "regions.csv", dtype={"region_code": str}).set_index(
            "region_code"
        )
        for name in "ab"
    )
    for region in said["regions"]:
        change = other["reached_people"] - one["reached_people"]
        assert region["change_people"] == pytest.approx(change[region["region_code"]], abs=0.01)
    assert said["unlike"] == ["[choice] hubs: 20 in A, 30 in B"]
    assert Path(said["page"]).name == "difference.html"


def test_the_summary_is_told_in_words_and_fits(plans, leohub):
    code, out, err = leohub("diff", plans / "a", plans / "b", "--out", "both.html")
    assert code == 0, err
    assert max(map(len, out.splitlines())) <= 88 or "file://" in out
    words = " ".join(out.split())
    for part in (
        "A: a",
        "B: b",
        "People newly reached",
        "At most possible with as many hubs (proven)",
        "A month to run, all hubs USD",
        "20 hubs in both plans, 0 only in A, 10 only in B",
        "4 regions gain most of all:",
        "[choice] hubs: 20 in A, 30 in B",
        "both.html",
    ):
        assert part in words, part
    assert "nan" not in words


def test_the_page_stands_alone_and_keeps_names_from_breaking_out(plans, leohub):
    assert leohub("diff", plans / "b", plans / "a", "--out", "both.html")[0] == 0
    page = Path("both.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert "</script><b>" not in page
    data = re.search(r'<script type="application/json" id="plans">(.*?)</script>', page)[1]
    assert len(json.loads(data)["hubs"]) == 30
    assert "10 hubs only in A" in page


def test_a_plan_beside_itself_is_the_same(plans, leohub):
    code, out, _ = leohub("diff", plans / "a", plans / "a")
    words = " ".join(out.split())
    assert code == 0
    assert "The 20 hubs are the same" in words
    assert "as many" in words
    assert "No region gains or loses anybody" in words
    assert "Not the same" not in words


def test_other_programmes_countries_and_inputs_are_told(plans, leohub):
    edit_run(plans / "b", '"programme": "Four Squares Online"', '"programme": "Five Squares"')
    edit_run(plans / "b", '"country": "Squareland"', '"country": "Roundland"')
    run = json.loads((plans / "b" / "run.json").read_text("utf-8"))
    run["inputs"][0]["sha256"] = "0" * 64
    run["inputs"].pop()
    (plans / "b" / "run.json").write_text(json.dumps(run), "utf-8")
    code, out, _ = leohub("diff", plans / "a", plans / "b")
    words = " ".join(out.split())
    assert code == 0
    assert "The country is another one: Squareland in A, Roundland in B" in words
    assert "The programme is another one: Four Squares Online in A, Five Squares in B" in words
    assert "people.tif (people) was changed between A and B" in words
    assert "Only A was made with starlink.tle (elements)" in words


def test_what_is_no_results_folder_is_refused_all_at_once(plans, leohub):
    hubs = plans / "a" / "hubs.csv"
    hubs.write_text(hubs.read_text("utf-8").replace("clinic", "school", 1), "utf-8")
    (plans / "a" / "regions.csv").unlink()
    code, _, err = leohub("diff", plans / "a", plans / "nowhere")
    words = " ".join(err.split())
    assert code == 2
    assert "hubs.csv was changed since leohub wrote it" in words
    assert "regions.csv is missing" in words
    assert "nowhere is not there" in words
    assert not Path("difference.html").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "no results folder: there is no run.json"),
        ("{", "run.json is no JSON"),
        ("[]", "is not as leohub writes it"),
        ('{"study": 1}', "is not as leohub writes it"),
    ],
)
def test_a_broken_run_is_refused(plans, leohub, content, told):
    run = plans / "b" / "run.json"
    run.unlink() if content is None else run.write_text(content, "utf-8")
    code, _, err = leohub("diff", plans / "a", plans / "b")
    assert code == 2
    assert told in " ".join(err.split())


def test_a_page_never_takes_the_place_of_somebody_elses_file(plans, leohub):
    Path("mine.html").write_text("<p>My own page</p>", "utf-8")
    code, _, err = leohub("diff", plans / "a", plans / "b", "--out", "mine.html")
    assert code == 2
    assert "was not written by" in err
    assert leohub("diff", plans / "a", plans / "b", "--out", "plans.pdf")[0] == 2
    for _ in range(2):
        assert leohub("diff", plans / "a", plans / "b", "--out", "ours.html")[0] == 0


# --- Which hubs are the same ---------------------------------------------------------------------


def hubs_at(*places: tuple[str, float, float]) -> pd.DataFrame:
    ids, lat, lon = zip(*places, strict=True) if places else ((), (), ())
    return pd.DataFrame(
        {
            "site_id": list(ids),
            "name": list(ids),
            "kind": "school",
            "region": "West",
            "lat_deg": np.array(lat, dtype=float),
            "lon_deg": np.array(lon, dtype=float),
            "radius_km": 5.0,
            "rank": np.arange(1, len(ids) + 1),
            "added_people": 100.0,
        }
    )


def groups(a: pd.DataFrame, b: pd.DataFrame) -> dict[str, str]:
    found = match_hubs(a, b)
    return dict(zip(found["site_id"], found["group"], strict=True))


def test_a_place_is_the_same_by_its_id_where_its_list_was_corrected():
    a, b = hubs_at(("s:1", 0.0, 36.0)), hubs_at(("s:1", 0.008, 36.0))
    assert groups(a, b) == {"s:1": BOTH}


def test_the_same_id_far_away_is_another_place():
    found = match_hubs(hubs_at(("s:1", 0.0, 36.0)), hubs_at(("s:1", 0.2, 36.0)))
    assert found["group"].tolist() == [ONLY_A, ONLY_B]
    assert found["nearest_km"].tolist() == pytest.approx([22.1, 22.1], abs=0.1)


def test_the_same_spot_under_another_id_is_the_same_place_once():
    a = hubs_at(("s:1", 0.0, 36.0), ("s:2", 0.0002, 36.0))
    b = hubs_at(("t:9", 0.0001, 36.0))
    found = match_hubs(a, b)
    assert sorted(found["group"]) == [BOTH, ONLY_A]
    assert found["nearest_km"].isna().all()


@given(st.integers(0, 10_000))
def test_every_hub_of_both_plans_is_there_once(seed):
    rng = np.random.default_rng(seed)
    spots = rng.uniform(0, 0.002, (8, 2)) + np.array([0, 36])
    a, b = (
        hubs_at(*[(f"s:{rng.integers(0, 9)}-{i}", *spots[i]) for i in rng.permutation(8)[:size]])
        for size in rng.integers(0, 8, 2)
    )
    found = match_hubs(a, b)
    counts = found["group"].value_counts()
    assert counts.get(BOTH, 0) + counts.get(ONLY_A, 0) == len(a)
    assert counts.get(BOTH, 0) + counts.get(ONLY_B, 0) == len(b)
    assert sorted(found["rank_a"].dropna()) == list(range(1, len(a) + 1))
    assert sorted(found["rank_b"].dropna()) == list(range(1, len(b) + 1))


@given(st.lists(st.floats(-1e7, 1e7), max_size=20))
def test_shades_of_change_are_alike_on_both_sides(change):
    shades, limits = change_classes(np.array(change))
    mirrored, _ = change_classes(-np.array(change))
    assert (shades == -mirrored).all()
    assert limits == sorted(limits)
    assert (np.abs(shades) <= 3).all()
    assert all(
        (shade == 0) == (abs(value) < 0.5) for shade, value in zip(shades, change, strict=True)
    )


# --- The land that hubs serve, and hubs that stand -----------------------------------------------


def land(*shapes: shapely.Geometry, radius_km: float = 5.0) -> gpd.GeoDataFrame:
    """The land of hubs by their rank, as `read_areas` returns it."""
    ranks = pd.Index(range(1, len(shapes) + 1), name="rank")
    return gpd.GeoDataFrame({"radius_km": radius_km}, index=ranks, geometry=list(shapes))


def several(*boxes: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.MultiPolygon(boxes)


def test_land_is_shown_once_where_both_plans_serve_the_same():
    hubs = match_hubs(
        hubs_at(("s:1", 0.0, 36.0), ("s:2", 0.2, 36.0), ("s:3", 0.4, 36.0)),
        hubs_at(("s:2", 0.2, 36.0), ("s:1", 0.0, 36.0), ("s:4", 0.6, 36.0)),
    )
    one, two, three = (shapely.box(36, south, 36.1, south + 0.1) for south in (0, 0.2, 0.4))
    a = land(several(one), several(two), several(three))
    b = land(several(two, one), several(one), shapely.MultiPolygon())
    found = lay_areas(hubs, a, b)
    rows = list(zip(hubs["site_id"][found["hub"]], found["plan"], strict=True))
    assert rows == [("s:1", "both"), ("s:2", "a"), ("s:2", "b"), ("s:3", "a")]
    assert shapely.equals(found["shape"].iloc[2], several(two, one))


def test_land_travels_as_shapes_or_as_circles():
    hubs = match_hubs(hubs_at(("s:1", 0.0, 36.0)), hubs_at(("s:1", 0.0, 36.0)))
    circle = shapely.Point(36.0, 0.0).buffer(0.05)
    cells = several(shapely.box(36, 0, 36.1, 0.1))
    found = lay_areas(hubs, land(circle), land(cells, radius_km=7.0))
    as_circle, as_cells = pack_areas(found)
    assert (as_circle["plan"], as_cells["plan"]) == ("a", "b")
    assert as_circle["radius_km"] == 5
    assert (as_circle["lat_deg"], as_circle["lon_deg"]) == pytest.approx((0, 36), abs=1e-6)
    assert as_cells["land"] == packed(np.array([cells]))[0]
    assert any_shapes(found)
    assert not any_shapes(lay_areas(hubs, land(circle), land(circle)))


def test_hubs_that_were_built_are_not_given_up(tmp_path, leohub):
    study = make_few_places(tmp_path / "tiny", 14, 4)
    assert leohub("plan", study, "--results", tmp_path / "a")[0] == 0
    built = pd.read_csv(tmp_path / "a" / "hubs.csv")["site_id"].head(2)
    built.to_csv(study.parent / "built.csv", index=False)
    text = study.read_text("utf-8") + '[choice.existing]\nfile = "built.csv"\n'
    study.write_text(text.replace("hubs = 4", "hubs = 2"), "utf-8")
    assert leohub("plan", study, "--results", tmp_path / "b")[0] == 0
    code, out, err = leohub("diff", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "d.html")
    assert code == 0, err
    assert "Of those only in A, 2 stand already in B: built, not given up." in " ".join(out.split())
    page = (tmp_path / "d.html").read_text("utf-8")
    assert "(2 built)" in page
    assert "2 stand already, only in B" in page
    data = re.search(r'<script type="application/json" id="plans">(.*?)</script>', page)[1]
    told = json.loads(data)
    assert [hub["plan"] for hub in told["standing"]] == ["b", "b"]
    stands = [hub["name"] for hub in told["hubs"] if hub["stands"]]
    assert sorted(stands) == sorted(hub["name"] for hub in told["standing"])


def test_a_map_without_its_layers_is_refused(plans, leohub):
    package = plans / "a" / "plan.gpkg"
    before = sha256_of(package)
    areas = gpd.read_file(package, layer="service_areas")
    areas[areas["rank"] != 3].to_file(package, layer="service_areas", driver="GPKG")
    edit_run(plans / "a", before, sha256_of(package))
    code, _, err = leohub("diff", plans / "a", plans / "b")
    assert code == 2
    assert "plan.gpkg has no catchment of hub 3" in " ".join(err.split())
    assert "leohub plan STUDY" in err
