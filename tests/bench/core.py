"""Boundary checks side by side with what else there is, on layers whose faults are known.

    python tests/bench/core.py --sizes 81 10000 --apart 0 0.001 0.05 --peers mapshaper STRtree

Every contestant runs in a process of its own on the same layer, in turn with the others, and
measures only its work: from geometries in memory to the answer. See docs/performance.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import layers
import report
import runs
import scoring
import targets
from layers import Order

DOCS = Path(__file__).parents[2] / "docs" / "performance.md"
OURS = "gis-service"
REPEATED_IN_PROCESS = (OURS, "no-outline", "mapshaper")
"""Whose work is measured warm, too: a service and a compiler need a first round to warm up."""
LARGE = 10_000
"""From so many communities on it matters that only a neighbourhood is checked again."""
SLOW_S = 60.0
"""What takes longer is not repeated, nor run on a further layer as large."""


def main() -> int:
    """Run, print the tables and the targets; the exit code is 0 when no target is missed."""
    chosen = _arguments()
    results: targets.Results = {}
    whole: targets.Results = {}
    scores: targets.Scores = {}
    again: dict[int, dict[str, float]] = {}
    printed: list[str] = []
    for order in _orders(chosen):
        _say(f"{order.title} …")
        folder = layers.stored(order)
        results |= _side_by_side(order, folder, chosen, scores, results)
        if order.communities in chosen.whole and order.faults != 0 and not order.apart_m:
            whole |= _whole(order, folder, chosen)
            if order.communities >= LARGE:
                again[order.communities] = runs.again(folder)
        printed.append(_shown(report.layer_tables(order, results, scores)))
    judged = targets.judged(results, whole, scores, again)
    printed.append(_shown(report.whole_table(whole)))
    printed.append(_shown(report.targets_table(judged)))
    if chosen.docs:
        report.put_into(DOCS, "\n\n".join(printed))
    return int(any(target.met is False for target in judged))


def _shown(text: str) -> str:
    """Print at once, so that a run that is stopped has not been in vain."""
    sys.stdout.write(text + "\n\n")
    sys.stdout.flush()
    return text


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[81, 10_000], metavar="N")
    parser.add_argument(
        "--faults",
        nargs="+",
        default=["usual", "0"],
        help="at how many places; 'usual': one for 25 communities; 0: a clean layer",
    )
    parser.add_argument(
        "--apart", nargs="+", type=float, default=[0.0, 0.001, 0.05], metavar="METRES"
    )
    parser.add_argument(
        "--peers",
        nargs="*",
        default=None,
        help=f"of {', '.join(runs.names()[1:])}; none: only ours",
    )
    parser.add_argument("--rounds", type=int, default=3, help="processes of each contestant")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds a process may take")
    parser.add_argument("--whole", nargs="*", type=int, default=[10_000, 100_000], metavar="N",
                        help="sizes at which the command lines are measured, too")  # fmt: skip
    parser.add_argument("--docs", action="store_true", help="put the tables into the docs")
    chosen = parser.parse_args()
    known = runs.names()
    chosen.names = known if chosen.peers is None else [OURS, *chosen.peers]
    unknown = sorted(set(chosen.names) - set(known))
    if unknown:
        parser.error(f"unknown peers {', '.join(unknown)}; known: {', '.join(known[1:])}")
    return chosen


def _orders(chosen: argparse.Namespace) -> list[Order]:
    """List the layers: exact ones with each number of faults, the others with the first."""
    orders = []
    for size in chosen.sizes:
        numbers = [None if text == "usual" else int(text) for text in chosen.faults]
        vertices = 58 if size >= 1_000_000 else 350
        for apart in sorted(chosen.apart):
            if vertices == 58 and apart:
                continue
            for number in numbers[:1] if apart else numbers:
                orders.append(Order(size, number, apart, vertices))
    return orders


def _side_by_side(
    order: Order,
    folder: Path,
    chosen: argparse.Namespace,
    scores: targets.Scores,
    results: targets.Results,
) -> targets.Results:
    """Run all contestants on one layer in turn; what the first run reports is scored."""
    done: dict[str, list[runs.Run]] = {name: [] for name in chosen.names}
    missing = {
        name: runs.unable(name, order.communities) or _too_slow(name, order, results)
        for name in chosen.names
    }
    for number in range(chosen.rounds):
        for name in chosen.names:
            earlier = done[name]
            if missing[name] or (earlier and sum(earlier[0].wall_s) > SLOW_S):
                continue
            again = 3 if name in REPEATED_IN_PROCESS else 1
            run = runs.run(name, folder, rounds=again, keep=number == 0, limit_s=chosen.limit)
            if isinstance(run, str):
                missing[name] = run
                _say(f"  {name}: {run}")
                continue
            if number == 0:
                scores[order, name] = _scored(name, run, folder)
            earlier.append(replace(run, found=()))
            _say(f"  {name}: {run.cpu_s[-1]:.3f} s CPU")
    return {(order, n): runs.Result(n, tuple(done[n]), missing[n]) for n in chosen.names}


def _too_slow(name: str, order: Order, results: targets.Results) -> str:
    """Say that a contestant took too long on an earlier layer of the size, or a smaller one."""
    slow = any(
        n == name and r.runs and o.communities <= order.communities and r.wall_s > SLOW_S
        for (o, n), r in results.items()
    )
    return f"took over {SLOW_S:.0f} s on an earlier layer" if slow and name != OURS else ""


def _whole(order: Order, folder: Path, chosen: argparse.Namespace) -> targets.Results:
    done: dict[str, list[runs.Run]] = {OURS: []}
    if "mapshaper" in chosen.names and not runs.unable("mapshaper", order.communities):
        done["mapshaper"] = []
    missing = dict.fromkeys(done, "")
    for _ in range(chosen.rounds):
        for name, earlier in done.items():
            if missing[name] or (earlier and sum(earlier[0].wall_s) > SLOW_S):
                continue
            run = runs.whole_process(name, folder, limit_s=chosen.limit)
            if isinstance(run, str):
                missing[name] = run
            else:
                earlier.append(run)
                _say(f"  {name} as a process: {run.wall_s[0]:.2f} s")
    return {(order, n): runs.Result(n, tuple(r), missing[n]) for n, r in done.items()}


def _scored(name: str, run: runs.Run, folder: Path) -> scoring.Score:
    rows = layers.facts(folder)["communities"]
    codes = [f"C{row:07d}" for row in range(rows)]
    return scoring.score(run.found, layers.planted(folder), codes=codes, rim=name == OURS)


def _say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


if __name__ == "__main__":
    sys.exit(main())
