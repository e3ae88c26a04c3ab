"""The figure cards and the bars of the dashboard."""

from __future__ import annotations

from dataclasses import dataclass

from gis_service.maps import figures
from gis_service.services.overview import Overview
from gis_service.texts import translator


@dataclass(frozen=True, kw_only=True)
class Card:
    """A figure, what it counts, and what else to know about it."""

    name: str
    title: str
    figure: str
    lines: tuple[str, ...]
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class CoverageCard:
    """The coverage figure with its bar; shares are percents from 0 to 100."""

    title: str
    figure: str
    rate_percent: float
    planned_percent: float
    target_percent: float
    reached: bool
    lines: tuple[str, ...]
    label: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A street's bar; ``percent`` is None where no community is ageing."""

    street: str
    percent: float | None
    planned_percent: float | None
    text: str
    reached: bool


@dataclass(frozen=True, kw_only=True)
class Cards:
    """All cards of the dashboard."""

    plain: tuple[Card, ...]
    coverage: CoverageCard


def cards(overview: Overview, lang: str) -> Cards:
    """Give the cards of an overview."""
    _ = translator(lang)
    disputes = Card(
        name="disputes",
        title=_("Boundary disputes"),
        figure=figures.number(overview.disputes),
        lines=_area_lines(overview.disputes_area_m2, lang),
        href="/maps/disputes",
    )
    slivers = Card(
        name="slivers",
        title=_("Slivers"),
        figure=figures.number(overview.slivers),
        lines=(
            f"{figures.square_metres(overview.slivers_area_m2)} m²",
            _("Drawing errors, narrower than the survey allows"),
        ),
        href="/maps/disputes",
    )
    errors = Card(
        name="errors",
        title=_("Faults to correct"),
        figure=figures.number(overview.errors),
        lines=(
            _("Invalid rings, codes, duplicates"),
            f"{_('Notes')} {figures.number(overview.notes)}",
        ),
        href="/maps/disputes",
    )
    communities = Card(
        name="communities",
        title=_("Communities"),
        figure=figures.number(overview.communities),
        lines=(
            f"{_('Streets')} {overview.streets}",
            f"{figures.number(overview.area_m2 / 1e6, 2)} {_('km²')}",
        ),
    )
    return Cards(plain=(communities, disputes, slivers, errors), coverage=_coverage(overview, lang))


def street_bars(overview: Overview, lang: str) -> tuple[Bar, ...]:
    """Give a bar for each street, the lowest coverage first."""
    _ = translator(lang)
    report = overview.coverage
    bars = []
    for street in sorted(report.streets, key=lambda s: (s.rate is None, s.rate or 0, s.street)):
        planned = street.covered_with_planned / street.ageing if street.ageing else None
        text = f"{street.covered} / {street.ageing}" if street.ageing else _("none ageing")
        bars.append(
            Bar(
                street=street.street or "—",
                percent=None if street.rate is None else street.rate * 100,
                planned_percent=None if planned is None else planned * 100,
                text=text,
                reached=street.rate is not None and street.rate >= report.target,
            )
        )
    return tuple(bars)


def _coverage(overview: Overview, lang: str) -> CoverageCard:
    _ = translator(lang)
    report = overview.coverage
    reached = report.rate is not None and report.rate >= report.target
    still = _("Target reached") if reached else f"{_('Still needed')} {report.needed}"
    lines = [f"{_('Target')} {figures.percent(report.target)} · {still}"]
    planned = f"{_('With planned')} {figures.percent(report.rate_with_planned)}"
    if report.range and report.range[0] != report.range[1]:
        low, high = (figures.percent(value) for value in report.range)
        planned += f" · {_('Range')} {low} – {high}"
    lines.append(planned)
    return CoverageCard(
        title=_("Station coverage of ageing communities"),
        figure=f"{report.covered} / {report.ageing} · {figures.percent(report.rate)}",
        rate_percent=(report.rate or 0) * 100,
        planned_percent=(report.rate_with_planned or 0) * 100,
        target_percent=report.target * 100,
        reached=reached,
        lines=tuple(lines),
        label=f"{figures.percent(report.rate)}, {_('Target')} {figures.percent(report.target)}",
    )


def _area_lines(area_m2: float, lang: str) -> tuple[str, ...]:
    exact, *others = figures.area(area_m2, lang).split(" · ")
    return (exact, " · ".join(others))
