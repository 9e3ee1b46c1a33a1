"""Plays people who fetch over one shared terminal, event by event: an oracle for the formulas."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

Sampler = Callable[[random.Random], float]


@dataclass(frozen=True)
class Played:
    """Every fetch in the order of its end: how long it took, and how many were under way with it
    as it began, itself among them."""

    took_s: list[float]
    under_way: list[int]

    def mean_and_error(self, of: Callable[[float, int], float]) -> tuple[float, float]:
        """Mean over all fetches and its standard error, from the means of 25 stretches."""
        values = [of(*fetch) for fetch in zip(self.took_s, self.under_way, strict=True)]
        size = len(values) // 25
        means = [math.fsum(values[i * size : (i + 1) * size]) / size for i in range(25)]
        mean = math.fsum(means) / 25
        return mean, math.sqrt(sum((each - mean) ** 2 for each in means) / 24 / 25)


def play(
    fetches: int,
    *,
    sources: int,
    pause: Sampler,
    pause_after_start: bool,
    size_mbit: Sampler,
    rate_mbps: Callable[[int], float],
    seed: int = 1,
) -> Played:
    """Play so many fetches after a tenth as many that are not counted.

    Each source pauses and fetches in turn: people who think, then fetch. With `pause_after_start`
    the next pause begins as a fetch begins: a stream of fetches that do not wait for each other.
    `rate_mbps` is what each gets when so many are under way.
    """
    rng = random.Random(seed)
    starts = [pause(rng) for _ in range(sources)]
    heapq.heapify(starts)
    under_way: list[tuple[float, float, int]] = []  # (service at which it ends, start, met)
    now = served = 0.0  # served: what one fetch under way since the beginning would have got [Mbit]
    ended: list[tuple[float, int]] = []
    while len(ended) < fetches * 1.1:
        rate = rate_mbps(len(under_way)) if under_way else 0.0
        end = now + (under_way[0][0] - served) / rate if under_way else math.inf
        if starts and starts[0] <= end:
            served += rate * (starts[0] - now)
            now = heapq.heappop(starts)
            heapq.heappush(under_way, (served + size_mbit(rng), now, len(under_way) + 1))
            if pause_after_start:
                heapq.heappush(starts, now + pause(rng))
        else:
            now = end
            served, began, met = heapq.heappop(under_way)
            ended.append((now - began, met))
            if not pause_after_start:
                heapq.heappush(starts, now + pause(rng))
    counted = ended[-fetches:]
    return Played([took for took, _ in counted], [met for _, met in counted])


def exponential(mean: float) -> Sampler:
    return lambda rng: rng.expovariate(1 / mean)


def constant(mean: float) -> Sampler:
    return lambda rng: mean


def hyperexponential(mean: float) -> Sampler:
    """One of ten is nine times as long as the others: variance 4.6 times the mean squared."""
    return lambda rng: rng.expovariate((0.2 if rng.random() < 0.1 else 1.8) / mean)
