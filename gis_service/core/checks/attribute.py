"""Attribute: codes and names that don't tell communities apart.

Definition: a code is missing, stands in several rows or is malformed (only when the layer has
codes), or two rows of one street bear the same name. Nothing is assumed of how codes look: one is
malformed when it holds blanks or control characters, or when it is written in another form (digits
for digits, letters for letters, as many) than `SAME_FORM` of the layer's codes. Numbers counted up
have no such common form, so that 1 to 81, or 1 to 1,000, are clean.

Why it matters: people, facilities and decisions are tied to a community by its code.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.wording import labels
from gis_service.core.topology import Objects, Topology
from gis_service.model.findings import Finding
from gis_service.model.text import Text

SAME_FORM = 0.95
"""Share of a layer's codes from which their form is what a code must look like: of numbers that
are counted up, at most 90 % have as many digits."""

_DIGITS, _LETTERS = re.compile(r"\d"), re.compile(r"[^\W\d_]")

FEWEST_CODES = 20
"""With fewer codes than this no form is common."""


def find_attribute_faults(topology: Topology, _context: CheckContext) -> list[Finding]:
    """Find missing, repeated and malformed codes, and names used twice within a street.

    The geometry is a point (several: a MultiPoint) inside the communities concerned.
    """
    found = list(_repeated_names(topology))
    if topology.has_codes:
        found += [*_missing_codes(topology), *_repeated_codes(topology)]
        found += _malformed_codes(topology)
    return numbered(found)


def _missing_codes(topology: Topology) -> Iterator[Finding]:
    for row in np.flatnonzero(topology.codes == "").tolist():
        who, number = labels(topology, [row]), topology.rows[row]
        text = Text(
            f"{who.zh} 没有编码（第 {number} 行）。请补上社区编码。",
            f"{who.en} has no code (row {number}). Put in the code of the community.",
        )
        yield _finding(topology, rows=[row], codes=("",), text=text)


def _repeated_codes(topology: Topology) -> Iterator[Finding]:
    for rows in _rows_with_the_same(topology.codes):
        code = topology.codes[rows[0]]
        names = "、".join(name for name in topology.names[topology.ordered(rows)] if name)
        lines = "、".join(str(number) for number in sorted(topology.rows[rows].tolist()))
        text = Text(
            f"编码 {code} 出现在 {len(rows)} 行（第 {lines} 行{'：' + names if names else ''}）。"
            "编码不得重复，请改正错误的一行。",
            f"Code {code} stands in {len(rows)} rows ({lines.replace('、', ', ')}"
            f"{': ' + names.replace('、', ', ') if names else ''}). "
            "Codes must not repeat; correct the wrong row.",
        )
        yield _finding(topology, rows=rows, codes=(code,), text=text)


def _malformed_codes(topology: Topology) -> Iterator[Finding]:
    every = topology.codes.tolist()
    codes = [code for code in every if code]
    together = "".join(codes)
    plain = together.isprintable() and together.split() == [together]
    forms = Counter(_forms(codes))
    usual, count = forms.most_common(1)[0] if forms else ("", 0)
    common = len(codes) >= FEWEST_CODES and count >= SAME_FORM * len(codes)
    if plain and (not common or count == len(codes)):
        return
    for row, code in enumerate(every):
        blank = any(not character.isprintable() or character.isspace() for character in code)
        if not code or not (blank or (common and form(code) != usual)):
            continue
        number = topology.rows[row]
        what = Text("含有空格或不可见字符", "holds blanks or invisible characters")
        if not blank:
            example = next(known for known in sorted(codes) if form(known) == usual)
            what = Text(
                f"的写法与其他编码（如 {example}）不同",
                f"is written in another form than the others, such as {example}",
            )
        text = Text(
            f"编码“{_visible(code)}”{what.zh}（第 {number} 行）。请对照正式编码改正。",
            f"Code “{_visible(code)}” {what.en} (row {number}). Correct it from the official list.",
        )
        yield _finding(topology, rows=[row], codes=(code,), text=text)


def form(code: str) -> str:
    """Give how a code is written: 9 for a digit, A for a letter, the rest as it is.

    Examples
    --------
    >>> form("440303005015"), form("44030300501"), form("BU-12b")
    ('999999999999', '99999999999', 'AA-99A')
    """
    return _LETTERS.sub("A", _DIGITS.sub("9", code))


def _forms(codes: list[str]) -> list[str]:
    """Give the forms of many codes."""
    text = "\x1e".join(codes)
    if text.count("\x1e") != len(codes) - 1:
        return [form(code) for code in codes]
    return _LETTERS.sub("A", _DIGITS.sub("9", text)).split("\x1e")


def _visible(code: str) -> str:
    """Give a code with its invisible characters written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in code)


def _repeated_names(topology: Topology) -> Iterator[Finding]:
    whole = (topology.streets != "") & (topology.names != "")
    named = np.where(whole, topology.streets + "\0" + topology.names, "")
    for rows in _rows_with_the_same(named):
        street, name = topology.streets[rows[0]], topology.names[rows[0]]
        lines = sorted(topology.rows[rows].tolist())
        zh, en = "、".join(map(str, lines)), ", ".join(map(str, lines))
        text = Text(
            f"{street} 有 {len(rows)} 个社区都叫“{name}”（第 {zh} 行）。"
            "请核对名称；同一社区分成几行的，请合并。",
            f"{len(rows)} communities of {street} are called “{name}” (rows {en}). "
            "Check the names; merge the rows if they are one community.",
        )
        codes = tuple(topology.codes[row] for row in topology.ordered(rows))
        yield _finding(topology, rows=rows, codes=codes, text=text)


def _rows_with_the_same(values: Objects) -> list[list[int]]:
    """Rows grouped by equal text, groups of one and the empty text left out."""
    repeated = np.flatnonzero(
        pd.Series(values, dtype=object).duplicated(keep=False) & (values != "")
    )
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row in repeated.tolist():
        rows[values[row]].append(row)
    return list(rows.values())


def _finding(topology: Topology, *, rows: list[int], codes: tuple[str, ...], text: Text) -> Finding:
    land = topology.usable[topology.ordered(rows)]
    points = shapely.point_on_surface(land[~shapely.is_missing(land)])
    first = shapely.get_coordinates(points[:1]).tolist()
    return Finding(
        key="",
        check="attribute",
        severity="error",
        communities=codes,
        geometry=(points[0] if len(points) == 1 else shapely.multipoints(points))
        if first
        else None,
        point=(first[0][0], first[0][1]) if first else None,
        area_m2=0.0,
        width_m=None,
        text=text,
    )


ATTRIBUTE = Check(name="attribute", title=Text("属性错误", "attribute"), find=find_attribute_faults)
