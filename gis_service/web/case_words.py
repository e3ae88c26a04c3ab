"""The words of casework's pages and scripts."""

from __future__ import annotations

from dataclasses import dataclass

from gis_service.model.cases import SLIVERS
from gis_service.texts import translator

Words = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to decide, as the page offers it.

    ``needs`` names the inputs that belong to it: to, lines, file, until.
    """

    by: str
    label: str
    hint: str
    needs: tuple[str, ...] = ()


def ways(kind: str, lang: str) -> list[Way]:
    """Give the ways to decide a case of a kind, the usual ones first."""
    _ = translator(lang)
    if kind == SLIVERS:
        told = _("Each sliver goes to the neighbour with the longest border.")
        return [Way(by="clean", label=_("Clean all slivers"), hint=told)]
    give = Way(by="award", label=_("Award to one party"),
               hint=_("The others give it up."), needs=("to",))  # fmt: skip
    if kind == "gap":
        give = Way(by="fill", label=_("Give to one neighbour"),
                   hint=_("Land that nobody claimed is filled."), needs=("to",))  # fmt: skip
    return [
        give,
        Way(by="split", label=_("Split by a drawn line"),
            hint=_("Both ends must reach beyond the land."), needs=("lines",)),
        Way(by="follow", label=_("Split along a road or river"),
            hint=_("Pick a line of the map, or of a file."), needs=("lines", "file")),
        Way(by="median", label=_("Median line"), hint=_("Each point goes to the nearer party.")),
        Way(by="longest_border", label=_("Longest border"),
            hint=_("To the party whose other land it borders longest.")),
        Way(by="joint", label=_("Joint management until a date"),
            hint=_("No line changes; the parties decide by then."), needs=("until",)),
    ]  # fmt: skip


def resolutions(lang: str) -> Words:
    """What the resolutions are called."""
    _ = translator(lang)
    named = {way.by: way.label for kind in ("overlap", "gap", SLIVERS) for way in ways(kind, lang)}
    return named | {"split": _("Split by a drawn line")}


def proposal_states(lang: str) -> Words:
    """What the states of a proposal are called."""
    _ = translator(lang)
    return {
        "draft": _("draft"),
        "chosen": _("under review"),
        "stale": _("stale: the land changed"),
        "superseded": _("superseded"),
        "applied": _("carried out"),
    }


def ledger_words(lang: str) -> Words:
    """What the ledger's script says."""
    _ = translator(lang)
    return {
        "unreachable": _("The server can't be reached. Check the network and try again."),
        "lang": lang,
    }


def case_words(lang: str) -> Words:
    """What the scripts of a case's page say."""
    _ = translator(lang)
    return _figure_words(lang) | {
        "unreachable": _("The server can't be reached. Check the network and try again."),
        "not_written": _("Nothing was written; what you entered is kept."),
        "reload": _("Load the present state"),
        "restored": _("What you had entered here before was restored."),
        "computing": _("Computing; nothing is written by a preview."),
        "computed": _("Computed. Nothing has been written."),
        "choose_to": _("Choose a party."),
        "choose_line": _("Draw a line, pick one, or type its coordinates."),
        "choose_until": _("Give the date until which the land is held jointly."),
        "bad_line": _("This line of text holds no longitude and latitude:"),
        "drawing": _("Click point after point; double-click or press Finish to end the line."),
        "piece": _("Click into the piece that it gets."),
        "picked": _("Picked:"),
        "no_lines": _("No line lies near this land."),
        "loaded_lines": _("Lines near the land:"),
        "unnamed": _("(no name)"),
        "crosses": _("crosses the land"),
        "stale": _("Proposal %s is stale"),
        "stored": _("As it was proposed, on version"),
        "now": _("As it would be now, on version"),
        "not_now": _("It can't be computed on the present land:"),
        "identical": _("The outcome is the same, bit for bit."),
        "communities_differ": _("Communities that differ:"),
        "rebase": _("Rebase: compute it on the present version"),
        "proposal": _("Proposal"),
        "preview": _("Preview"),
        "remove": _("Remove"),
        "gets": _("gets the piece at"),
    }


def _figure_words(lang: str) -> Words:
    _ = translator(lang)
    return {
        "community": _("Community"),
        "total": _("Total"),
        "area": _("Area"),
        "residents": _("People"),
        "elders": _("Elders"),
        "elder_share": _("Share of elders"),
        "ageing": _("Ageing community"),
        "stations": _("Counted stations"),
        "covered": _("Covered"),
        "gained": _("Gained"),
        "lost": _("Lost"),
        "awarded": _("Own land of the decided"),
        "before": _("Before"),
        "after": _("After"),
        "yes": _("Yes"),
        "no": _("No"),
        "mu": _("mu"),
        "ha": _("ha"),
        "balance": _("Balance of all areas"),
        "filled": _("Land filled"),
        "district": _("District"),
        "coverage": _("Covered of the ageing communities"),
        "target": _("Target reached"),
        "remaining": _("Findings that remain here"),
        "none_remaining": _("No finding remains on this land."),
        "proof": _("Proof"),
        "value": _("Value"),
        "limit": _("Limit"),
        "holds": _("Holds"),
        "skipped": _("Left for people to decide"),
        "allowed_until": _("Held jointly until"),
        "estimated": _("People are estimated by area where land changes hands."),
    }
