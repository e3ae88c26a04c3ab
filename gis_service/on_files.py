"""Where the wires meet for work on files alone: nothing of the database or of the pages is loaded.

A command that reads one file and writes another is over in a second or two; loading every use case
would take as long again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from gis_service.services.ports import Formats, NoDatabase
from gis_service.services.surveys import Surveys

if TYPE_CHECKING:
    from gis_service.services.resolutions import Resolutions
    from gis_service.settings import Settings

__all__ = ["formats_for", "resolutions_on_files", "surveys_on_files", "utc_now"]


def utc_now() -> str:
    """Give the present instant as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def surveys_on_files(settings: Settings) -> Surveys:
    """Wire the checks of survey files."""
    return Surveys(formats=formats_for(settings.working_crs), database=NoDatabase(), clock=utc_now)


def resolutions_on_files(settings: Settings) -> Resolutions:
    """Wire the resolutions of findings in files."""
    from gis_service.services.resolutions import Resolutions

    surveys = surveys_on_files(settings)
    return Resolutions(formats=surveys.formats, surveys=surveys)


def formats_for(preferred_crs: str) -> Formats:
    """Give the readers and the writer, with the CRS that is taken where a layer leaves a choice."""
    from gis_service import formats

    return Formats(
        read_boundaries=partial(formats.read_boundaries, preferred_crs=preferred_crs),
        read_outline=partial(formats.read_outline, preferred_crs=preferred_crs),
        read_facilities=partial(formats.read_facilities, preferred_crs=preferred_crs),
        read_population=formats.read_population,
        read_policy=formats.read_policy,
        write_layer=formats.write_layer,
        fingerprint=formats.fingerprint,
        read_allowed=partial(formats.read_allowed, preferred_crs=preferred_crs),
    )
