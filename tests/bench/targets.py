"""What the core is held to, and whether it was reached."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import layers
from layers import Order
from runs import Result
from scoring import Score

OURS = "gis-service"

Results = dict[tuple[Order, str], Result]
Scores = dict[tuple[Order, str], Score]


@dataclass(frozen=True)
class Target:
    """A target, what was measured, and whether it is met; None when it was not measured."""

    text: str
    measured: str
    met: bool | None


def judged(
    results: Results, whole: Results, scores: Scores, again: Mapping[int, Mapping[str, float]]
) -> list[Target]:
    """Judge every target that the results allow to judge; the others are "not measured".

    ``again`` is what checking again took, by the number of communities.
    """
    mine = {order: r for (order, name), r in results.items() if name == OURS and r.runs}
    return [
        *_completeness(results, scores),
        *_times_as_fast(results, mine),
        *_whole_process(whole),
        *_clean(mine),
        *_apart(mine),
        _growth(mine),
        *_memory(mine),
        _preview(mine),
        *_again(again),
    ]


def _again(again: Mapping[int, Mapping[str, float]]) -> list[Target]:
    text = "after one resolution only its neighbourhood is checked again: under 20 ms"
    if not again:
        return [Target(f"{text} at 100,000", "", None)]
    result = []
    for size, took in again.items():
        said = (
            f"{took['median_s'] * 1000:.1f} ms (median of {took['n']:.0f}), "
            f"{took['most_s'] * 1000:.1f} ms at most; {took['different']:.0f} differences"
        )
        met = took["median_s"] < 0.02 and not took["different"]
        result.append(Target(f"{text} at {size:,} (CPU)", said, met))
    return result


def _completeness(results: Results, scores: Scores) -> list[Target]:
    result = []
    for (order, name), run in results.items():
        if name != OURS:
            continue
        text = f"all found and named, none false: {order.title}"
        score = scores.get((order, name))
        if score is None:
            result.append(Target(text, run.missing, False))
            continue
        lost = score.planted.total() - score.named.total()
        said = (
            f"{score.named.total()} of {score.planted.total()} named, {score.found.total()} found, "
            f"{score.codes_right} with exactly the communities concerned; {score.wrong} wrong"
        )
        result.append(Target(text, said, not lost and not score.wrong))
    return result


def _times_as_fast(results: Results, mine: Mapping[Order, Result]) -> list[Target]:
    result = []
    for size in (10_000, 100_000):
        for peer, times in (("mapshaper", 3), ("geopandas", 60)):
            text = f"{times} times as fast as {peer} at {size:,} (CPU of the work, warm)"
            order = next((o for o in mine if _faulty(o) and o.communities == size), None)
            theirs = results.get((order, peer)) if order else None
            if order is None or theirs is None or not theirs.runs:
                result.append(Target(text, theirs.missing if theirs else "", None))
                continue
            ratio = theirs.cpu_s / mine[order].cpu_s
            said = f"{ratio:.1f} ({theirs.cpu_s:.2f} s to {mine[order].cpu_s:.3f} s)"
            result.append(Target(text, said, ratio >= times))
    return result


def _whole_process(whole: Results) -> list[Target]:
    result = []
    for order in dict.fromkeys(order for order, _ in whole):
        text = f"`gis-service check` faster than mapshaper as a process at {order.communities:,}"
        ours, theirs = whole[order, OURS], whole.get((order, "mapshaper"))
        if not ours.runs or theirs is None or not theirs.runs:
            result.append(Target(text, ours.missing or "mapshaper was not run", None))
            continue
        said = f"wall {ours.wall_s:.2f} s to {theirs.wall_s:.2f} s"
        said += f", CPU {ours.cpu_s:.2f} s to {theirs.cpu_s:.2f} s"
        result.append(Target(text, said, ours.wall_s < theirs.wall_s))
    return result


def _clean(mine: Mapping[Order, Result]) -> list[Target]:
    result = []
    for order in mine:
        faulty = next((o for o in mine if _faulty(o) and o.communities == order.communities), None)
        if order.faults != 0 or order.apart_m or faulty is None:
            continue
        ratio = mine[faulty].cpu_s / mine[order].cpu_s
        text = f"clean layers twice as fast again at {order.communities:,}"
        result.append(Target(text, f"{ratio:.2f} times", ratio >= 2))
    return result


def _apart(mine: Mapping[Order, Result]) -> list[Target]:
    result = []
    for order in mine:
        exact = next((o for o in mine if _faulty(o) and o.communities == order.communities), None)
        if not order.apart_m or exact is None:
            continue
        ratio = mine[order].cpu_s / mine[exact].cpu_s
        text = f"within 4 times of the exact layer: {order.title}"
        result.append(Target(text, f"{ratio:.2f} times", ratio <= 4))
    return result


def _growth(mine: Mapping[Order, Result]) -> Target:
    text = "growth from 10,000 to 1,000,000 no steeper than n^1.1 (n: vertices)"
    small = next((o for o in mine if _faulty(o) and o.communities == 10_000), None)
    large = next((o for o in mine if _faulty(o) and o.communities == 1_000_000), None)
    if small is None or large is None:
        return Target(text, "", None)
    sizes = [layers.facts(layers.stored(order))["vertices"] for order in (small, large)]
    power = math.log(mine[large].cpu_s / mine[small].cpu_s) / math.log(sizes[1] / sizes[0])
    return Target(text, f"n^{power:.2f}", power <= 1.1)


def _memory(mine: Mapping[Order, Result]) -> list[Target]:
    result = []
    for order, ours in mine.items():
        if order.communities < 10_000:
            continue
        allowed = 3 * layers.facts(layers.stored(order))["coordinate_bytes"] + 300_000_000
        said = f"{ours.peak_bytes / 1e6:,.0f} MB of {allowed / 1e6:,.0f} MB"
        text = f"peak under 3 × coordinates + 300 MB: {order.title}"
        result.append(Target(text, said, ours.peak_bytes < allowed))
    return result


def _preview(mine: Mapping[Order, Result]) -> Target:
    text = "81 communities under 50 ms (wall, warm)"
    times = [result.wall_s for order, result in mine.items() if order.communities == 81]
    if not times:
        return Target(text, "", None)
    return Target(text, f"{max(times) * 1000:.0f} ms at most", max(times) < 0.05)


def _faulty(order: Order) -> bool:
    return order.faults != 0 and not order.apart_m
