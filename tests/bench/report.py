"""The tables of a comparison, in Markdown."""

from __future__ import annotations

from pathlib import Path

import layers
from layers import Order
from scoring import EXPECTED
from targets import OURS, Results, Scores, Target

BEGIN, END = "<!-- bench-core: begin -->", "<!-- bench-core: end -->"


def layer_tables(order: Order, results: Results, scores: Scores) -> str:
    """Give the tables of one layer: what everyone took and got, and each kind of fault."""
    facts = layers.facts(layers.stored(order))
    planted = len(layers.planted(layers.stored(order)))
    head = (
        f"### {order.title}\n\n{facts['communities']:,} polygons, {facts['vertices']:,} vertices, "
        f"{planted:,} planted faults."
    )
    return "\n\n".join([head, _contest(order, results, scores), *_kinds(order, results, scores)])


def whole_table(whole: Results) -> str:
    """Give what the command lines took, from start to end."""
    if not whole:
        return "No command line was measured."
    rows = [
        [order.title, name, f"{r.cpu_s:.2f}", f"{r.wall_s:.2f}", _megabytes(r.peak_bytes)]
        if (r := result).runs
        else [order.title, name, result.missing, "", ""]
        for (order, name), result in whole.items()
    ]
    head = ["layer", "command line", "CPU s", "wall s", "peak MB"]
    return "### Whole processes, from one Shapefile to a file of findings\n\n" + table(head, rows)


def targets_table(judged: list[Target]) -> str:
    """Give each target with what was measured."""
    words = {True: "met", False: "**missed**", None: "not measured"}
    rows = [[target.text, target.measured, words[target.met]] for target in judged]
    return "### Targets\n\n" + table(["target", "measured", ""], rows)


def put_into(path: Path, text: str) -> None:
    """Replace what stands between the two marks of this comparison in a document."""
    put_between(path, text, begin=BEGIN, end=END)


def put_between(path: Path, text: str, *, begin: str, end: str) -> None:
    """Replace what stands between two marks of a document."""
    before, rest = path.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def _contest(order: Order, results: Results, scores: Scores) -> str:
    ours = results[order, OURS]
    rows = []
    for (at, name), result in results.items():
        if at != order:
            continue
        if not result.runs:
            rows.append([name, result.missing, *[""] * 10])
            continue
        score = scores[order, name]
        ratio = result.cpu_s / ours.cpu_s if ours.runs else float("nan")
        some = bool(score.planted)
        rows.append(
            [
                name,
                f"{result.cpu_s:.3f}",
                f"{result.cold_cpu_s:.3f}",
                f"{result.wall_s:.3f}",
                f"{ratio:.1f}" if ours.runs else "–",
                _megabytes(result.peak_bytes),
                f"{score.reported.total():,}",
                _percent(score.recall) if some else "–",
                _percent(score.naming) if some else "–",
                _percent(score.placed / score.reported.total()) if score.reported else "–",
                _percent(score.precision) if score.reported else "–",
                f"{score.once:.2f}" if some else "–",
            ]
        )
    head = ["", "CPU s", "cold", "wall s", "× ours", "peak MB", "reported"]
    return table([*head, "found", "named", "at a fault", "precision", "reports a fault"], rows)


def _kinds(order: Order, results: Results, scores: Scores) -> list[str]:
    """Tabulate found / named / planted of each kind, and the precision of each name."""
    names = [name for at, name in results if at == order and (at, name) in scores]
    planted = {kind: sum(1 for p in layers.planted(layers.stored(order)) if p.kind == kind)
               for kind in EXPECTED}  # fmt: skip
    if not any(planted.values()) or not names:
        return []
    recall = []
    for kind, count in planted.items():
        if not count:
            continue
        cells = [f"{kind} ({count})"]
        for name in names:
            score = scores[order, name]
            asked = kind in score.planted
            cells.append(f"{score.found[kind]} / {score.named[kind]}" if asked else "not asked")
        recall.append(cells)
    precision = []
    checks = sorted({kind for name in names for kind in scores[order, name].reported})
    for check in checks:
        cells = [check or "(unnamed)"]
        for name in names:
            score = scores[order, name]
            said = score.reported[check]
            cells.append(f"{score.right[check]:,} of {said:,}" if said else "–")
        precision.append(cells)
    return [
        table(["planted: found / named", *names], recall),
        table(["reported as: right of all", *names], precision),
    ]


def table(head: list[str], rows: list[list[str]]) -> str:
    everything = [head, *rows]
    wide = [max(len(row[i]) for row in everything) for i in range(len(head))]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, wide, strict=True)) + " |"
        for row in everything
    ]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in wide) + "|")
    return "\n".join(lines)


def _percent(share: float) -> str:
    """Never round to 100 % what is not all."""
    if share == 1:
        return "100 %"
    return f"{min(share * 100, 99.9):.1f} %"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f}"
