"""Every error that this package raises on purpose.

::

    GisServiceError
    ├── InputError              what the user gave can't be used (exit code 2, HTTP 4xx)
    │   ├── UnreadableFileError     no format of ours reads the file
    │   ├── CrsError                the coordinate system is missing or contradicts the coordinates
    │   ├── FieldMappingError       a required field is not among the file's fields
    │   ├── RowError                rows hold values that can't be used
    │   ├── PolicyError             a policy file says something impossible
    │   ├── ParameterError          a parameter of a request or command is not allowed
    │   ├── TooLargeError           more bytes, rows or vertices than the settings allow
    │   └── ResolutionError         a resolution does not fit the finding, or can't be proven
    ├── NotFoundError           the thing asked for does not exist
    ├── UnauthenticatedError    nobody has signed in, or the proof of who it is does not hold
    ├── ForbiddenError          the caller may not do this
    │   └── TooManyAttemptsError    too often in a short time (HTTP 429)
    ├── ConflictError           it does not fit the present state (HTTP 409)
    │   ├── StaleError              the state changed since it was read (HTTP 412)
    │   └── UnconditionalError      a change does not say which state it was made for (HTTP 428)
    ├── CancelledError          the user cancelled a job
    └── StorageError            the database is missing, locked, full or of another version

An error knows nothing of HTTP or of exit codes; each face has one table for that.
Bad data in a survey is a *finding*, not an error; an unusable file is an error.
"""

from __future__ import annotations

from typing import ClassVar


class GisServiceError(Exception):
    """An error whose message tells the user, in Chinese and in English, what to do.

    Parameters
    ----------
    zh, en
        The same message in both languages: the value received, what is allowed, the next step.
    details
        Values for programs (JSON types only), for example ``parameter="bbox"``.

    Examples
    --------
    >>> error = NotFoundError("没有社区 X。", "There is no community X.", id="X")
    >>> error.code, error.message("en")
    ('not-found', 'There is no community X.')
    """

    code: ClassVar[str] = "error"

    def __init__(self, zh: str, en: str, **details: object) -> None:
        super().__init__(zh, en)
        self.zh = zh
        self.en = en
        self.details = details

    def __str__(self) -> str:
        return f"{self.zh}\n{self.en}"

    def message(self, lang: str) -> str:
        """Give the message in ``lang`` (``"zh"`` or ``"en"``)."""
        return self.en if lang == "en" else self.zh


class InputError(GisServiceError):
    """What the user gave can't be used."""

    code = "unusable-input"


class UnreadableFileError(InputError):
    """No format of ours reads the file."""

    code = "unreadable-file"


class CrsError(InputError):
    """The coordinate system is missing, unknown or contradicts the coordinates."""

    code = "crs"


class FieldMappingError(InputError):
    """A required field is not among the file's fields."""

    code = "field-mapping"


class RowError(InputError):
    """Rows hold values that can't be used; the message names the rows."""

    code = "row"


class PolicyError(InputError):
    """A policy file says something impossible."""

    code = "policy"


class ParameterError(InputError):
    """A parameter of a request or of a command is not allowed."""

    code = "parameter"


class TooLargeError(InputError):
    """More bytes, rows or vertices than the settings allow."""

    code = "too-large"


class ResolutionError(InputError):
    """A resolution does not fit the finding or can't be proven; the message says why."""

    code = "resolution"


class NotFoundError(GisServiceError):
    """The thing asked for does not exist."""

    code = "not-found"


class UnauthenticatedError(GisServiceError):
    """Nobody has signed in, or the proof of who it is does not hold."""

    code = "unauthenticated"


class ForbiddenError(GisServiceError):
    """The caller may not do this."""

    code = "forbidden"


class TooManyAttemptsError(ForbiddenError):
    """The caller tried too often; ``details["retry_after_s"]`` says how long to wait."""

    code = "too-many-attempts"


class ConflictError(GisServiceError):
    """The request does not fit the present state of the thing."""

    code = "conflict"


class StaleError(ConflictError):
    """The thing changed since it was read; the message says what to do with one's work."""

    code = "stale"


class UnconditionalError(ConflictError):
    """A change does not say for which state of the thing it was made (``If-Match``)."""

    code = "unconditional"


class CancelledError(GisServiceError):
    """The user cancelled a job; nothing was written."""

    code = "cancelled"


class StorageError(GisServiceError):
    """The database is missing, locked, full or of another version."""

    code = "storage"
