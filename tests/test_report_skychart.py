"""The sky over a place, drawn and typed: whole words, true counts, the right way round."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from leohub.errors import OutputError
from leohub.report.pictures import check_picture, write_picture
from leohub.report.skychart import draw_sky
from leohub.report.skyscene import NOBODY, identity_h, passes, runs
from leohub.report.skystyle import SERVES, SIGNS
from leohub.report.skyterminal import ASCII, dome, dome_width, hours_ahead
from leohub.report.skywords import cautions, direction, elements, where
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.view import LOW, USABLE
from tests.sample_scene import START, sample_scene, two_shells

HILL = np.clip(40 * np.cos(np.radians(np.arange(360) - 90)), 0, None)
NOW = np.datetime64(START, "us")

SCENES = {
    "usual": sample_scene(),
    "behind a hill": sample_scene(horizon_deg=HILL, rules=Rules(25, 0, "longest")),
    "old elements": sample_scene((48.0, 11.5), age_h=23.9, hours=1.0),
    "at the pole, without satellites": sample_scene((89.0, 0.0), satellites=3),
    "one slot": sample_scene(hours=0.001, rules=Rules(40, 5, "random")),
}


def texts_of(scene):
    figure = draw_sky(scene)
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    return figure, [t for t in figure.findobj(Text) if t.get_visible() and t.get_text()]


@pytest.mark.parametrize("name", SCENES)
def test_no_words_are_cut_off(name):
    figure, texts = texts_of(SCENES[name])
    marks = {
        label
        for axes in figure.axes
        for label in (*axes.get_xticklabels(), *axes.get_yticklabels())
    }
    for text in set(texts) - marks:
        place = text.get_window_extent()
        assert figure.bbox.contains(place.x0, place.y0), text.get_text()
        assert figure.bbox.contains(place.x1, place.y1), text.get_text()


def test_the_chart_names_who_serves_counts_and_how_far_to_trust_it():
    scene = SCENES["usual"]
    words = {text.get_text() for text in texts_of(scene)[1]}
    assert scene.names[int(scene.day["serving"][0])] in words
    assert f"{int(scene.day['usable'][0])}" in words
    assert "Testlink over 1.2864° S 36.8172° E" in words
    assert any("testlink.tle (measured), 1,685 of 1,685 satellites" in text for text in words)
    assert any("within a day of the elements" in text for text in words)


def test_a_place_that_nobody_serves_says_so():
    words = {text.get_text() for text in texts_of(SCENES["at the pole, without satellites"])[1]}
    assert {"no usable satellite", "1 gap, the longest 30.0 min"} <= words


def test_the_same_sky_gives_the_same_bytes(tmp_path):
    scene = SCENES["usual"]
    for suffix in ("png", "svg"):
        paths = [tmp_path / f"{name}.{suffix}" for name in "ab"]
        for path in paths:
            write_picture(draw_sky(scene), path)
        assert paths[0].read_bytes() == paths[1].read_bytes()
    assert ET.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")


def test_a_picture_of_ours_is_replaced_and_any_other_file_is_not(tmp_path):
    ours, theirs = tmp_path / "ours.png", tmp_path / "theirs.png"
    write_picture(draw_sky(SCENES["one slot"]), ours)
    check_picture(ours)
    theirs.write_bytes(b"\x89PNG holiday")
    with pytest.raises(OutputError, match="was not written by leohub"):
        check_picture(theirs)


# --- Who serves when -----------------------------------------------------------------------------


@given(arrays(np.int32, st.integers(1, 60), elements=st.integers(-1, 3)))
def test_runs_are_the_array_again(values):
    first, length = runs(values)
    assert (np.repeat(values[first], length) == values).all()
    assert (values[first][1:] != values[first][:-1]).all()


@pytest.mark.parametrize("name", SCENES)
def test_passes_fill_the_hours(name):
    scene = SCENES[name]
    table = passes(scene)
    assert table["lasts_s"].sum() == scene.day.sizes["time"] * 15
    assert ((table["object_name"] == "none") == (table["norad_id"] == NOBODY)).all()
    handovers = (table["norad_id"] != NOBODY) & (table["norad_id"].shift(1) != NOBODY)
    assert handovers.iloc[1:].sum() == scene.day.attrs["handovers"]


@given(st.floats(-200, 200), st.floats(0.5, 60))
def test_identity_lasts_as_long_as_the_elements_are_a_day_old_at_most(age_h, hours):
    known_h = identity_h(two_shells(age_h=age_h).select(np.arange(9)), NOW, hours)
    rounding_h = 1e-6  # epochs are kept to the microsecond
    if abs(age_h) > 24 + rounding_h:
        assert known_h == 0
    elif abs(age_h) < 24 - rounding_h:
        assert min(24 - age_h, hours) <= known_h + rounding_h
        assert known_h <= max(0, min(24.25 - age_h, hours)) + rounding_h


def test_of_modelled_satellites_nothing_is_known():
    modelled = replace(two_shells(), basis="modelled")
    assert identity_h(modelled, NOW, 3.0) == 0


def test_from_when_on_it_is_not_known_who_serves_is_said():
    told = cautions(SCENES["old elements"])[0]
    assert told.startswith("From 22 August, 13:15 UTC on the elements are more than a day old")
    assert "77 % of the slots" in told
    late = cautions(sample_scene(age_h=50, hours=0.1))[0]
    assert late.startswith("The elements are more than a day from this moment")


def test_what_usable_means_is_what_was_asked():
    assert "high enough and clear of the geostationary arc." in cautions(SCENES["usual"])[1]
    hill = cautions(SCENES["behind a hill"])[1]
    assert "high enough and above the horizon of the place." in hill
    assert "hills" not in hill


def test_words_for_places_and_directions():
    assert where(-1.29, 36.82) == "1.29° S 36.82° E"
    assert where(40, -75.5) == "40° N 75.5° W"
    assert [direction(a) for a in (0, 11, 12, 90, 225, 359)] == ["N", "N", "NNE", "E", "SW", "N"]
    assert elements(SCENES["usual"]).endswith("at most 0.0 h")


# --- In the terminal -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("rows", [9, 21])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_dome_has_its_size_and_only_letters_that_can_be_shown(name, rows, ascii_only):
    lines = dome(SCENES[name], rows, ascii_only=ascii_only).plain.split("\n")
    assert len(lines) == rows
    assert max(map(len, lines)) <= dome_width(rows)
    assert lines[0].strip() == "N"
    assert lines[-1].strip() == "S"
    assert lines[rows // 2].split()[0] == "E"
    assert lines[rows // 2].split()[-1] == "W"
    if ascii_only:
        assert "".join(lines).isascii()


def test_east_is_on_the_left_and_north_above():
    scene = SCENES["usual"]
    states = scene.above["state"]
    one = scene.above[states == USABLE].iloc[[0]].assign(azimuth_deg=45.0, elevation_deg=45.0)
    nobody = scene.day.assign(serving=scene.day["serving"] * 0 + NOBODY)
    lines = dome(replace(scene, above=one, day=nobody), 21).plain.split("\n")
    ((row, line),) = [(row, line) for row, line in enumerate(lines) if SIGNS[USABLE].letter in line]
    assert row < 10
    assert line.index(SIGNS[USABLE].letter) < dome_width(21) // 2


def test_as_many_signs_as_satellites_where_they_stand_apart():
    scene = SCENES["behind a hill"]
    plain = dome(scene, 201).plain
    drawn = scene.above[scene.above["state"] != LOW]["state"].value_counts().to_dict()
    serving = scene.above.loc[scene.above["norad_id"] == int(scene.day["serving"][0]), "state"]
    drawn[serving.iloc[0]] -= 1
    assert plain.count(SERVES.letter) == 1
    for state, count in drawn.items():
        assert plain.count(SIGNS[state].letter) == count, state


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("width", [20, 80, 200])
def test_bars_fill_the_width_and_gaps_stand_under_empty_ones(name, width):
    scene = SCENES[name]
    in_view, usable, *rest = hours_ahead(scene, width, ascii_only=True).plain.split("\n")
    bins = min(width - 9, scene.day.sizes["time"])
    assert [len(line) for line in (in_view, usable)] == [9 + bins, 9 + bins]
    gaps = rest[0][9:] if len(rest) == 2 else " " * bins
    assert all(
        (gap == ASCII.gap) == (bar == " ") for gap, bar in zip(gaps, usable[9:], strict=True)
    )
    assert len(rest[-1]) <= width
