"""A Dask cluster of two processes on this machine, and a sky small enough for it."""

import datetime as dt
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from leohub.sky.shells import walker
from leohub.sky.visibility.places import places_at

START = dt.datetime(2026, 8, 22, 13, tzinfo=dt.UTC)

SATELLITES = walker(
    satellites=60, planes=6, inclination_deg=53, altitude_km=1200, epoch=START, name="tiny"
)

_DRAW = np.random.default_rng(11)
LAT_DEG = np.append(np.degrees(np.arcsin(_DRAW.uniform(-1, 1, 38))), [90.0, -1.29])
LON_DEG = np.append(_DRAW.uniform(-180, 180, 38), [0.0, 36.82])
PLACES = places_at(LAT_DEG, LON_DEG)


@contextmanager
def local_cluster(workers: int = 2) -> Iterator["LocalCluster"]:  # noqa: F821 - imported when used
    """Start a scheduler and workers, each worker a process of its own; end them all."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers,
        processes=True,
        threads_per_worker=1,
        dashboard_address=":0",
        silence_logs=60,
    ) as cluster:
        yield cluster


def kill_a_worker(cluster: "LocalCluster", which: int = 0) -> int:  # noqa: F821
    """Kill one of the workers as the system does when it runs out of memory; return its id."""
    pid = list(cluster.workers.values())[which].pid
    os.kill(pid, signal.SIGKILL)
    return pid
