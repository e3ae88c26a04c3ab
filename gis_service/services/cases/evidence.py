"""Evidence: photos and documents that belong to a case."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gis_service.errors import ConflictError, NotFoundError
from gis_service.model.cases import Case, CaseEvent, Evidence
from gis_service.model.people import Actor
from gis_service.services.access import require
from gis_service.services.cases.desk import Desk
from gis_service.services.cases.file_types import media_type_of, named_alike
from gis_service.services.cases.moving import text_of
from gis_service.services.ports import UnitOfWork
from gis_service.services.ports.cases import EvidenceFiles

MOST_FILES = 500
"""Of one case."""


@dataclass(frozen=True, kw_only=True)
class EvidenceDesk:
    """The use cases on the files of a case.

    ``max_bytes`` is the largest file that is taken.
    """

    desk: Desk
    files: EvidenceFiles
    max_bytes: int

    def hand_in(
        self,
        actor: Actor,
        number: str,
        *,
        path: Path,
        name: str,
        note: str = "",
        expected: int | None = None,
    ) -> Evidence:
        """Keep a received file; the bytes are on disk before the case says so.

        Parameters
        ----------
        path
            Where the received bytes lie; they are copied.
        name
            What the file was called: a name alone, without a folder.

        Raises
        ------
        UnreadableFileError
            When its content is of no kind that is taken.
        TooLargeError
            When it is larger than the setting allows.
        """
        case = self.desk.read(actor, number)
        require(actor, "case.edit", streets=case.streets)
        media_type = media_type_of(path)
        with path.open("rb") as source:
            sha256, size = self.files.keep(source, max_bytes=self.max_bytes)
        kept: list[Evidence] = []

        def work(unit: UnitOfWork, now: Case) -> tuple[Case, CaseEvent]:
            if len(unit.cases.evidence(number)) >= MOST_FILES:
                raise _too_many(number)
            at = self.desk.clock()
            item = Evidence(
                id=0,
                case=number,
                at=at,
                user=actor.name,
                name=named_alike(name, media_type),
                sha256=sha256,
                size=size,
                media_type=media_type,
                note=text_of(note),
            )
            kept.append(unit.cases.add_evidence(item))
            data = {"evidence": kept[0].id, "name": kept[0].name, "sha256": sha256}
            event = CaseEvent(
                at=at, user=actor.name, kind="evidence", state=now.state, text=item.note, data=data
            )
            return now, event

        self.desk.change(actor, number, action="case.edit", expected=expected, work=work)
        return kept[0]

    def of(self, actor: Actor, number: str) -> list[Evidence]:
        """Give the facts of a case's files, oldest first."""
        self.desk.read(actor, number)
        with self.desk.database.reading() as unit:
            return unit.cases.evidence(number)

    def open(self, actor: Actor, number: str, evidence: int) -> tuple[Evidence, Path]:
        """Give one file: its facts and where its bytes lie.

        Raises
        ------
        NotFoundError
            When the case has no such file.
        StorageError
            When its bytes are missing.
        """
        found = {item.id: item for item in self.of(actor, number)}
        if evidence not in found:
            raise NotFoundError(
                f"案件 {number} 没有编号为 {evidence} 的证据文件。",
                f"Case {number} has no evidence {evidence}.",
                case=number,
            )
        return found[evidence], self.files.path(found[evidence].sha256)


def _too_many(number: str) -> ConflictError:
    return ConflictError(
        f"案件 {number} 的证据文件已达 {MOST_FILES} 个。请合并为 PDF 后上传。",
        f"Case {number} has {MOST_FILES} files of evidence already. Join files into one PDF.",
        case=number,
    )
