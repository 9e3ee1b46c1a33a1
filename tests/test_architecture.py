"""The house keeps its floors: imports point down, and never sideways on floor 1."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from leohub import errors

PACKAGE = Path(errors.__file__).parent
FLOORS = {
    "errors": 0,
    "constants": 0,
    "units": 0,
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
PURE = {"sky", "people", "hub"}
NOT_PURE = {"pathlib", "os", "io", "socket", "urllib", "sqlite3", "requests", "subprocess", "open"}
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


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports_of(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


FILES = sorted(file for file in PACKAGE.rglob("*.py") if file.parent != PACKAGE)


def test_every_room_has_a_floor():
    rooms = {file.relative_to(PACKAGE).parts[0] for file in FILES}
    assert rooms <= set(FLOORS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_point_down(file: Path):
    room = file.relative_to(PACKAGE).parts[0]
    for module in imports_of(file):
        if not module.startswith("leohub."):
            continue
        other = room_of(module)
        assert FLOORS[other] <= FLOORS[room], f"{file.name} imports {module} from above"
        if room in PURE and other in PURE:
            assert other == room, f"{file.name} imports {module} sideways"


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.relative_to(PACKAGE).parts[0] in PURE], ids=str
)
def test_the_models_touch_no_file_and_no_network(file: Path):
    tree = ast.parse(file.read_text("utf-8"))
    assert not imports_of(file) & NOT_PURE
    calls = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & NOT_PURE


def test_the_command_line_starts_without_the_heavy_libraries():
    code = "import sys, leohub.app.cli.main; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {name.split(".")[0] for name in out.stdout.split()} & HEAVY
