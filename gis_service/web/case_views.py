"""Cases as the templates show them: text by text, in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gis_service.maps import figures, words
from gis_service.model.cases import CASE_KINDS
from gis_service.model.casework import MOVES, STATES, CasePolicy
from gis_service.model.text import Text
from gis_service.services.instants import local
from gis_service.services.snapshots import Snapshot
from gis_service.texts import translator
from gis_service.web.case_words import proposal_states, resolutions

Document = Mapping[str, Any]
Pairs = list[tuple[str, str]]

WITH_REASON = ("return", "withdraw", "reopen")
MOST_COMPARED = 12
"""Communities in the table of proposals; the case of slivers has more, shown one by one."""
DANGEROUS = ("return", "withdraw")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the ledger: ``href`` sorts by it; ``sorted`` is the value of ``aria-sort``."""

    name: str
    title: str
    href: str = ""
    sorted: str = ""
    numeric: bool = False


def line(row: Document, lang: str) -> dict[str, Any]:
    """Give one line of the ledger."""
    _ = translator(lang)
    return {
        "number": row["number"],
        "kind": _named(CASE_KINDS, row["kind"], lang),
        "kind_name": row["kind"],
        "state": _named(STATES, row["state"], lang),
        "state_name": row["state"],
        "parties": _parties(row),
        "streets": "、".join(row["streets"]),
        "area": figures.square_metres(row["area_m2"]),
        "mu": figures.number(row["area_mu"], 2),
        "residents": _count(row["residents"]),
        "elders": _count(row["elders"]),
        "age": str(row["age_days"]),
        "due": row["until"] if row["state"] == "joint" else (row["due"] or "—"),
        "overdue": row["overdue"],
        "assignee": row["assignee"] or "—",
    }


def columns(kept: Mapping[str, str], sort: str, lang: str) -> list[Column]:
    """Give the ledger's columns; each head sorts by it, once more the other way."""
    _ = translator(lang)
    listed = (
        ("number", _("Number"), False), ("kind", _("Kind"), False), ("", _("Parties"), False),
        ("state", _("State"), False), ("area", _("Area m²"), True), ("", _("mu"), True),
        ("people", _("People"), True), ("elders", _("Elders"), True), ("due", _("Due"), False),
        ("age", _("Days open"), True), ("assignee", _("Assignee"), False),
        ("street", _("Street"), False),
    )  # fmt: skip
    made = []
    for name, title, numeric in listed:
        if not name:
            made.append(Column(name=name, title=title, numeric=numeric))
            continue
        ascending = sort == name
        wanted = f"-{name}" if ascending else name
        direction = "ascending" if ascending else "descending" if sort == f"-{name}" else ""
        href = "?" + urlencode(dict(kept) | {"sort": wanted})
        made.append(Column(name=name, title=title, href=href, sorted=direction, numeric=numeric))
    return made


def totals(found: Document, lang: str) -> Pairs:
    """Give the totals of the ledger."""
    _ = translator(lang)
    return [
        (_("Cases"), figures.number(found["cases"])),
        (_("Overdue"), figures.number(found["overdue"])),
        (_("Area"), figures.area(found["area_m2"], lang)),
        (_("People"), _count(found["residents"])),
        (_("Elders"), _count(found["elders"])),
        (_("Facilities"), figures.number(found["facilities"])),
    ]


def choices(snapshot: Snapshot, assignees: Sequence[str], lang: str) -> dict[str, Pairs]:
    """Give what can be chosen in the ledger's filter."""
    _ = translator(lang)
    known = snapshot.communities
    communities = sorted(
        (str(code), f"{name} ({street})")
        for code, name, street in zip(known.index, known["name"], known["street"], strict=True)
    )
    return {
        "states": [(name, text.in_language(lang)) for name, text in STATES.items()],
        "kinds": [(name, text.in_language(lang)) for name, text in CASE_KINDS.items()],
        "streets": [(name, name) for name in sorted({str(s) for s in known["street"] if s})],
        "communities": communities,
        "assignees": [("-", _("nobody")), *((name, name) for name in assignees)],
        "sorts": [(column.name, column.title) for column in columns({}, "", lang) if column.name],
    }


def pages(kept: Mapping[str, str], limit: int, offset: int, matched: int) -> dict[str, str]:
    """Give the addresses of the ledger's page before and after; "" where there is none."""

    def address(at: int) -> str:
        window = {"offset": str(at)} if at else {}
        if limit != 50:
            window["limit"] = str(limit)
        return "/cases?" + urlencode(dict(kept) | window)

    return {
        "before": address(max(0, offset - limit)) if offset else "",
        "after": address(offset + limit) if offset + limit < matched else "",
    }


def facts(case: Document, lang: str) -> Pairs:
    """Give the facts of a case."""
    _ = translator(lang)
    due = case["until"] if case["state"] == "joint" else case["due"]
    rows = [
        (_("Parties"), _parties(case, codes=True)),
        (_("Kind"), _named(CASE_KINDS, case["kind"], lang)),
        (_("Area"), figures.area(case["area_m2"], lang)),
        (_("People (estimated)"), _count(case["residents"])),
        (_("Elders (estimated)"), _count(case["elders"])),
        (_("Facilities inside"), _facilities(case, lang)),
        (_("Assignee"), case["assignee"] or "—"),
        (_("Due"), due or "—"),
        (_("Opened on"), f"{local(case['opened_at'])[:10]} · {_('days')} {case['age_days']}"),
        (_("Seen in boundary version"), str(case["boundary_version"])),
    ]
    optional = (
        (_("Approving document"), case["document"]),
        (_("Applied in boundary version"), case["applied_version"]),
        (_("Merged into"), case["into"]),
        (_("Proposed by"), case["proposed_by"]),
        (_("Reviewed by"), case["reviewed_by"]),
        (_("Approved by"), case["approved_by"]),
    )
    return rows + [(label, str(value)) for label, value in optional if value]


def steps(case: Document, policy: CasePolicy, lang: str) -> list[dict[str, Any]]:
    """Give the path of the policy, with where the case stands on it."""
    path, state = policy.states, case["state"]
    at = path.index(state) if state in path else -1
    made = [
        {"title": STATES[name].in_language(lang), "done": 0 <= i < at, "current": name == state}
        for i, name in enumerate(path)
    ]
    if at < 0:
        made.append({"title": _named(STATES, state, lang), "done": False, "current": True})
    return made


def badges(case: Document, lang: str) -> Pairs:
    """Give the marks beside the number: class and text."""
    _ = translator(lang)
    made = [
        (f"kind-{case['kind']}", _named(CASE_KINDS, case["kind"], lang)),
        ("state", _named(STATES, case["state"], lang)),
    ]
    if case["overdue"]:
        made.append(("overdue", _("Overdue")))
    if case["has_moved"]:
        made.append(("moved", _("The land has changed since it was opened")))
    return made


def moves(case: Document, lang: str) -> list[dict[str, Any]]:
    """Give the moves that the person may make; proposing is done on a proposal."""
    return [
        {
            "name": name,
            "title": MOVES[name].in_language(lang),
            "reason": name in WITH_REASON,
            "document": name == "approve",
            "dangerous": name in DANGEROUS,
        }
        for name in case["moves"]
        if name != "propose"
    ]


def events(listed: Sequence[Document], lang: str) -> list[dict[str, str]]:
    """Give the timeline, the newest first."""
    return [
        {
            "at": local(event["at"]),
            "user": event["user"],
            "what": _what(event, lang),
            "state": _named(STATES, event["state"], lang),
            "text": event["text"],
            "kind": event["kind"],
        }
        for event in reversed(list(listed))
    ]


def evidence(listed: Sequence[Document], lang: str) -> list[dict[str, Any]]:
    """Give the files of a case."""
    del lang
    return [
        {**item, "at": local(item["at"]), "kb": figures.number(max(1.0, item["size"] / 1000))}
        for item in listed
    ]


def proposal(stored: Document, newest: int, lang: str) -> dict[str, Any]:
    """Give one proposal for the table in which they stand side by side."""
    _ = translator(lang)
    found = stored["facts"]
    table = found["figures"]
    proof = found["proof"]
    held = sum(bool(check["ok"]) for check in proof)
    return {
        "number": stored["number"],
        "state": stored["state"],
        "state_text": proposal_states(lang).get(stored["state"], stored["state"]),
        "title": resolutions(lang).get(stored["resolution"], stored["resolution"]),
        "author": stored["author"],
        "at": local(stored["created_at"]),
        "note": stored["note"],
        "base": stored["base_version"],
        "older": stored["base_version"] != newest and stored["state"] in ("draft", "chosen"),
        "rebased_from": stored["rebased_from"],
        "params": _params(stored["params"], lang),
        "communities": {row["code"]: _outcome(row, lang) for row in table["communities"]},
        "names": {row["code"]: row["name"] or row["code"] for row in table["communities"]},
        "proof": f"{held} / {len(proof)}",
        "proven": held == len(proof),
        "remaining": len(found["findings_after"]),
        "coverage": _coverage(table["district"]["after"]),
        "usable": stored["state"] not in ("stale", "superseded", "applied"),
        "rebasable": stored["state"] in ("draft", "chosen", "stale"),
    }


def compared(proposals: Sequence[Mapping[str, Any]]) -> Pairs:
    """Give code and name of the communities whose figures the proposals are compared by."""
    names: dict[str, str] = {}
    for stored in proposals:
        names |= stored["names"]
    return sorted(names.items())[:MOST_COMPARED]


def land_features(case: Document) -> list[dict[str, Any]]:
    """Give the land of a case as GeoJSON features for its map."""
    land = case["land"]
    shapes = [land]
    if land["type"] == "MultiPolygon":
        shapes = [{"type": "Polygon", "coordinates": part} for part in land["coordinates"]]
    whole = len(shapes) == 1
    return [
        {
            "type": "Feature",
            "id": f"{case['number']}/{at}",
            "geometry": shape,
            "properties": {
                "number": case["number"],
                "part": None if whole else str(at),
                "area_m2": case["area_m2"] if whole else None,
                "point": case["point"] if whole else shape["coordinates"][0][0],
            },
        }
        for at, shape in enumerate(shapes, start=1)
    ]


def _what(event: Document, lang: str) -> str:
    _ = translator(lang)
    data = event["data"]
    named = {
        "opened": _("Case opened"),
        "changed": _("The land changed in a new survey"),
        "comment": _("Comment"),
        "assigned": _("Assigned"),
        "due": _("Due date set"),
        "evidence": _("Evidence"),
        "proposal": _("Proposal"),
        "merged": _("Merged"),
        "split": _("Split into cases"),
        "linked": _("Linked"),
    }
    what: str = named.get(event["kind"], str(event["kind"]))
    if event["kind"] == "moved" and data.get("move") in MOVES:
        what = MOVES[data["move"]].in_language(lang)
    details = [
        str(data[name])
        for name in ("assignee", "due", "name", "document", "until")
        if data.get(name)
    ]
    if event["kind"] == "proposal":
        what = f"{what} {data.get('proposal', '')}"
    elif data.get("proposal"):
        details.append(f"{_('Proposal')} {data['proposal']}")
    if data.get("stale_on_version"):
        details.append(f"{_('stale on version')} {data['stale_on_version']}")
    if data.get("version"):
        details.append(f"{_('Boundary version')} {data['version']}")
    return " · ".join([what, *details])


def _outcome(row: Document, lang: str) -> dict[str, str]:
    after = row["after"]
    return {
        "area": figures.square_metres(after["area_m2"]),
        "gained": figures.square_metres(row["gained_m2"]),
        "lost": figures.square_metres(row["lost_m2"]),
        "elders": _count(after["elders"]),
        "share": figures.percent(after["elder_share"]),
        "ageing": _answer(after["ageing"], lang),
        "covered": _answer(after["covered"], lang),
    }


def _params(params: Document, lang: str) -> str:
    _ = translator(lang)
    parts = []
    if params.get("to"):
        parts.append(f"→ {params['to']}")
    if params.get("until"):
        parts.append(f"{_('until')} {params['until']}")
    if params.get("lines"):
        parts.append(_("by a line"))
    return " · ".join(parts)


def _coverage(found: Document) -> str:
    return f"{found['covered']} / {found['ageing']} · {figures.percent(found['rate'])}"


def _parties(row: Document, *, codes: bool = False) -> str:
    named = [
        f"{party['name']} ({party['code']})" if codes and party["name"]
        else party["name"] or party["code"]
        for party in row["parties"]
    ]  # fmt: skip
    if len(named) > 6:
        return f"{'、'.join(named[:4])} … ({len(named)})"
    return " / ".join(named) or "—"


def _facilities(case: Document, lang: str) -> str:
    kinds = words.kinds(lang)
    listed = [f"{f['name']} ({kinds.get(f['kind'], f['kind'])})" for f in case["facilities"]]
    return "、".join(listed[:12]) + (" …" if len(listed) > 12 else "") or "—"


def _named(table: Mapping[Any, Text], name: str, lang: str) -> str:
    return table[name].in_language(lang) if name in table else words.checks(lang).get(name, name)


def _answer(value: bool | None, lang: str) -> str:
    return "—" if value is None else words.answers(lang)["true" if value else "false"]


def _count(value: float | None) -> str:
    return "—" if value is None else figures.number(value, 1 if value < 100 else 0)
