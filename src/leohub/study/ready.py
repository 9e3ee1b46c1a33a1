"""The sky model, made ready: its inner loops are compiled at the first use on a machine."""

from __future__ import annotations

import datetime as dt
from typing import Final

from leohub.sky.service import day_service, timeline
from leohub.sky.shells import walker
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.rules import Rules
from leohub.study.desk import Tick

STAGE: Final = "getting the sky model ready (compiled once per machine)"

_EPOCH: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def make_ready(tick: Tick, *, lists: bool = False) -> None:
    """Compile the inner loops, or load them where that has been done, by using them once.

    Parameters
    ----------
    tick : callable
        Told the stage, so that people know what they wait for.
    lists : bool
        Also what lists satellites one by one, for `timeline`.
    """
    tick(STAGE, 0.0)
    few = walker(satellites=4, planes=2, inclination_deg=53, altitude_km=550, epoch=_EPOCH)
    watch = timeline if lists else day_service
    watch(few, places_at(0.0, 0.0), Rules(25.0, 18.0), start=_EPOCH, hours=0.1)
    tick(STAGE, 1.0)
