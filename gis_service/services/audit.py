"""The audit trail: reading it, checking it, and taking a copy out of the house."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import orjson

from gis_service.errors import ParameterError
from gis_service.model.audit import AuditFault, AuditFilter, AuditHead
from gis_service.model.text import Text
from gis_service.model.versions import AuditEntry
from gis_service.services.ports import Database

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000


class AuditTrail:
    """Who did what when."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, wanted: AuditFilter, *, limit: int = DEFAULT_LIMIT, before: int | None = None
    ) -> tuple[list[AuditEntry], int | None]:
        """Give entries, the newest first, and what to give as ``before`` for the next page."""
        with self._database.reading() as unit:
            found: Sequence[AuditEntry] = unit.audit.page(wanted, limit=limit + 1, before=before)
        shown = list(found[:limit])
        return shown, shown[-1].number if len(found) > limit else None

    def head(self) -> AuditHead:
        """Give the newest entry's number and hash; written down elsewhere, it proves the rest."""
        with self._database.reading() as unit:
            return unit.audit.head()

    def verify(self, *, known: AuditHead | None = None) -> tuple[list[AuditFault], AuditHead]:
        """Check every entry.

        Parameters
        ----------
        known
            A head that was written down earlier, outside this database: the entry with its number
            must still be there with its hash. Without it, who can write every table of the
            database can also write a whole new trail.

        Returns
        -------
        tuple
            What was found, oldest first (nothing: all is as it was written), and the head.
        """
        with self._database.reading() as unit:
            faults = list(unit.audit.faults())
            head = unit.audit.head()
            if known is not None and known.number > 0:
                faults += _against(
                    known, unit.audit.page(AuditFilter(), limit=1, before=known.number + 1)
                )
        return faults, head

    def export(self, path: Path, *, wanted: AuditFilter | None = None) -> tuple[int, AuditHead]:
        """Write the trail as JSON lines, oldest first, and last its head; give how many.

        The file holds every field that the hashes cover, so that it can be checked without this
        program. It appears whole or not at all.
        """
        wanted = wanted or AuditFilter()
        temporary = path.with_name(f".{path.name}.part")
        count = 0
        try:
            with self._database.reading() as unit, temporary.open("wb") as file:
                for entry in unit.audit.each():
                    if _fits(entry, wanted):
                        file.write(orjson.dumps(asdict(entry)) + b"\n")
                        count += 1
                head = unit.audit.head()
                file.write(orjson.dumps({"head": asdict(head)}) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            raise ParameterError(
                f"无法写入 {path}（{error.strerror}）。请换一个位置。",
                f"{path} can't be written ({error.strerror}). Give another place.",
                parameter="output",
            ) from error
        finally:
            temporary.unlink(missing_ok=True)
        return count, head


def parse_head(text: str) -> AuditHead:
    """Read a head as it was printed.

    Examples
    --------
    >>> parse_head("12:" + "ab" * 32).number
    12
    """
    number, _, hashed = text.strip().partition(":")
    if not (number.isdecimal() and len(number) < 12 and len(hashed) == 64 and hashed.isalnum()):
        raise ParameterError(
            f"链头“{text[:100]}”不可用；应为 序号:哈希，如 gis-service audit verify 所打印。",
            f"The head {text[:100]!r} can't be used; give NUMBER:HASH as audit verify prints it.",
            parameter="head",
        )
    return AuditHead(number=int(number), hash=hashed)


def known_instant(text: str | None, *, parameter: str) -> str | None:
    """Give an instant or the beginning of a day in UTC as entries carry it; None stays None.

    Examples
    --------
    >>> known_instant("2026-11-23", parameter="since")
    '2026-11-23T00:00:00.000Z'
    >>> known_instant("2026-11-23T08:00:00+08:00", parameter="since")
    '2026-11-23T00:00:00.000Z'
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ParameterError(
            f"{parameter} 的值“{text[:40]}”不可用；应为日期或时刻，例如 2026-11-23 或 "
            "2026-11-23T08:00:00Z。",
            f"{parameter} is {text[:40]!r}; give a date or an instant: 2026-11-23 or "
            "2026-11-23T08:00:00Z.",
            parameter=parameter,
        ) from error
    return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _against(known: AuditHead, found: Sequence[AuditEntry]) -> list[AuditFault]:
    there = found[0] if found else None
    if there is not None and there.number == known.number and there.hash == known.hash:
        return []
    return [
        AuditFault(
            kind="head",
            number=known.number,
            text=Text(
                f"第 {known.number} 条与先前记录的链头不符：此前的记录被重写或删除。",
                f"Entry {known.number} is not the one of the head that was written down: the "
                "trail up to it was written anew or removed.",
            ),
        )
    ]


def _fits(entry: AuditEntry, wanted: AuditFilter) -> bool:
    return (
        wanted.user in (None, entry.user)
        and wanted.action in (None, entry.action)
        and (wanted.subject is None or entry.subject.startswith(wanted.subject))
        and (wanted.since is None or entry.at >= wanted.since)
        and (wanted.until is None or entry.at < wanted.until)
    )
