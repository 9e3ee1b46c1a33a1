"""Covering problems as others write them: every format, whatever the layout, and bad input."""

import gzip
import itertools
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from leohub.errors import InputError, RefusalError
from leohub.io.covering import plane
from leohub.io.covering.formats import FORMATS, METRICS, read_problem
from leohub.io.covering.globe import SPHERE_M, Globe, Sphere
from leohub.io.covering.network import Network
from leohub.io.covering.plane import Plane
from leohub.io.covering.problem import CoveringProblem, Listed
from leohub.io.provenance import InputFile

POINTS = "0 0 5\n3 4 7\n10 0 1\n"
CORDEAU = "2\t3\t\nF\t0\t0.0\t0.0\t4\nF\t1\t9.5\t0.0\t6\nC\t0\t0.0\t0.0\t5\n" + (
    "C\t1\t3.0\t4.0\t7\nC\t2\t10.0\t0.0\t1\n"
)
# A ring 1 - 2 - 3 - 4 whose first edge is given twice.
PMED = " 4 5 2\n 1 2 30 \n 2 3 10 \n 3 4 10\n 1 4 90\n 2 1 5\n"
SCP = " 3 4 \n 1 2 3\n 4 \n 2 \n 1 2 \n 1 \n 3\n 3\n 2 3 4\n"
TSP = (
    "NAME : three\nTYPE : TSP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n"
    "1 0.0e+00 0\n2 3 4\n3 10 0\n"
)


@pytest.fixture
def read(tmp_path: Path):
    """Write a text (and perhaps one of demands) and read it as a problem."""

    def reader(text, name="instance.txt", demand=None, demand_name="demand.txt", **options):
        (tmp_path / name).write_text(text, "utf-8")
        if demand is not None:
            (tmp_path / demand_name).write_text(demand, "utf-8")
            options["demand"] = InputFile(tmp_path / demand_name, named=demand_name)
        return read_problem(InputFile(tmp_path / name, named=name), **options)

    return reader


def covered(problem: CoveringProblem, radius=None) -> list[list[int]]:
    """The points that each site covers."""
    shares = problem.to_coverage(radius).shares
    assert shares.has_sorted_indices
    return [row.indices.tolist() for row in shares]


# --- What is read --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        POINTS,
        "3\n" + POINTS,
        "3 9999 p S \n" + POINTS,
        "3 3 0\n" + POINTS,
        "x,y,demand\n0,0,5\n3,4,7\n10,0,1\n",
        "Demand X Y\n5 0 0\n7 3 4\n1 10 0\n",
        "\ufeff0;0;5\r\n3;4;7\r\n\r\n10;0;1\r\n",
        "01, 0, 0, 5,\n02, 3, 4, 7,\n03, 10, 0, 1,\n",
        "3\t\n0 0 0 9 5\n1 3 4 9 7\n2 10 0 9 1\n",
        " 1 713\n 3 2 120\n 1 0 0 5\n 2 3 4 7\n 3 10 0 1\n",
        TSP + "DEMAND_SECTION\n1 5\n2 7\n3 1\nDEPOT_SECTION\n-1\nEOF\n",
        TSP.replace("1 0.0e+00 0\n2 3", "0 0\n3").replace("3 10 0", "10 0")
        + "DEMAND_SECTION\n5\n7\n1\nEOF\n",
    ],
)
def test_coordinates_are_read_in_every_layout(read, text):
    problem = read(text)
    assert isinstance(problem.reach, Plane)
    assert problem.reach.points.tolist() == [[0, 0], [3, 4], [10, 0]]
    assert problem.demand.tolist() == [5, 7, 1]
    assert covered(problem, 5.0) == [[0, 1], [0, 1], [2]]
    assert covered(problem, np.nextafter(5, 0)) == [[0], [1], [2]]


def test_a_capacitated_p_median_instance_says_how_many_hubs(read):
    assert read(" 1 713\n 3 2 120\n 1 0 0 5\n 2 3 4 7\n 3 10 0 1\n").hubs == 2


@pytest.mark.parametrize("demand", ["5\n7\n1\n", "3\n5\n7\n1\n", "5 7 1"])
@pytest.mark.parametrize("text", ["3\n0 0\n3 4\n10 0\n", "0 0\n3 4\n10 0\n", TSP])
def test_coordinates_and_demands_in_two_files(read, text, demand):
    problem = read(text, demand=demand)
    assert problem.demand.tolist() == [5, 7, 1]
    assert problem.reach.shape == (3, 3)


def test_sites_and_demand_points_in_two_tables(read):
    problem = read(
        "id,x,y,cost\na,0,0,2\nb,10,0,3\n", "sites.csv", "x,y,people\n1,0,4\n2,0,6\n", "people.csv"
    )
    assert covered(problem, 1.5) == [[0], []]
    assert problem.demand.tolist() == [4, 6]
    assert problem.site_names.tolist() == ["a", "b"]
    assert problem.cost.tolist() == [2, 3]


def test_numbers_in_front_are_not_coordinates(read):
    problem = read("1 0 0\n2 3 4\n3 10 0\n")
    assert covered(problem, 5) == [[0, 1], [0, 1], [2]]
    assert problem.demand.tolist() == [1, 1, 1]
    assert len(problem.notes) == 2


def test_tables_with_latitudes_measure_on_the_ellipsoid(read):
    problem = read("name,lat,lon,people\na,0,37,10\nb,0.04,37,20\n", "sites.csv")
    assert isinstance(problem.reach, Globe)
    _, _, apart_m = Geod(ellps="WGS84").inv(37, 0, 37, 0.04)
    assert covered(problem, apart_m / 1000 + 1e-6) == [[0, 1], [0, 1]]
    assert covered(problem, apart_m / 1000 - 1e-6) == [[0], [1]]


def test_coordinates_of_cities_measure_on_a_sphere_in_metres(read):
    text = TSP.replace("EUC_2D", "COORD").replace("1 0.0e+00 0\n2 3 4\n3 10 0", "0 0\n0.5 0\n40 0")
    for problem in (read(text), read("0 0\n0.5 0\n40 0\n", metric="sphere")):
        assert isinstance(problem.reach, Sphere)
        half_degree_m = np.radians(0.5) * SPHERE_M
        assert covered(problem, half_degree_m + 1e-3) == [[0, 1], [0, 1], [2]]
        assert covered(problem, half_degree_m - 1e-3) == [[0], [1], [2]]
        assert covered(problem, 1e9) == [[0, 1, 2]] * 3


def test_sites_and_points_of_cordeau_and_others(read):
    problem = read(CORDEAU)
    assert problem.format == "cordeau"
    assert covered(problem, 5) == [[0, 1], [2]]
    assert problem.demand.tolist() == [5, 7, 1]
    assert problem.cost.tolist() == [4, 6]


def test_of_an_edge_given_twice_the_last_counts(read):
    problem = read(PMED)
    assert isinstance(problem.reach, Network)
    assert (problem.format, problem.hubs, problem.demand.tolist()) == ("pmed", 2, [1] * 4)
    assert covered(problem, 4.9) == [[0], [1], [2], [3]]
    assert covered(problem, 5) == [[0, 1], [0, 1], [2], [3]]
    assert covered(problem, 15) == [[0, 1, 2], [0, 1, 2], [0, 1, 2, 3], [2, 3]]


def test_nodes_with_demands_behind_the_edges(read):
    text = "3 4 10 N(80,15)\n1 2 5 1.5\n2 3 5 2.5\n1 3 9 3.5\n3 2 4\t\n"
    problem = read(text, format="pmed")
    assert problem.demand.tolist() == [1.5, 2.5, 3.5]
    assert problem.hubs is None
    assert covered(problem, 4) == [[0], [1, 2], [1, 2]]


@pytest.mark.parametrize("text", [SCP, "3 4\n1 1 2\n2 2 1 3\n3 2 2 3\n4 1 3\n"])
def test_set_covering_instances_by_rows_and_by_columns(read, text):
    problem = read(text)
    assert isinstance(problem.reach, Listed)
    assert problem.demand.tolist() == [1, 1, 1]
    assert problem.cost.tolist() == [1, 2, 3, 4]
    assert not problem.needs_radius
    expected = {
        "scp": [[0], [0, 2], [1, 2], [2]],
        "rail": [[1], [0, 2], [1, 2], [2]],
    }
    assert covered(problem) == expected[problem.format]


def test_demands_for_networks_and_lists(read):
    assert read(PMED, demand="1 2 3 4").demand.tolist() == [1, 2, 3, 4]
    assert read(SCP, demand="1\n2\n3\n").demand.tolist() == [1, 2, 3]


def test_packed_files(tmp_path):
    path = tmp_path / "instance.txt.gz"
    path.write_bytes(gzip.compress(POINTS.encode()))
    assert read_problem(InputFile(path)).demand.tolist() == [5, 7, 1]


def test_a_named_format_wins_over_the_look(read):
    # Three nodes in a ring look like three points.
    text = "3 3 1\n1 2 4\n2 3 4\n3 1 4\n"
    assert read(text).format == "points"
    assert isinstance(read(text, format="pmed").reach, Network)


def test_every_format_and_metric_has_a_name_and_words():
    assert all(FORMATS.values())
    assert all(METRICS.values())


# --- Who covers whom -----------------------------------------------------------------------------

coordinates = st.integers(-30, 30).map(float) | st.floats(-30, 30)
places = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=25).map(np.array)


@given(places, places, st.integers(1, 40).map(float) | st.floats(0.01, 100))
def test_a_plane_covers_what_a_plain_loop_covers(sites, points, radius):
    found = Plane(sites, points).within(radius).toarray()
    for (i, (x, y)), (j, (u, v)) in itertools.product(enumerate(sites), enumerate(points)):
        assert found[i, j] == ((u - x) ** 2 + (v - y) ** 2 <= radius**2)


@given(st.integers(2, 7), st.data())
def test_a_network_covers_what_floyd_and_warshall_cover(nodes, data):
    node = st.integers(1, nodes)
    edges = data.draw(st.lists(st.tuples(node, node, st.integers(0, 20)), min_size=1, max_size=20))
    apart = np.full((nodes, nodes), np.inf)
    for a, b, length in edges:
        apart[a - 1, b - 1] = apart[b - 1, a - 1] = length
    np.fill_diagonal(apart, 0)
    for k in range(nodes):
        apart = np.minimum(apart, apart[:, [k]] + apart[[k], :])
    text = f"{nodes} {len(edges)} 1\n" + "".join(f"{a} {b} {c}\n" for a, b, c in edges)
    from leohub.io.covering.pmed import read_pmed
    from leohub.io.covering.text import InstanceText

    problem = read_pmed(InstanceText(InputFile(Path("network.txt")), text.encode()))
    for radius in (0.5, 3, 11):
        found = problem.to_coverage(radius).shares.toarray()
        assert np.array_equal(found, apart <= radius)


def test_too_many_pairs_are_refused_before_they_fill_the_memory(monkeypatch):
    monkeypatch.setattr(plane, "MOST_PAIRS", 10)
    points = np.zeros((6, 2))
    assert Plane(points[:1], points).within(1).nnz == 6
    with pytest.raises(RefusalError, match="36 pairs"):
        Plane(points, points).within(1)


@pytest.mark.parametrize("radius", [None, 0, -1, np.nan, np.inf])
def test_coordinates_need_a_radius(read, radius):
    with pytest.raises(ValueError, match="positive radius"):
        read(POINTS).to_coverage(radius)


def test_lists_need_no_radius(read):
    with pytest.raises(ValueError, match="listed"):
        read(SCP).to_coverage(3)


# --- Bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message", "options"),
    [
        ("", "the file is empty", {}),
        ("\n \n", "there is nothing in it", {}),
        ("0 0 5\n3 4\n10 0 1\n1 x 1\n", "row 2: 2 fields, where the others have 3", {}),
        ("0 0 5\n3 4\n10 0 1\n1 x 1\n", "row 4: 'x' is not a number", {}),
        ("0 0 5\n3 4 7 8\n10 0 1\n", "row 2: 4 fields", {}),
        ("0 0 5\n3 4 nan\n10 0 1\n", "row 2: 'nan' is not a number", {}),
        ("0 0 5\n3 4 -7\n10 0 1\n", "row 2: the demand -7 is negative", {}),
        ("0 0 5\n3 1_0 7\n10 0 1\n", "row 2: '1_0' is not a number", {}),
        ("4 p S\n" + POINTS, "row 1: it announces 4 points, but 3 follow", {}),
        ("9 2 3 4 5 6\n1 2 3 4 5 6\n", "row 1: the lines have 6 fields", {}),
        ("a,b\n1,2\n", "there is no column for x and y", {}),
        ("x y\n1 2\n3\n", "row 3: 1 fields, where the headings are 2", {}),
        ("x,x,y\n1,2,3\n", "columns appear twice: 'x'", {}),
        ("x,y,demand\n1,2,-3\n", "row 2: column 'demand': -3 is below 0", {}),
        ("lat,lon\n91,37\n1,37\n", "latitude 91 is beyond", {}),
        ("409154 435528 1\n", "not a latitude and a longitude", {"metric": "geodesic"}),
        (TSP.replace("EUC_2D", "ATT"), "EDGE_WEIGHT_TYPE is ATT", {}),
        (TSP.replace("DIMENSION : 3", "DIMENSION : 4"), "3 lines, where there should be 4", {}),
        (TSP.replace("2 3 4", "9 3 4"), "row 7: node 9 stands where node 2 is due", {}),
        (TSP.replace("2 3 4", "2 3"), "row 7: 2 fields", {}),
        (TSP + "DEMAND_SECTION\n1 5\n2 -7\n3 1\n", "row 11: the demand -7 is negative", {}),
        ("NAME : none\nDIMENSION : 3\n", "there is no NODE_COORD_SECTION", {}),
        (CORDEAU.replace("2\t3\t", "2\t4\t"), "2 sites and 4 demand points, but 2 and 3", {}),
        (CORDEAU.replace("4.0\t7", "4.0"), "row 5: 'C 1 3.0 4.0' is not such a line", {}),
        (CORDEAU.replace("C\t1", "D\t1"), "row 5: 'D 1 3.0 4.0 7' is not such a line", {}),
        (CORDEAU.replace("\t7\n", "\t-7\n"), "row 5: 'C 1 3.0 4.0 -7'", {}),
        (CORDEAU, "says how distances are measured", {"metric": "plane"}),
        (PMED.replace("2 3 10", "2 9 10"), "row 3: 2 and 9 are not both nodes", {}),
        (PMED.replace("2 3 10", "2 3 -1"), "row 3: the length -1 is negative", {}),
        (PMED.replace(" 2 1 5\n", ""), "announces 5 edges, but 4 follow", {"format": "pmed"}),
        ("4 2 1\n1 2 3 8\n2 3 3 8\n", "2 of the 4 nodes have a demand", {}),
        ("p q\n1 2 3\n", "numbers of nodes and edges, and p", {"format": "pmed"}),
        (SCP.replace("2 3 4\n", "2 3\n"), "row 3 of the matrix announces 3", {"format": "scp"}),
        (SCP.replace("2 3 4\n", "2 3 5\n"), "row 9: there is no column 5", {}),
        (SCP + "7\n", "row 10: 1 numbers follow after the last", {"format": "scp"}),
        (SCP.replace("1 2 3\n", "1 2.5 3\n"), "row 2: 2.5 is not a whole", {"format": "scp"}),
        ("3 4\n1 1 2\n2 2 1 3\n3 2 2 4\n4 1 3\n", "row 4: there is no row 4", {}),
        ("3 4\n1 1 2\n2 2 1 3\n3 2 2", "announces 2 numbers, but 1", {"format": "rail"}),
        ("3 4\n1 1 2\n", "the file ends before column 2", {"format": "rail"}),
    ],
)
def test_what_is_wrong_is_told_with_its_row(read, text, message, options):
    with pytest.raises(InputError) as caught:
        read(text, **options)
    assert any(message in str(problem) for problem in caught.value.problems), caught.value
    assert all(problem.file == "instance.txt" for problem in caught.value.problems)
    assert all(problem.remedy for problem in caught.value.problems)


def test_all_wrong_lines_are_told_at_once(read):
    with pytest.raises(InputError) as caught:
        read("0 0 5\n1 1\n2 2\n3 a 3\n4 b 4\n5 5 5\n")
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    ("demand", "message"),
    [
        ("5\n7\n", "it has 2 demands, but there are 3 points"),
        ("5\n-7\n1\n", "row 2: the demand -7 is negative"),
        ("5\nmany\n1\n", "row 2: 'many' is not a number"),
        ("lat,lon\n0,37\n", "Give both as x and y, or both as lat and lon"),
    ],
)
def test_wrong_demands_are_told(read, demand, message):
    with pytest.raises(InputError) as caught:
        read(POINTS, demand=demand)
    assert message in str(caught.value)


@given(st.text(max_size=60) | st.text(alphabet="0123456789 .-\n,FC:", max_size=60))
def test_any_text_is_read_or_refused_in_plain_words(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("text") / "instance.txt"
    path.write_text(text, "utf-8", newline="")
    with suppress(InputError):
        assert read_problem(InputFile(path)).demand.min() >= 0
