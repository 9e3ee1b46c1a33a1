"""Study files: paths, variables, and mistakes told with their line."""

from pathlib import Path

import pytest

from leohub.errors import InputError
from leohub.study.file import built_in_study, read_study
from tests.tiny_country import change, make_tiny_country


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return make_tiny_country(tmp_path / "tiny")


def told(study: Path) -> list[str]:
    with pytest.raises(InputError) as error:
        read_study(study)
    return [str(problem) for problem in error.value.problems]


def test_paths_are_relative_to_the_study(study, monkeypatch):
    file = read_study(study)
    monkeypatch.setenv("DATA_FOLDER", "/data")
    assert file.path("people.tif", "") == study.parent / "people.tif"
    assert file.path("/elsewhere/people.tif", "") == Path("/elsewhere/people.tif")
    assert file.path("${DATA_FOLDER}/people.tif", "") == Path("/data/people.tif")
    assert file.path("${DATA_FOLDER:-x}/people.tif", "") == Path("/data/people.tif")
    assert file.path("${LEOHUB_NOT_SET:-x}/people.tif", "") == study.parent / "x/people.tif"


def test_a_variable_that_is_not_set_is_named(study):
    with pytest.raises(InputError, match="LEOHUB_NOT_SET") as error:
        read_study(study).path("${LEOHUB_NOT_SET}/people.tif", "[people] grid")
    assert "[people] grid" in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('country = "Tinyland"', "", ("line 3", "[programme] country", "is missing")),
        ('kind = "school"', 'kid = "school"', ("[sites.lists.1] kid", "kind")),
        ("hubs = 4", "hubs = 4\nbudget = 3", ("[choice]", "exactly one of hubs or budget")),
        ("hubs = 4", "hubs = 0.5", ("[choice] hubs", "integer")),
        ('grid = "people.tif"', 'grid = "people.tif"\ntable = "x"', ("[people]", "exactly one")),
        ('amount = 6500\ncharged = "monthly"', 'amount = -1\ncharged = "monthly"', ("-1",)),
        ('currency = "KES"', 'currency = "USD"\nbuiltin = "kenya"', ("[cost]", "KES")),
        ("hours = 1", "hours = 1\nmin_elevation_deg = inf", ("[sky] min_elevation_deg",)),
        ("resolution = 7", "resolution = 12", ("[people] resolution", "12")),
        ("[census]", "[census", ("not valid TOML",)),
    ],
)
def test_a_mistake_is_told_with_its_place(study, old, new, words):
    change(study, old, new)
    assert any(all(word in problem for word in words) for problem in told(study))


def test_the_line_is_that_of_the_right_table_among_many(study):
    text = study.read_text("utf-8")
    text += '\n[[cost.prices]]\nitem = "third"\namount = 1\ncharged = "never"\n'
    study.write_text(text, "utf-8")
    line = len(text.splitlines())
    (problem,) = told(study)
    assert f"line {line}, [cost.prices.3] charged" in problem


def test_a_study_that_is_no_text_or_not_there(tmp_path):
    binary = tmp_path / "study.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in told(binary)[0]
    assert "no such file" in told(tmp_path / "nowhere.toml")[0]
    assert "cannot be read" in told(tmp_path)[0]
    (tmp_path / "study.toml").write_text("", "utf-8")
    assert f"Name the study: {tmp_path / 'study.toml'}" in told(tmp_path)[0]


def test_built_in_kenya_and_own_regions_do_not_mix(study):
    text = study.read_text("utf-8")
    change(study, 'grid = "people.tif"\nresolution = 7', 'builtin = "kenya"')
    assert "brings its own" in told(study)[0]
    assert text != study.read_text("utf-8")


def test_the_demo_is_the_study_that_new_writes():
    file = built_in_study()
    assert file.study.choice.hubs == 450
    assert file.study.people.builtin == "kenya"
    assert len(file.sha256) == 64
