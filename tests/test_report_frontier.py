"""The figure of the frontier: every plan is on it, words fit, and it says what is impossible."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from leohub.report.frontierfigure import MOST_ROWS, draw_frontier
from leohub.report.numerals import WEIGHTS
from leohub.report.slide import DPI, SIZE_IN, STYLE


def frontier(floors: list[float], lost: float = 100_000.0) -> pd.DataFrame:
    """Plans that lose as many people with every per cent of the floor."""
    floor = np.array(floors, dtype=float)
    reached = 10_410_000 - lost * floor
    return pd.DataFrame(
        {
            "floor_pct": floor,
            "worth_people": reached,
            "bound_people": reached * 1.02,
            "gini": 0.7 / (1 + floor),
            "least_share_pct": floor + 0.01,
        }
    )


def drawn(table: pd.DataFrame) -> tuple[Figure, list[Text]]:
    figure = Figure(figsize=SIZE_IN, dpi=DPI)
    FigureCanvasAgg(figure)
    with mpl.rc_context(STYLE):
        draw_frontier(figure, table, f"people newly reached, {WEIGHTS}")
        figure.draw_without_rendering()
    ticks = {
        label
        for axes in figure.axes
        for label in (*axes.get_xticklabels(), *axes.get_yticklabels())
    }
    texts = (text for text in figure.findobj(Text) if text not in ticks)
    return figure, [text for text in texts if text.get_visible() and text.get_text()]


def words(table: pd.DataFrame) -> list[str]:
    return [text.get_text() for text in drawn(table)[1]]


TABLES = {
    "usual": frontier([0, 1, 2, 5, 8, 10, 15]),
    "one plan": frontier([0]),
    "many": frontier(list(range(40)), lost=10_000),
    "free": frontier([0, 1, 2], lost=0),
    "nobody": frontier([0, 1]).assign(worth_people=0.0, bound_people=0.0),
}


@pytest.mark.parametrize("name", TABLES)
def test_no_words_are_cut_off(name):
    figure, texts = drawn(TABLES[name])
    for text in texts:
        place = text.get_window_extent()
        assert place.x0 >= 0, text.get_text()
        assert place.x1 <= figure.bbox.x1, text.get_text()
        assert place.y0 >= 0, text.get_text()


def test_every_plan_is_a_point_and_a_row():
    table = TABLES["usual"]
    figure, texts = drawn(table)
    points = {
        tuple(line.get_xydata()[0]) for line in figure.axes[0].lines if line.get_marker() == "o"
    }
    assert points == set(zip(table["least_share_pct"], table["worth_people"], strict=True))
    said = [text.get_text() for text in texts]
    for people in table["worth_people"]:
        assert f"{people:,.0f}" in said


def test_the_title_says_what_fairness_costs():
    # 15 points of 100,000 people each, of 10.41 million.
    assert "At least 15.0 % in every region costs 14.4 % of the people reached" in words(
        TABLES["usual"]
    )
    assert "Fairness costs nobody here" in words(TABLES["free"])


def test_of_many_plans_the_table_shows_some_and_both_ends():
    said = words(TABLES["many"])
    listed = [f"{people:,.0f}" in said for people in TABLES["many"]["worth_people"]]
    assert sum(listed) == MOST_ROWS
    assert listed[0]
    assert listed[-1]
