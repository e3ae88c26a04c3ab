"""Legends: the look of each layer beside what it means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gis_service.maps import colours, words
from gis_service.texts import translator

Group = dict[str, Any]


def streets(lang: str) -> Group:
    """Colours of the streets; map.js fills them in from the data."""
    return {"title": translator(lang)("Streets"), "layer": "communities"}


def findings(lang: str) -> Group:
    """Marks of the findings."""
    _ = translator(lang)
    items = [
        (_("Overlap"), {**colours.OVERLAP, "pin": colours.OVERLAP_MARK}),
        (_("Gap"), {**colours.GAP, "pin": colours.GAP_MARK}),
        (_("Sliver"), colours.SLIVER_MARK),
        (_("Other fault"), colours.ERROR_MARK),
        (_("Note"), colours.NOTE_MARK),
    ]
    return _group(_("Findings"), items)


def changes(lang: str) -> Group:
    """Kinds of changes of a community."""
    names = words.changes(lang)
    items = [(names[name], {**colours.CHANGED, **style}) for name, style in colours.CHANGES.items()]
    return _group(translator(lang)("Changed communities"), items)


def pieces(lang: str) -> Group:
    """Kinds of land that changed hands."""
    names = words.pieces(lang)
    items = [(names[name], {**colours.PIECE, **style}) for name, style in colours.PIECES.items()]
    return _group(translator(lang)("Land that changed hands"), items)


def coverage(lang: str) -> Group:
    """Classes of the coverage map."""
    names = words.classes(lang)
    items = [(names[name], {**colours.COMMUNITY, **colours.COVERAGE[name]}) for name in names]
    return _group(translator(lang)("Coverage"), items)


def facilities(lang: str, kinds: Iterable[str], statuses: Iterable[str]) -> list[Group]:
    """Kinds (shape and colour) and states (fill) of the facilities that there are."""
    _ = translator(lang)
    called, states = words.kinds(lang), words.statuses(lang)
    known = set(kinds)
    shown = set(statuses)
    station = colours.KINDS["elder_station"]
    return [
        _group(_("Facilities"), [(called[k], v) for k, v in colours.KINDS.items() if k in known]),
        _group(
            _("State"),
            [(states[s], {**station, **v}) for s, v in colours.STATUSES.items() if s in shown],
        ),
    ]


def _group(title: str, items: list[tuple[str, colours.Style]]) -> Group:
    return {"title": title, "items": [{"label": label, "style": style} for label, style in items]}
