"""The figures: nothing is cut off at the edges, whatever the plan."""

from dataclasses import replace

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from leohub.report.digest import Digest, digest
from leohub.report.figures import FIGURES, figures_of
from leohub.report.slide import DPI, SIZE_IN, STYLE
from leohub.study.results import Results
from tests.sample_results import sample_results, without_estimate


def ending_at_the_plan(results: Results) -> Results:
    curve = results.plan.curve[: len(results.plan.hubs)]
    return replace(results, plan=replace(results.plan, curve=curve))


def with_long_names(results: Results) -> Results:
    names = ["WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", "Elgeyo-Marakwet", "South", "East"]
    regions = results.regions.assign(region=names, hubs=[1, 1234, 5, 6])
    return replace(results, regions=regions)


PLANS = {
    "usual": sample_results(hubs=30),
    "all hubs there are": ending_at_the_plan(sample_results(hubs=30)),
    "one hub": ending_at_the_plan(sample_results(hubs=1)),
    "long names": with_long_names(sample_results()),
}


def texts_of(name: str, told: Digest) -> tuple[Figure, list[Text]]:
    figure = Figure(figsize=SIZE_IN, dpi=DPI)
    FigureCanvasAgg(figure)
    with mpl.rc_context(STYLE):
        FIGURES[name](figure, told)
        figure.draw_without_rendering()
    # Numbers under the axes include some beyond their ends, which are not drawn.
    numbers = {label for axes in figure.axes for label in axes.get_xticklabels()}
    texts = (text for text in figure.findobj(Text) if text not in numbers)
    return figure, [text for text in texts if text.get_visible() and text.get_text()]


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("plan", PLANS)
def test_no_words_are_cut_off(name, plan):
    figure, texts = texts_of(name, digest(PLANS[plan]))
    assert len(texts) > 3
    for text in texts:
        place = text.get_window_extent()
        assert place.x0 >= 0, text.get_text()
        assert place.x1 <= figure.bbox.x1, text.get_text()


def test_without_a_service_there_is_no_figure_of_it():
    assert "service" in figures_of(PLANS["one hub"])
    assert set(FIGURES) - set(figures_of(without_estimate(PLANS["one hub"]))) == {"service"}


def test_a_single_hub_is_written_as_one():
    told = digest(PLANS["one hub"])
    words = " ".join(text.get_text() for name in FIGURES for text in texts_of(name, told)[1])
    assert "1 hub reaches" in words
    assert "1 hubs" not in words


def test_long_names_are_shortened():
    _, texts = texts_of("regions", digest(PLANS["long names"]))
    assert "W" * 27 + "…" in {text.get_text() for text in texts}
