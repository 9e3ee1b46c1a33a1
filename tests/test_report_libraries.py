"""The map's libraries: fixed by a lock file that names no address, and built once."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from leohub.errors import OutputError
from leohub.report import page
from leohub.report.folder import check_folder

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def build_web() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_web", ROOT / "tools/build_web.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def elsewhere(build_web, tmp_path, monkeypatch) -> ModuleType:
    """The script, building into an empty folder."""
    monkeypatch.setattr(build_web, "VENDOR", tmp_path / "vendor")
    return build_web


def test_the_lock_pins_every_package_and_names_no_address():
    text = (ROOT / "web/package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    assert "http" not in text
    assert all("integrity" in about for name, about in packages.items() if name)
    wanted = json.loads((ROOT / "web/package.json").read_text("utf-8"))["dependencies"]
    assert wanted["maplibre-gl"].startswith("5.")
    assert all(version[0].isdigit() for version in wanted.values())


def test_npm_is_not_told_a_registry():
    settings = (ROOT / "web/.npmrc").read_text("utf-8").splitlines()
    assert "omit-lockfile-registry-resolved=true" in settings
    assert not any("registry=" in line.replace("resolved=", "") for line in settings)


def test_what_is_built_is_not_built_again(build_web, monkeypatch):
    monkeypatch.setattr(build_web, "_npm", lambda: pytest.fail("npm was asked for"))
    assert "up to date" in build_web.build()


def test_libraries_come_without_source_maps():
    for name in page.LIBRARIES:
        assert "sourceMappingURL" not in page.asset(f"vendor/{name}")


def test_a_failing_npm_is_told_and_leaves_nothing(elsewhere, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(elsewhere, "_npm", lambda: ["false"])
    assert elsewhere.main() == 1
    assert "check the network" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("answer", "major"), [("v18.19.0\n", 18), ("v9.2.1\n", 9), ("", 0)])
def test_the_age_of_node_is_read(build_web, tmp_path, answer, major):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\nprintf '{answer}'\n")
    node.chmod(0o755)
    assert build_web._node_major(str(node)) == major


def test_a_report_without_its_libraries_is_refused_before_anything_is_computed(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(page, "LIBRARIES", ("not-built.js",))
    with pytest.raises(OutputError, match=r"python tools/build_web\.py"):
        check_folder(tmp_path / "plan")
