"""Many places in chunks: the same numbers however they are cut, here or on a cluster."""

import random

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("distributed")

from distributed import Client, KilledWorker

from leohub.errors import InputError, LeohubError
from leohub.io import extras
from leohub.sky.motion.propagation import Orbits
from leohub.sky.service import day_service, series
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.record import SERIES
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.sweep import Sweep
from leohub.study.skyplaces import cluster as module
from leohub.study.skyplaces.cluster import on_cluster
from leohub.study.skyplaces.survey import PLACES as MOST_PLACES
from leohub.study.skyplaces.survey import gather, look_here, plan_survey
from tests.tiny_cluster import PLACES, SATELLITES, START, kill_a_worker, local_cluster

HOURS = 2.0
POLICIES = ("highest", "longest", "random")


def rules(policy="highest"):
    return Rules(20.0, 18.0, policy=policy, seed=3, slot_phase_s=12.0)


def survey(policy="highest", **cut):
    return plan_survey(SATELLITES, PLACES, rules(policy), start=START, hours=HOURS, **cut)


@pytest.fixture(scope="module")
def whole():
    """What one process finds in one go."""
    asked = {"start": START, "hours": HOURS}
    return {
        policy: (
            day_service(SATELLITES, PLACES, rules(policy), **asked),
            series(SATELLITES, PLACES, rules(policy), **asked),
        )
        for policy in POLICIES
    }


@pytest.fixture(scope="module")
def cluster():
    with local_cluster() as cluster:
        yield cluster


class Kept:
    """The series of all chunks, as they come."""

    def __init__(self, survey):
        self.survey = survey
        shape = (len(survey.places), len(survey.times))
        self.values = {name: np.full(shape, -9, dtype) for name, dtype in SERIES.items()}

    def __call__(self, found):
        rows = self.survey.groups[found.group]
        for name, values in found.record.series.items():
            slots = slice(found.first, found.first + values.shape[1])
            self.values[name][rows, slots] = values


# --- How it is cut -------------------------------------------------------------------------------


@settings(max_examples=10, deadline=None)
@given(
    policy=st.sampled_from(POLICIES),
    with_series=st.booleans(),
    places_at_once=st.integers(1, 45),
    slots_at_once=st.integers(40, 500),
    order=st.randoms(use_true_random=False),
)
def test_any_cut_in_any_order_gives_the_same(
    whole, policy, with_series, places_at_once, slots_at_once, order: random.Random
):
    cut = survey(
        policy,
        with_series=with_series,
        places_at_once=places_at_once,
        slots_at_once=slots_at_once,
    )
    found = list(look_here(cut))
    order.shuffle(found)
    kept = Kept(cut)
    summary, every_slot = whole[policy]
    xr.testing.assert_identical(gather(cut, found, keep=kept), summary)
    for name, values in kept.values.items():
        if with_series:
            np.testing.assert_array_equal(values, every_slot[name].to_numpy())
        else:
            assert (values == -9).all()


def test_the_share_done_grows_to_all_of_it():
    cut, shares = survey(places_at_once=15, slots_at_once=60 * 2), []
    gather(cut, look_here(cut), tick=shares.append)
    assert len(shares) == len(cut.groups) * cut.parts > 10
    assert np.allclose(np.diff(shares), shares[0])
    assert shares[-1] == 1


@pytest.mark.parametrize("missing", [0, -1])
def test_a_missing_chunk_is_noticed(missing):
    cut = survey(places_at_once=15, slots_at_once=60 * 2)
    found = list(look_here(cut))
    del found[missing]
    with pytest.raises(ValueError, match="not been looked at"):
        gather(cut, found)


@given(
    count=st.integers(1, 300),
    most=st.integers(1, 50),
    with_series=st.booleans(),
    hours=st.just(0.5),
)
@settings(max_examples=30, deadline=None)
def test_every_place_is_in_one_group_and_no_group_is_too_large(count, most, with_series, hours):
    lat_deg, lon_deg = np.linspace(-80, 80, count), np.linspace(0, 5000, count) % 360
    cut = plan_survey(
        SATELLITES, places_at(lat_deg, lon_deg), rules(), start=START, hours=hours,
        with_series=with_series, places_at_once=most,
    )  # fmt: skip
    assert sorted(np.concatenate(cut.groups)) == list(range(count))
    assert max(map(len, cut.groups)) <= most
    if with_series:
        assert (np.concatenate(cut.groups) == np.arange(count)).all()
        assert {len(group) for group in cut.groups[:-1]} <= {most}


def test_places_that_lie_together_are_looked_at_together():
    draw = np.random.default_rng(1)
    lat_deg, lon_deg = draw.uniform(-60, 60, 400), draw.uniform(-180, 180, 400)
    cut = plan_survey(
        SATELLITES, places_at(lat_deg, lon_deg), rules(), start=START, places_at_once=25
    )
    # In an eighth of the longitudes or less, half of the latitudes: anywhere else at random.
    assert np.mean([np.ptp(lat_deg[group]) for group in cut.groups]) < 60
    assert np.mean([np.median(_apart_deg(lon_deg[group])) for group in cut.groups]) < 45


def _apart_deg(lon_deg):
    return np.abs((lon_deg[:, None] - lon_deg + 180) % 360 - 180)


@pytest.mark.parametrize("step_s", [1, 15, 300])
def test_satellites_are_propagated_together_as_long_over_a_chunk_as_over_one_place(step_s):
    """Else the cut would show in the last digits."""
    places = places_at(np.linspace(-60, 60, MOST_PLACES), np.linspace(-180, 180, MOST_PLACES))
    cut = plan_survey(SATELLITES, places, rules(), start=START, step_s=step_s)
    (first, *_) = cut.chunks()
    sweep = Sweep(Orbits(SATELLITES), first.places, rules(), first.times)
    assert len(first.places) == MOST_PLACES
    assert sweep.length == 900 // step_s
    assert cut.slots_at_once % sweep.length == 0


# --- Where it is done ----------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
def test_two_workers_find_what_one_process_finds(cluster, whole, policy):
    cut = survey(policy, with_series=True, places_at_once=16)
    kept = Kept(cut)
    with on_cluster(cluster.scheduler_address) as look:
        summary = gather(cut, look(cut), keep=kept)
    xr.testing.assert_identical(summary, whole[policy][0])
    for name, values in kept.values.items():
        np.testing.assert_array_equal(values, whole[policy][1][name].to_numpy())


def test_a_killed_worker_changes_nothing(cluster, whole):
    cut = survey(places_at_once=8, slots_at_once=60 * 1)
    killed = []

    def kill_once(found):
        if not killed:
            killed.append(kill_a_worker(cluster))

    with on_cluster(cluster.scheduler_address) as look:
        summary = gather(cut, look(cut), keep=kill_once)
    assert killed
    xr.testing.assert_identical(summary, whole["highest"][0])
    cluster.wait_for_workers(2)


def test_few_chunks_are_under_way_at_a_time_and_none_is_left_behind(cluster):
    cut = survey(places_at_once=2, slots_at_once=60 * 4)
    with Client(cluster.scheduler_address, set_as_default=False) as observer:

        def known():
            return observer.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))

        with on_cluster(cluster.scheduler_address) as look:
            found = look(cut)
            known_at_a_time = [known() for _ in found]
        assert len(known_at_a_time) == len(cut.groups) * cut.parts > 20
        # Two for each of two threads, one that is looked at here, and the sky.
        assert max(known_at_a_time) <= 2 * 2 + 2
        assert known() == 0


def test_what_is_left_goes_on_when_all_workers_are_gone_for_a_moment(cluster, whole, monkeypatch):
    monkeypatch.setattr(module, "_threads", lambda client, address: 0)
    cut = survey(places_at_once=20, slots_at_once=60 * 4)
    with on_cluster(cluster.scheduler_address) as look:
        summary = gather(cut, look(cut))
    xr.testing.assert_identical(summary, whole["highest"][0])


# --- What can go wrong ---------------------------------------------------------------------------


def told(address):
    with pytest.raises(LeohubError) as caught, on_cluster(address):
        pass
    return str(caught.value)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("tcp://127.0.0.1:9", "127.0.0.1:9"),
        ("nonsense", "missing port number"),
        ("mail://x:1", "unknown address scheme 'mail'"),
    ],
)
def test_an_address_where_nobody_answers(address, reason, monkeypatch):
    monkeypatch.setattr(module, "CONNECTING_S", 0.3)
    message = told(address)
    assert message.startswith(f"--scheduler {address}: no scheduler can be reached there (")
    assert reason in message
    assert "dask scheduler" in message


def test_the_address_of_a_worker(cluster):
    worker = next(iter(cluster.workers.values()))
    assert "(a worker answers)" in told(worker.worker_address)


def test_a_scheduler_without_workers_and_one_that_is_lost(monkeypatch):
    monkeypatch.setattr(module, "CONNECTING_S", 0.5)
    monkeypatch.setattr(module, "LONELY_S", 0.4)
    monkeypatch.setattr(module, "POLL_S", 0.2)
    cut = survey(places_at_once=2)
    with local_cluster(workers=0) as empty:
        address = empty.scheduler_address
        assert "the scheduler has no workers. Start some with `dask worker tcp://" in told(address)
        empty.scale(1)
        empty.wait_for_workers(1)
        with on_cluster(address) as look:
            found = look(cut)
            next(found)
            empty.scale(0)
            with pytest.raises(LeohubError, match=r"All workers of tcp://\S+ are gone"):
                list(found)
        empty.scale(1)
        empty.wait_for_workers(1)
        with on_cluster(address) as look:
            found = look(cut)
            next(found)
            empty.close()
            with pytest.raises(LeohubError, match=r"scheduler at tcp://\S+ does not answer any"):
                list(found)


def test_other_versions_on_the_workers(cluster, monkeypatch):
    versions = Client.get_versions

    def changed(self, **asked):
        found = versions(self, **asked)
        for worker in found["workers"].values():
            worker["packages"] |= {"numpy": "1.0", "python": "3.2.1.final.0"}
        found["scheduler"]["packages"]["leohub"] = None
        return found

    monkeypatch.setattr(Client, "get_versions", changed)
    with pytest.raises(InputError) as caught, on_cluster(cluster.scheduler_address):
        pass
    whole = [f"{problem.where} {problem.message}" for problem in caught.value.problems]
    assert len(whole) == 3
    assert whole[0].startswith("the scheduler lacks leohub, and here is ")
    assert "and 1 more has python 3.2, and here is 3." in whole[1]
    assert "and 1 more has numpy 1.0, and here is " in whole[2]


def test_other_code_of_the_same_version_on_the_workers(cluster, monkeypatch):
    monkeypatch.setattr(module, "code_digest", lambda: "another")
    monkeypatch.setattr(
        Client, "run", lambda self, function: {"tcp://far:1": "one", "b": function()}
    )
    message = told(cluster.scheduler_address)
    assert "the code of leohub on 1 of the workers (tcp://far:1 …) is not the code here" in message


def test_a_chunk_that_ends_one_worker_after_the_other(cluster, monkeypatch):
    def gather_nothing(self, future, asynchronous):
        async def killed():
            raise KilledWorker("look", None, 3)

        return killed()

    cut = survey(places_at_once=20)
    monkeypatch.setattr(Client, "gather", gather_nothing)
    with (
        on_cluster(cluster.scheduler_address) as look,
        pytest.raises(LeohubError, match="ended while it looked at the same places"),
    ):
        list(look(cut))


def test_results_that_are_lost_with_their_worker_are_found_anew(cluster, whole, monkeypatch):
    """A chunk may be done, and its worker lost, before what it found has been fetched."""
    fetched, killed = module._fetched, []

    def fetch_late(client, address, future):
        if not killed:
            killed.append([kill_a_worker(cluster), kill_a_worker(cluster, 1)])
        return fetched(client, address, future)

    monkeypatch.setattr(module, "_fetched", fetch_late)
    cut = survey(places_at_once=8)
    with on_cluster(cluster.scheduler_address) as look:
        summary = gather(cut, look(cut))
    assert killed
    xr.testing.assert_identical(summary, whole["highest"][0])
    cluster.wait_for_workers(2)


def test_without_dask_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    message = told("tcp://127.0.0.1:9")
    assert "needs dask and distributed" in message
    assert "pip install 'leohub[cluster]'" in message
