"""The house keeps its floors: imports point down, and never sideways on floor 1."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leohub import errors

PACKAGE = Path(errors.__file__).parent
FLOORS = {
    "__init__": 0,
    "errors": 0,
    "constants": 0,
    "units": 0,
    "quantities": 0,
    "validity": 0,
    "data": 0,
    "sky": 1,
    "people": 1,
    "hub": 1,
    "plan": 2,
    "io": 2,
    "study": 3,
    "report": 3,
    "app": 4,
}
PLAN_FLOORS = {
    "__init__": 0,
    "clock": 0,
    "rounding": 0,
    "story": 0,
    "rules": 0,
    "plan": 1,
    "task": 1,
    "proof": 2,
    "problem": 2,
    "conflict": 3,
    "bounds": 3,
    "solver": 3,
    "starts": 4,
    "regions": 5,
    "walks": 6,
    "stages": 7,
    "findings": 8,
    "choose": 9,
    "capacity": 9,
    "questions": 10,
}
PURE = {"sky", "people", "hub"}
NOT_PURE = re.compile(
    r"(pathlib|os|io|shutil|tempfile|glob|socket|ssl|http|urllib|requests|sqlite3|subprocess|time)"
    r"(\..+)?"
    r"|open"
    r"|(numpy|pandas|geopandas|xarray)\.(read_\w+|load\w*|save\w*|fromfile|genfromtxt|memmap|open_\w+)"
)
CLOCK = re.compile(
    r"datetime\.(datetime|date)\.(now|utcnow|today)|pandas\.Timestamp\.(now|utcnow|today)"
)
HEAVY = {
    "numpy",
    "pandas",
    "geopandas",
    "matplotlib",
    "rasterio",
    "numba",
    "xarray",
    "rich",
    "scipy",
}
FILES = sorted(file.relative_to(PACKAGE) for file in PACKAGE.rglob("*.py"))


def room_of(file: Path) -> str:
    """The first part of a path in the package: a folder, or a module beside the folders."""
    return Path(file.parts[0]).stem


def imports_of(source: str, file: Path) -> Iterator[tuple[str, str]]:
    """Every name that an import binds, and the full name of what it stands for."""
    package = ["leohub", *file.parent.parts]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.split(".")[0]
                yield alias.asname or whole, whole
                yield "", alias.name
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*start, *([node.module] if node.module else [])])
            for alias in node.names:
                yield alias.asname or alias.name, f"{module}.{alias.name}"


def wrong_imports(source: str, file: Path) -> list[str]:
    """Imports of leohub that run up, run sideways on floor 1, or lead to no room."""
    room = room_of(file)
    wrong = []
    for _, name in imports_of(source, file):
        package, _, inside = name.partition(".")
        other = inside.split(".")[0]
        if package != "leohub" or not inside or other == "__version__":
            continue
        if other not in FLOORS:
            wrong.append(f"{name} is in no room")
        elif FLOORS[other] > FLOORS[room]:
            wrong.append(f"{name} is above")
        elif {room, other} <= PURE and room != other:
            wrong.append(f"{name} is beside")
    return wrong


def impurities(source: str, file: Path) -> list[str]:
    """Files, networks and clocks that a source imports or names."""
    imported = list(imports_of(source, file))
    meanings = {"open": "open"} | {bound: whole for bound, whole in imported if bound}
    named = [whole for _, whole in imported]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name | ast.Attribute):
            first, *rest = ast.unparse(node).split(".")
            named.append(".".join([meanings.get(first, ""), *rest]))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("datetime64"):
            named += ["datetime.datetime.now" for word in node.args if is_now(word)]
    return [name for name in named if NOT_PURE.fullmatch(name) or CLOCK.fullmatch(name)]


def is_now(word: ast.expr) -> bool:
    """numpy reads the clock for these two words."""
    return isinstance(word, ast.Constant) and word.value in {"now", "today"}


def run_time_part(source: str) -> str:
    """A source without what only type checkers import."""
    return re.sub(r"^if TYPE_CHECKING:\n(    .*\n)+", "", source, flags=re.MULTILINE)


def test_every_room_has_a_floor_and_every_floor_its_rooms():
    rooms = {room_of(file) for file in FILES} | {
        folder.name for folder in PACKAGE.iterdir() if folder.is_dir() and folder.name[0] != "_"
    }
    assert rooms == set(FLOORS)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_imports_point_down(file: Path):
    assert not wrong_imports((PACKAGE / file).read_text("utf-8"), file)


def test_every_room_of_the_choice_has_a_floor():
    plan = PACKAGE / "plan"
    assert {room.stem for room in plan.iterdir() if room.name != "__pycache__"} == set(PLAN_FLOORS)


@pytest.mark.parametrize("file", [file for file in FILES if room_of(file) == "plan"], ids=str)
def test_imports_of_the_choice_point_down(file: Path):
    names = {name for _, name in imports_of(run_time_part((PACKAGE / file).read_text()), file)}
    others = {name.split(".")[2] for name in names if name.startswith("leohub.plan.")}
    floor = PLAN_FLOORS[Path(file.parts[1]).stem]
    assert not {other for other in others if PLAN_FLOORS[other] > floor}


@pytest.mark.parametrize("file", [file for file in FILES if room_of(file) in PURE], ids=str)
def test_the_models_touch_no_file_no_network_and_no_clock(file: Path):
    assert not impurities((PACKAGE / file).read_text("utf-8"), file)


@pytest.mark.parametrize(
    ("file", "source", "found"),
    [
        ("sky/arc.py", "import leohub.study", "leohub.study is above"),
        ("sky/arc.py", "import leohub.study.run as run", "leohub.study.run is above"),
        ("sky/arc.py", "from leohub import study", "leohub.study is above"),
        ("sky/arc.py", "from leohub import errors, study", "leohub.study is above"),
        ("sky/arc.py", "from leohub.study.run import plan_study", "is above"),
        ("sky/arc.py", "from .. import study", "leohub.study is above"),
        ("sky/arc.py", "from ..plan.plan import Plan", "leohub.plan.plan.Plan is above"),
        ("io/people/raster.py", "from ... import report", "leohub.report is above"),
        ("io/people/raster.py", "from ...study import run", "leohub.study.run is above"),
        ("plan/plan.py", "def f():\n    from leohub.study import run", "is above"),
        ("report/run.py", "if TYPE_CHECKING:\n    from leohub.app import cli", "is above"),
        ("errors.py", "from leohub.sky import arc", "leohub.sky.arc is above"),
        ("units.py", "from . import hub", "leohub.hub is above"),
        ("constants.py", "from .people import cells", "leohub.people.cells is above"),
        ("__init__.py", "from .study.run import plan_study", "is above"),
        ("sky/arc.py", "from leohub import people", "leohub.people is beside"),
        ("hub/cost.py", "from ..people.coverage import Coverage", "is beside"),
        (
            "people/cells.py",
            "import leohub.sky.motion.frames",
            "leohub.sky.motion.frames is beside",
        ),
        ("app/cli/plan.py", "from leohub import attic", "leohub.attic is in no room"),
    ],
)
def test_a_wrong_import_is_caught(file: str, source: str, found: str):
    (wrong,) = set(wrong_imports(source, Path(file)))
    assert wrong.endswith(found)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("app/cli/main.py", "from leohub import __version__"),
        ("study/run.py", "from leohub.sky.service import day_service\nfrom leohub import plan"),
        ("sky/arc.py", "from .frames import local_axes\nfrom . import geometry"),
        ("sky/arc.py", "from ..constants import WGS84_F\nfrom leohub import errors"),
        ("io/people/raster.py", "from ...people import cells\nfrom ..regions import census"),
        ("errors.py", "from leohub.units import MONTHS_PER_YEAR\nimport leohubs.study"),
    ],
)
def test_a_right_import_is_not(file: str, source: str):
    assert not wrong_imports(source, Path(file))


@pytest.mark.parametrize(
    "source",
    [
        "import os.path",
        "import os.path as where",
        "from os import path",
        "import urllib.request",
        "from urllib.request import urlopen",
        "from http.client import HTTPConnection",
        "from pathlib import Path",
        "def f():\n    import socket",
        "text = open('people.csv').read()",
        "opener = open",
        "import pandas as pd\npd.read_csv('people.csv')",
        "from pandas import read_csv",
        "import geopandas as gpd\nread = gpd.read_file",
        "import numpy as np\nnp.load('people.npy')",
        "import datetime as dt\nnow = dt.datetime.now(dt.UTC)",
        "import datetime\nnow = datetime.datetime.utcnow()",
        "from datetime import datetime\nday = datetime.today()",
        "from datetime import datetime as Moment\nnow = Moment.now()",
        "from datetime import date\nday = date.today()",
        "import datetime as dt\nday = dt.date.today()",
        "import datetime as dt\nclock = dt.datetime.now",
        "import time\nstart = time.time()",
        "import time as clock\nstart = clock.monotonic()",
        "from time import perf_counter",
        "import pandas as pd\nnow = pd.Timestamp.now()",
        "import numpy as np\nnow = np.datetime64('now')",
    ],
)
def test_a_file_a_network_and_a_clock_are_caught(source: str):
    assert impurities(source, Path("sky/arc.py"))


@pytest.mark.parametrize(
    "source",
    [
        "import datetime as dt\nnoon = dt.time(12)\nmoment = dt.datetime(2026, 8, 22)",
        "def f(moment):\n    return moment.time(), moment.now, moment.today",
        "import numpy as np\nstart = np.datetime64('2026-08-22')",
        "import operator\nfrom osmium import path\nopened = is_open",
        "def f(time, io):\n    return time.monotonic + io + pd.read_csv",
    ],
)
def test_what_only_looks_like_one_is_not(source: str):
    assert not impurities(source, Path("sky/arc.py"))


def test_the_command_line_starts_without_the_heavy_libraries():
    code = "import sys, leohub.app.cli.main; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in out.stdout.split()}
    assert "leohub" in loaded
    assert not loaded & HEAVY
