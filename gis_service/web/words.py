"""The words that the pages' scripts say."""

from __future__ import annotations

from gis_service.texts import translator

Words = dict[str, str]


def upload_words(lang: str) -> Words:
    """What the upload says."""
    _ = translator(lang)
    return {
        "choose": _("Choose a file first."),
        "sending": _("Sending"),
        "checking": _("Sent. The checks are running."),
        "cancelled": _("Cancelled. Nothing was kept."),
        "too_large": _("The file is larger than this service takes."),
        "unreachable": _("The server can't be reached. Check the network and try again."),
        "retry": _("Check again, reading the coordinates as"),
        "lang": lang,
    }


def job_words(lang: str) -> Words:
    """What a page that follows a job says."""
    _ = translator(lang)
    return {
        "waiting": _("Waiting for other jobs"),
        "unreachable": _("The server can't be reached. Check the network and try again."),
        "sure": _("Give this import up? Its file is removed."),
        "retry": _("Check again, reading the coordinates as"),
        "lang": lang,
    }
