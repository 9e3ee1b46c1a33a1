"""`leohub cover` from a file to a proven choice, the recipes, and the published values."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leohub.app.cli.cover import _FORMATS, _METRICS
from leohub.io.covering.formats import FORMATS, METRICS, read_problem
from leohub.io.covering.plane import Plane
from leohub.io.provenance import InputFile

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks" / "choice"


@pytest.fixture
def recipes(monkeypatch):
    """The benchmark's modules, which are no package."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import recipes

    return recipes


@pytest.fixture
def published(recipes):
    import published

    return published


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """Twelve sites and forty points, few enough to try every choice."""
    random = np.random.default_rng(5)
    path = tmp_path / "instance.dat"
    sites, points = random.random((12, 2)) * 10, random.random((40, 2)) * 10
    lines = [f"F\t{i}\t{x:.6f}\t{y:.6f}\t1" for i, (x, y) in enumerate(sites)]
    lines += [f"C\t{i}\t{x:.6f}\t{y:.6f}\t{1 + i % 7}" for i, (x, y) in enumerate(points)]
    path.write_text("12\t40\t\n" + "\n".join(lines) + "\n", "ascii")
    return path


def best_by_trying(path: Path, hubs: int, radius: float) -> float:
    """The most that any choice covers, found without the code under test."""
    rows = [line.split() for line in path.read_text("ascii").splitlines()[1:]]
    sites = [(float(r[2]), float(r[3])) for r in rows if r[0] == "F"]
    points = [(float(r[2]), float(r[3]), float(r[4])) for r in rows if r[0] == "C"]
    return max(
        sum(
            worth
            for u, v, worth in points
            if any((u - x) ** 2 + (v - y) ** 2 <= radius**2 for x, y in chosen)
        )
        for chosen in itertools.combinations(sites, hubs)
    )


# --- The command ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("hubs", "radius"), [(1, 3), (3, 2), (4, 1.5)])
def test_what_is_printed_is_the_best_there_is(leohub, instance, hubs, radius):
    code, out, _ = leohub("cover", instance, "--hubs", hubs, "--radius", radius, "--json")
    figures = json.loads(out)
    best = best_by_trying(instance, hubs, radius)
    assert code == 0
    assert figures["value"] == best
    assert figures["bound"] == pytest.approx(best)
    assert figures["optimal"]
    assert figures["gap_pct"] == 0
    assert (figures["sites"], figures["points"], figures["format"]) == (12, 40, "cordeau")
    assert len(figures["chosen"]) == figures["hubs"] <= hubs


def test_the_words_say_value_proof_and_time(leohub, instance, tmp_path):
    out_file = tmp_path / "chosen.csv"
    code, out, _ = leohub(
        "cover", instance, "--hubs", 3, "--radius", 2, "--out", out_file, "--seed", 4
    )
    assert code == 0
    assert re.search(r"12 sites, 40 points with a demand of \d+", out)
    assert f"3 sites of radius 2 cover {best_by_trying(instance, 3, 2):.0f} (" in out
    assert "Proven: no choice of as many sites covers more." in out
    assert re.search(r"Time: reading \S+ s, coverage \S+ s, choice \S+ s", out)
    chosen = pd.read_csv(out_file)
    assert chosen.columns.tolist() == ["rank", "site", "adds", "x", "y"]
    assert chosen["rank"].tolist() == [1, 2, 3]
    assert chosen["adds"].sum() == best_by_trying(instance, 3, 2)
    sites = read_problem(InputFile(instance)).reach.sites
    assert np.allclose(chosen[["x", "y"]], sites[chosen["site"] - 1])


def test_an_open_gap_is_told_as_one(leohub, tmp_path):
    random = np.random.default_rng(1)
    path = tmp_path / "many.txt"
    np.savetxt(path, np.column_stack((random.random((3000, 2)) * 30, np.ones(3000))))
    code, out, _ = leohub("cover", path, "--hubs", 40, "--radius", 2, "--time-limit", 0.01)
    assert code == 0
    said = " ".join(out.split())
    assert re.search(r"covers? more than [\d,.]+, so at most [\d.]+ % could be gained\.", said)
    assert "The time limit ended the search." in said


def test_two_tables_on_the_earth(leohub, tmp_path):
    (tmp_path / "sites.csv").write_text("id,lat,lon\nA,0,37\nB,0,37.5\n", "utf-8")
    (tmp_path / "people.csv").write_text("lat,lon,people\n0,37.01,5\n0,37.49,9\n0,38,99\n", "utf-8")
    code, out, _ = leohub(
        *("cover", tmp_path / "sites.csv", "--demand", tmp_path / "people.csv"),
        *("--hubs", 1, "--radius", 2, "--out", tmp_path / "chosen.csv"),
    )
    assert code == 0
    assert "1 sites of radius 2 km cover 9 (7.96 %)." in out
    chosen = pd.read_csv(tmp_path / "chosen.csv")
    assert chosen.to_dict("records") == [
        {"rank": 1, "site": 2, "id": "B", "adds": 9.0, "lat": 0.0, "lon": 37.5}
    ]


def test_lists_of_what_is_covered_need_no_radius(leohub, tmp_path):
    path = tmp_path / "scp.txt"
    path.write_text("3 4\n1 1 1 1\n1 2\n1 3\n3 2 3 4\n", "ascii")
    code, out, _ = leohub("cover", path, "--hubs", 1)
    assert code == 0
    assert "1 sites cover 2 (66.67 %)." in out


def test_a_network_says_itself_how_many(leohub, tmp_path):
    path = tmp_path / "pmed.txt"
    path.write_text("4 3 2\n1 2 5\n2 3 10\n3 4 10\n", "ascii")
    code, out, _ = leohub("cover", path, "--radius", 10)
    assert code == 0
    assert "Note: every node is worth 1" in out
    assert "2 sites of radius 10 cover 4 (100.00 %)." in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "how many sites to choose: give --hubs"),
        (["--hubs", "2"], "give --radius, in the unit of the coordinates"),
        (["--hubs", "2", "--radius", "inf"], "finite"),
        (["--hubs", "2", "--radius", "0"], "not in the range"),
        (["--hubs", "0", "--radius", "1"], "not in the range"),
        (["--hubs", "2", "--radius", "1", "--format", "tsp"], "is not one of"),
        (["--hubs", "2", "--radius", "1", "--format", "pmed"], "numbers of nodes and edges"),
        (["--hubs", "2", "--radius", "1", "--out", "no/such/folder.csv"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_told(leohub, instance, arguments, message):
    code, _, err = leohub("cover", instance, *arguments)
    assert code == 2
    assert message in err


def test_a_radius_for_lists_is_told(leohub, tmp_path):
    path = tmp_path / "scp.txt"
    path.write_text("3 4\n1 1 1 1\n1 2\n1 3\n3 2 3 4\n", "ascii")
    code, _, err = leohub("cover", path, "--hubs", 1, "--radius", 4)
    assert code == 2
    assert "leave --radius out" in err


def test_errors_as_json(leohub, tmp_path):
    (tmp_path / "bad.txt").write_text("0 0\n1\n2 2\n", "ascii")
    code, out, _ = leohub("cover", tmp_path / "bad.txt", "--hubs", 1, "--radius", 1, "--json")
    assert code == 2
    (error,) = json.loads(out)["errors"]
    assert error["where"] == "row 2"
    assert error["remedy"]


def test_the_options_are_those_that_are_read():
    assert list(FORMATS) == _FORMATS
    assert list(METRICS) == _METRICS


def test_ctrl_c_ends_it(tmp_path):
    random = np.random.default_rng(1)
    path = tmp_path / "many.txt"
    np.savetxt(path, np.column_stack((random.random((6000, 2)) * 30, np.ones(6000))))
    command = [sys.executable, "-m", "leohub.app.cli.main", "cover", str(path)]
    with subprocess.Popen(
        [*command, "--hubs", "300", "--radius", "1", "--out", str(tmp_path / "chosen.csv")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "finding what each site covers" in line:
                break
        time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert process.returncode == 130 or "Proven" in out


# --- Recipes and published values ----------------------------------------------------------------


def test_the_recipe_draws_what_the_c_library_draws(recipes):
    # ISO C leaves rand() open; these are the well-known first numbers of the GNU C library.
    first = [1804289383, 846930886, 1681692777, 1714636915, 1957747793, 424238335]
    assert recipes.CRandom(1).draw(6).tolist() == first


def test_the_recipe_makes_the_published_instance(recipes):
    problem = recipes.CordeauRecipe(1000, 1, cost=(10, 100)).problem()
    # The first lines of GRID_INST_n100_m1000_d1_100_f10_100_s1.dat, which its authors publish.
    assert problem.reach.sites[:2].tolist() == [[25.205632, 11.831488], [23.492977, 23.953201]]
    assert problem.cost[:2].tolist() == [75, 40]
    assert problem.demand.sum() == 49_916


def test_the_recipe_is_the_same_however_it_is_taken(recipes, tmp_path):
    recipe = recipes.CordeauRecipe(250, 3, sites=7)
    whole = recipe.problem()
    pieces = np.concatenate(list(recipe.point_tables(at_once=60)))
    assert np.array_equal(pieces[:, :2], whole.reach.points)
    assert np.array_equal(pieces[:, 2], whole.demand)
    recipe.write(tmp_path / "made.dat")
    read = read_problem(InputFile(tmp_path / "made.dat"))
    assert np.array_equal(read.reach.sites, whole.reach.sites)
    assert np.array_equal(read.reach.points, whole.reach.points)
    assert np.array_equal(read.demand, whole.demand)
    assert recipe.name == "GRID_MCLP_n7_m250_d1_100_f1_1_s3"
    assert not np.array_equal(recipes.CordeauRecipe(250, 4, sites=7).problem().demand, whole.demand)


def test_the_other_recipe_too(recipes, tmp_path):
    recipe = recipes.ZarandiRecipe(300, 2)
    whole = recipe.problem()
    recipe.write(tmp_path / "made.txt")
    read = read_problem(InputFile(tmp_path / "made.txt"))
    assert isinstance(read.reach, Plane)
    assert np.array_equal(read.reach.points, whole.reach.points)
    assert np.array_equal(read.demand, whole.demand)
    assert whole.demand.min() >= 0
    assert whole.demand.max() <= 100


def test_every_published_value_has_its_source(published):
    rows = published.read_published()
    assert len({(row.instance, row.radius, row.hubs) for row in rows}) == len(rows)
    kinds = re.compile(r"optimum|best known|optimum to \d digits")
    for row in rows:
        assert row.value > 0
        assert kinds.fullmatch(row.kind)
        assert re.search(r"doi:10\.|github\.com/", row.source)
        assert row.set in (BENCHMARKS / "README.md").read_text("utf-8")


def test_a_value_known_to_some_digits_is_met_by_what_rounds_to_it(published):
    row = published.Published("s", "i", 5.5, 10, 4_430_000, "optimum to 3 digits", "")
    assert row.is_met_by(4_431_761)
    assert row.is_met_by(4_425_001)
    assert not row.is_met_by(4_424_000)
    exact = published.Published("s", "i", 5.5, 10, 100, "optimum", "")
    assert exact.is_met_by(100)
    assert not exact.is_met_by(99)
    assert exact.is_contradicted_by(99)


def test_instances_are_found_in_folders_or_made(published, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "Town.txt").write_text("0 0 5\n3 4 7\n10 0 1\n", "ascii")
    assert published.find_problem("Town", tmp_path).demand.tolist() == [5, 7, 1]
    assert published.find_problem("City", tmp_path) is None
    made = published.find_problem("GRID_MCLP_n10_m50_d1_100_f1_1_s2", tmp_path)
    assert made.reach.shape == (10, 50)
