"""People share a terminal: the formulas against an event simulation and against plain sums."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.hub.crowd import gb_per_user_month, present_per_person
from leohub.hub.poisson import log_chance_below
from leohub.hub.sharing import Experience, share_among_present, share_open_demand
from leohub.hub.terminals import people_served, present_served, weigh_second_terminal
from leohub.io.builtin.quantities import built_in_quantities
from leohub.quantities import draws, nominal
from tests.hub_simulation import constant, exponential, hyperexponential, play

PAGES = {"object_mb": 3, "think_s": 30, "user_max_mbps": np.inf, "threshold_mbps": 5}
OPEN = {name: PAGES[name] for name in ("object_mb", "user_max_mbps", "threshold_mbps")}
WELL = {**PAGES, "threshold_chance_pct": 80}
VISITS = {
    "month_users_pct": 30,
    "visits_per_month": 12,
    "minutes_per_visit": 60,
    "open_days_per_month": 26,
    "opening_h_per_day": 12,
    "busy_hour_share_pct": 10,
}
WORDS = ("mean_mbps", "object_s", "threshold_chance_pct", "carried_mbps")
SIZES = {"exponential": exponential, "constant": constant, "hyperexponential": hyperexponential}


def decimals(low, high):
    """Two decimals: closer than that, a ratio of rates is a whole number only by rounding."""
    return st.floats(low, high).map(lambda number: round(number, 2))


some_people = st.floats(0, 3000)
some_mbps = decimals(0.1, 1000)
some_crowds = st.fixed_dictionaries(
    {
        "object_mb": decimals(0.5, 50),
        "think_s": decimals(1, 120),
        "user_max_mbps": decimals(0.5, 500) | st.just(math.inf),
        "threshold_mbps": decimals(0.5, 50),
    }
)


def each_gets(capacity, ceiling):
    return lambda fetching: min(ceiling, capacity / fetching)


def check_against(played, got: Experience, rate, threshold):
    """Mean time and chance agree within the statistical error of what was played."""
    mean_s, error_s = played.mean_and_error(lambda took, _: took)
    assert error_s < 0.03 * mean_s
    assert got.object_s == pytest.approx(mean_s, abs=4 * error_s)
    chance, error = played.mean_and_error(lambda _, met: rate(met) >= threshold)
    assert got.threshold_chance_pct == pytest.approx(100 * chance, abs=400 * error + 0.1)


def summed(people, capacity, *, object_mb, think_s, user_max_mbps, threshold_mbps):
    """The same queue by adding up the weights of all its states, one by one."""
    size = 8 * object_mb

    def chances(number):
        served = [min(k * user_max_mbps, capacity) for k in range(1, number + 1)]
        steps = [math.log((number - k) * size / (think_s * rate)) for k, rate in enumerate(served)]
        logs = np.concatenate([[0.0], np.cumsum(steps)])
        weights = np.exp(logs - logs.max())
        return weights / weights.sum()

    fetching = np.arange(people + 1)
    served = np.array([min(k * user_max_mbps, capacity) if k else 0.0 for k in fetching.tolist()])
    carried = chances(people) @ served
    object_s = chances(people) @ fetching * size / carried
    rates = np.minimum(user_max_mbps, capacity / fetching[1:])
    chance = 100 * chances(people - 1)[rates >= threshold_mbps * (1 - 1e-12)].sum()
    return size / object_s, object_s, chance, carried


# Sharing among those present


def test_fifty_people_on_a_terminal_of_47_mbps_get_12():
    got = share_among_present(50, 47, **PAGES)
    assert got.mean_mbps == pytest.approx(11.9, abs=0.05)
    assert got.object_s == pytest.approx(24 / got.mean_mbps)
    assert got.carried_mbps == pytest.approx(50 * 24 / (30 + got.object_s))


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(
    ("people", "capacity", "ceiling", "threshold"),
    [(50, 47, math.inf, 5), (50, 47, 8, 5), (80, 47, 20, 2), (5, 10, 4, 4)],
)
def test_people_present_are_as_in_a_simulation(sizes, people, capacity, ceiling, threshold):
    rate = each_gets(capacity, ceiling)
    played = play(
        60_000,
        sources=people,
        pause=exponential(30),
        pause_after_start=False,
        size_mbit=SIZES[sizes](24),
        rate_mbps=rate,
    )
    crowd = {**PAGES, "user_max_mbps": ceiling, "threshold_mbps": threshold}
    check_against(played, share_among_present(people, capacity, **crowd), rate, threshold)


@pytest.mark.parametrize("pause", [constant, hyperexponential])
def test_how_think_times_spread_does_not_matter(pause):
    rate = each_gets(47, 20)
    played = play(
        60_000,
        sources=50,
        pause=pause(30),
        pause_after_start=False,
        size_mbit=exponential(24),
        rate_mbps=rate,
    )
    got = share_among_present(50, 47, **{**PAGES, "user_max_mbps": 20})
    check_against(played, got, rate, 5)


@given(st.integers(1, 3000), some_mbps, some_crowds)
def test_closed_forms_equal_sums_over_all_states(people, capacity, crowd):
    got = share_among_present(people, capacity, **crowd)
    expected = summed(people, capacity, **crowd)
    for name, value in zip(WORDS, expected, strict=True):
        assert getattr(got, name) == pytest.approx(value, rel=1e-6, abs=1e-7), name


@given(some_people, some_people, some_mbps, some_crowds)
def test_more_people_leave_less_for_each(some, others, capacity, crowd):
    few, many = sorted([some, others])
    before = share_among_present(few, capacity, **crowd)
    after = share_among_present(many, capacity, **crowd)
    assert after.mean_mbps <= before.mean_mbps * (1 + 1e-6)
    assert after.threshold_chance_pct <= before.threshold_chance_pct + 1e-6
    assert after.carried_mbps >= before.carried_mbps * (1 - 1e-6)


@given(some_people, some_mbps, some_mbps, some_crowds)
def test_more_capacity_leaves_no_less(people, some, other, crowd):
    low, high = sorted([some, other])
    before = share_among_present(people, low, **crowd)
    after = share_among_present(people, high, **crowd)
    assert after.mean_mbps >= before.mean_mbps * (1 - 1e-6)
    assert after.threshold_chance_pct >= before.threshold_chance_pct - 1e-6


@given(some_people, some_mbps, some_crowds)
def test_nobody_gets_more_than_there_is(people, capacity, crowd):
    got = share_among_present(people, capacity, **crowd)
    assert 0 < got.mean_mbps <= min(capacity, crowd["user_max_mbps"]) * (1 + 1e-6)
    assert 0 <= got.threshold_chance_pct <= 100
    assert got.carried_mbps <= min(capacity, people * crowd["user_max_mbps"] + capacity) * (
        1 + 1e-6
    )


def test_a_person_alone_has_all_of_it_and_less_than_one_counts_as_one():
    got = share_among_present([0, 0.4, 1], 47, **PAGES)
    assert got.mean_mbps == pytest.approx([47, 47, 47])
    assert got.threshold_chance_pct == pytest.approx([100, 100, 100])


def test_between_whole_numbers_of_people_times_lie_on_a_straight_line():
    got = share_among_present([7, 7.25, 8], 20, **PAGES)
    assert got.object_s[1] == pytest.approx(0.75 * got.object_s[0] + 0.25 * got.object_s[2])


def test_a_dead_terminal_serves_nobody():
    got = share_among_present(50, [0, 47], **PAGES)
    assert (got.mean_mbps[0], got.carried_mbps[0], got.threshold_chance_pct[0]) == (0, 0, 0)
    assert math.isinf(got.object_s[0])
    assert got.mean_mbps[1] == share_among_present(50, 47, **PAGES).mean_mbps


def test_what_is_not_known_stays_unknown():
    got = share_among_present([50, 50], [np.nan, 47], **PAGES)
    for name in WORDS:
        assert np.isnan(getattr(got, name)).tolist() == [True, False], name


def test_nobody_gets_a_threshold_above_the_ceiling():
    got = share_among_present(2, 100, **{**PAGES, "user_max_mbps": [4.9, 5.0]})
    assert got.threshold_chance_pct.tolist() == [0, 100]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"capacity_mbps": -1}, "capacity_mbps must not be negative, not -1"),
        ({"people_present": [3, -2]}, "people_present must not be negative, not -2"),
        ({"think_s": 0}, "think_s must be greater than 0, not 0"),
        ({"object_mb": [1, -3]}, "object_mb must be greater than 0, not -3"),
        ({"user_max_mbps": 0}, "user_max_mbps must be greater than 0"),
    ],
)
def test_numbers_without_meaning_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        share_among_present(**{"people_present": 50, "capacity_mbps": 47, **PAGES, **wrong})


# Sharing with an open stream of fetches


@pytest.mark.parametrize("load", [0.0, 0.3, 0.9])
def test_an_active_user_gets_what_the_others_leave(load):
    got = share_open_demand(load * 47, 47, **OPEN)
    assert got.mean_mbps == pytest.approx(47 * (1 - load))
    assert got.threshold_chance_pct == pytest.approx(100 * (1 - load**9))
    assert got.object_s == pytest.approx(24 / (47 * (1 - load)))


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("ceiling", [math.inf, 8])
def test_an_open_stream_is_as_in_a_simulation(sizes, ceiling):
    rate = each_gets(47, ceiling)
    played = play(
        120_000,
        sources=1,
        pause=exponential(24 / 25),
        pause_after_start=True,
        size_mbit=SIZES[sizes](24),
        rate_mbps=rate,
    )
    got = share_open_demand(25, 47, **{**OPEN, "user_max_mbps": ceiling})
    check_against(played, got, rate, 5)


def test_overload_has_no_steady_state():
    got = share_open_demand([47, 60], 47, **OPEN)
    assert got.mean_mbps.tolist() == [0, 0]
    assert got.threshold_chance_pct.tolist() == [0, 0]
    assert np.isinf(got.object_s).all()
    assert got.carried_mbps.tolist() == [47, 47]


@pytest.mark.parametrize("ceiling", [math.inf, 8, 47])
def test_very_many_people_who_seldom_fetch_are_an_open_stream(ceiling):
    think_s = 1e6
    crowd = {**PAGES, "user_max_mbps": ceiling}
    closed = share_among_present(30 / 24 * think_s, 47, **{**crowd, "think_s": think_s})
    opened = share_open_demand(30, 47, **{**OPEN, "user_max_mbps": ceiling})
    for name in WORDS:
        assert getattr(closed, name) == pytest.approx(getattr(opened, name), rel=2e-3), name


@given(st.floats(0, 1.5), some_mbps, some_crowds)
def test_an_open_stream_stays_within_its_bounds(load, capacity, crowd):
    crowd = {name: value for name, value in crowd.items() if name != "think_s"}
    got = share_open_demand(load * capacity, capacity, **crowd)
    assert 0 <= got.mean_mbps <= min(capacity, crowd["user_max_mbps"]) * (1 + 1e-9)
    assert -1e-9 <= got.threshold_chance_pct <= 100
    assert got.object_s > 0


# The tail of the Poisson distribution


@pytest.mark.parametrize("count", [1, 3, 40, 1000])
@pytest.mark.parametrize("mean", [0.5, 30, 2000, 50_000])
def test_chances_too_small_for_a_float_keep_their_logarithm(count, mean):
    logs = np.array([k * math.log(mean) - math.lgamma(k + 1) - mean for k in range(count)])
    expected = np.logaddexp.reduce(logs)
    assert log_chance_below(count, mean) == pytest.approx(expected, rel=1e-12, abs=1e-10)


def test_no_count_is_below_zero():
    assert log_chance_below([0, -3], 5).tolist() == [-math.inf, -math.inf]


# The crowd at the busiest hour


def test_the_busiest_hour_by_hand():
    # 1,000 people: 300 come 12 times on 26 days, 138.5 visits a day of an hour, a tenth of it at
    # the busiest hour.
    assert 1000 * present_per_person(**VISITS) == pytest.approx(300 * 12 / 26 / 10)


def test_the_busiest_hour_is_never_below_the_mean_of_the_opening_hours():
    even = present_per_person(**{**VISITS, "opening_h_per_day": [4, 8, 10, 12]})
    assert even == pytest.approx(300 * 12 / 26 / 1000 * np.array([1 / 4, 1 / 8, 1 / 10, 1 / 10]))


def test_nobody_is_there_for_more_than_the_whole_busiest_hour():
    stay = {**VISITS, "minutes_per_visit": 600, "busy_hour_share_pct": 50}
    assert present_per_person(**stay) == pytest.approx(0.3 * 12 / 26)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"month_users_pct": 101}, "month_users_pct must be 100 at most, not 101"),
        ({"busy_hour_share_pct": -1}, "busy_hour_share_pct must not be negative"),
        ({"opening_h_per_day": 25}, "opening_h_per_day must be 24 at most"),
        ({"open_days_per_month": 32}, "open_days_per_month must be 31 at most"),
        ({"minutes_per_visit": 721}, "minutes_per_visit must not exceed the opening hours"),
    ],
)
def test_visits_without_meaning_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        present_per_person(**{**VISITS, **wrong})


# How many are served well


@given(some_mbps, some_crowds, st.floats(10, 95))
def test_as_many_as_are_served_well_and_no_more(capacity, crowd, chance_pct):
    present = float(present_served(capacity, **crowd, threshold_chance_pct=chance_pct))
    wanted = crowd["threshold_mbps"]
    if present == 0:
        assert min(capacity, crowd["user_max_mbps"]) < wanted
        return
    fewer = share_among_present(max(present - 0.02, 1), capacity, **crowd)
    assert fewer.mean_mbps >= wanted * (1 - 1e-6)
    assert fewer.threshold_chance_pct >= chance_pct - 1e-6
    more = share_among_present(present + 0.02, capacity, **crowd)
    assert more.mean_mbps < wanted * (1 + 1e-8) or more.threshold_chance_pct < chance_pct


def test_capacities_and_draws_broadcast():
    capacity = np.array([[0.0], [3.0], [47.0], [np.nan]])
    present = present_served(capacity, **{**WELL, "object_mb": [1, 3, 10]})
    assert present.shape == (4, 3)
    assert np.all(present[:2] == 0)
    assert np.all(np.diff(present[2]) < 0)
    assert np.isnan(present[3]).all()
    assert present[2, 1] == pytest.approx(float(present_served(47, **WELL)), abs=0.02)


def test_certainty_cannot_be_asked_for():
    with pytest.raises(ValueError, match="threshold_chance_pct must be below 100"):
        present_served(47, **{**WELL, "threshold_chance_pct": 100})


def test_people_present_stand_for_people_around():
    assert people_served([57.0, 57.0], [0.01, 0.0]).tolist() == [5700, math.inf]


# One terminal or two


def test_a_second_terminal_pays_where_enough_people_come():
    got = weigh_second_terminal(
        [500, 1100, 1300, 3000],
        1000,
        2200,
        monthly_cost=100,
        extra_monthly_cost=40,
        value_per_person_month=0.2,
    )
    assert got.served_by_one.tolist() == [500, 1000, 1000, 1000]
    assert got.served_by_two.tolist() == [500, 1100, 1300, 2200]
    assert got.per_served_by_one == pytest.approx([0.2, 0.1, 0.1, 0.1])
    assert got.per_served_by_two == pytest.approx([140 / 500, 140 / 1100, 140 / 1300, 140 / 2200])
    assert got.pays_above.tolist() == [1200] * 4
    assert got.pays.tolist() == [False, False, True, True]


def test_a_second_terminal_in_a_full_cell_never_pays():
    costs = {"monthly_cost": 100, "extra_monthly_cost": 40}
    got = weigh_second_terminal(5000, 1000, 1000, **costs, value_per_person_month=0.2)
    assert math.isinf(got.pays_above)
    assert not got.pays
    worthless = weigh_second_terminal(5000, 1000, 2000, **costs, value_per_person_month=0)
    assert not worthless.pays


def test_two_terminals_serve_more_than_twice_as_many():
    one, two = present_served([47, 94], **WELL)
    assert two > 2 * one


def test_two_terminals_that_serve_fewer_are_refused():
    with pytest.raises(ValueError, match="most_by_two must not be below most_by_one"):
        weigh_second_terminal(
            10, 5, 4, monthly_cost=1, extra_monthly_cost=1, value_per_person_month=1
        )


# The built-in quantities


def of_use(values, *names):
    return {name: values[f"use.{name}"] for name in names}


def test_every_quantity_has_a_unit_and_a_source_and_every_assumption_a_range():
    quantities, _, _ = built_in_quantities("hub/use.toml")
    for name, quantity in quantities.items():
        assert quantity.unit, name
        assert quantity.source, name
        assert quantity.known == (quantity.basis != "assumed"), name


def test_built_in_use_moves_about_what_kenyan_subscribers_move():
    values = nominal(built_in_quantities("hub/use.toml")[0])
    visits = of_use(values, "visits_per_month", "minutes_per_visit", "object_mb", "think_s")
    assert gb_per_user_month(**visits, object_s=1) == pytest.approx(
        values["use.gb_per_user_month"], rel=0.15
    )


def test_draws_of_all_quantities_are_within_what_the_models_take():
    drawn = draws(built_in_quantities("hub/use.toml")[0], 500, seed=1)
    each = present_per_person(**of_use(drawn, *VISITS))
    present = present_served(47, **of_use(drawn, *WELL))
    assert each.shape == present.shape == (500,)
    assert np.all(each > 0)
    assert np.all(present >= 1)


@pytest.mark.shared
def test_kenyan_traffic_is_the_published_one(shared):
    with (shared / "data/link/published_capacity.csv").open(encoding="utf-8") as lines:
        (row,) = [row for row in csv.reader(lines) if row[0].startswith("Kenya mobile BB use")]
    per_month = nominal(built_in_quantities("hub/use.toml")[0])["use.gb_per_user_month"]
    assert per_month == pytest.approx(float(row[1]) / 3, abs=0.05)
