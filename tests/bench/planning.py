"""Coverage side by side with what else there is, on made-up cities of `cities.py`.

    python tests/bench/planning.py --sizes district city --rounds 5 --docs

Not named coverage.py: numba would take it for the package of that name. The contestants of a work
take turns in one process, others have one of their own; the least CPU time of all rounds counts,
as other programs on the machine disturb it less than wall time. Targets that compare are ratios
within one run.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import coverage_walking
from cities import CITY, DISTRICT, Order
from coverage_work import Took, Work, say, timed
from report import put_between, table, targets_table
from targets import OURS, Target

DOCS = Path(__file__).parents[2] / "docs" / "performance.md"
SIZES = {"district": DISTRICT, "city": CITY}
BEGIN, END = "<!-- bench-coverage: begin -->", "<!-- bench-coverage: end -->"


def main() -> int:
    """Run, print tables and targets; the exit code is 0 when no target is missed."""
    chosen = _arguments()
    printed, judged = [], []
    for size in chosen.sizes:
        order = SIZES[size]
        printed.append(_shown(f"### {_title(order)}"))
        for work in _works(order, chosen.only):
            say(f"{order.name}: {work.title} …")
            took = timed(_reduced(work, chosen.without), rounds=chosen.rounds)
            judged += _judged(work, took, order)
            printed.append(_shown(f"**{work.title}**\n\n{_times(took)}"))
    printed.append(_shown(targets_table(judged)))
    if chosen.docs:
        put_between(DOCS, "\n\n".join(printed), begin=BEGIN, end=END)
    return int(any(target.met is False for target in judged))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=5, help="rounds, after one to warm up")
    parser.add_argument("--only", choices=["walking", "siting"], help="one half only")
    parser.add_argument("--without", nargs="*", default=[], metavar="NAME", help="who is left out")
    parser.add_argument("--docs", action="store_true", help="put the tables into the docs")
    return parser.parse_args()


def _works(order: Order, only: str | None) -> list[Work]:
    works = [] if only == "siting" else coverage_walking.works(order)
    if only != "walking" and importlib.util.find_spec("coverage_siting"):
        import coverage_siting

        works += coverage_siting.works(order)
    return works


def _reduced(work: Work, left_out: list[str]) -> Work:
    here = {name: run for name, run in work.contestants.items() if name not in left_out}
    return replace(work, contestants=here)


def _title(order: Order) -> str:
    communities = order.communities[0] * order.communities[1]
    nodes = order.street_nodes[0] * order.street_nodes[1]
    return (
        f"{order.name.capitalize()}: {communities:,} communities, {order.blocks:,} blocks, "
        f"{order.facilities:,} facilities, {nodes:,} street nodes"
    )


def _judged(work: Work, took: dict[str, Took], order: Order) -> list[Target]:
    return [
        Target(f"{order.name}: {target.text}", target.measured, target.met)
        for target in work.judge(took)
    ]


def _times(took: dict[str, Took]) -> str:
    rows = []
    for name, one in took.items():
        if one.missing:
            rows.append([name, one.missing, "", "", "", ""])
            continue
        more = "–" if one.megabytes != one.megabytes else f"{one.megabytes:,.0f}"
        times = one.seconds / took[OURS].seconds
        rows.append(
            [name, _seconds(one.seconds), _seconds(one.wall_s), f"{times:.2f}", more, one.remark]
        )
    return table(["", "CPU s", "wall s", "× ours", "MB more", ""], rows)


def _seconds(seconds: float) -> str:
    if seconds != seconds:
        return "–"
    return f"{seconds:.4f}" if seconds < 0.1 else f"{seconds:.2f}"


def _shown(text: str) -> str:
    sys.stdout.write(text + "\n\n")
    sys.stdout.flush()
    return text


if __name__ == "__main__":
    sys.exit(main())
