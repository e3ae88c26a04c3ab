"""Imports with a preview: upload → read and checked by a job → looked at → put into effect.

Nothing but the draft is written before a person confirms it, with a reason. What is put into
effect is what was shown; when the boundaries have changed in between, the draft is read again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gis_service.errors import (
    CancelledError,
    GisServiceError,
    NotFoundError,
)
from gis_service.model.drafts import Draft, DraftState, ImportMode
from gis_service.model.people import Actor
from gis_service.model.progress import Progress
from gis_service.model.text import Text
from gis_service.services.boundaries import Boundaries
from gis_service.services.draft_files import DraftFiles
from gis_service.services.draft_refusals import (
    given_text,
    no_draft,
    no_reason,
    not_now,
    stale,
    too_many,
)
from gis_service.services.jobs import Jobs
from gis_service.services.moments import later
from gis_service.services.ports import Clock, Database, UnitOfWork
from gis_service.services.previews import Previews
from gis_service.services.snapshots import Snapshots
from gis_service.services.surveys import part
from gis_service.services.workers import Apart

MOST_OPEN = 40
"""Drafts that may wait at once."""

KEPT_HOURS = 14 * 24
"""A draft that nobody confirms is removed after so long."""

APART_FROM_BYTES = 4_000_000
"""Files of this size or more are handled in a process of their own."""

LONGEST_REASON, LONGEST_DOCUMENT = 1000, 200
DOCUMENTS = ("communities", "pieces", "findings")

STORING = Text("正在保存", "storing")
LOADING = Text("正在准备地图", "preparing the maps")

Task = Callable[..., Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Imports:
    """The use cases on drafts.

    Parameters
    ----------
    folder
        Where the drafts' files lie.
    apart
        Runs a task of this class in another process; None: everything runs in this one.
    apart_from_bytes
        Files of this size or more are handled so.
    """

    database: Database
    clock: Clock
    boundaries: Boundaries
    previews: Previews
    snapshots: Snapshots
    jobs: Jobs
    folder: Path
    apart: Apart | None = None
    apart_from_bytes: int = APART_FROM_BYTES

    def receive(
        self,
        path: Path,
        *,
        file_name: str,
        actor: Actor,
        crs: str | None = None,
        mapping: Mapping[str, str] | None = None,
        layer: str | None = None,
        mode: ImportMode | None = None,
    ) -> Draft:
        """Keep a file as a draft and begin to read it; ``draft.job`` tells how far that is.

        Parameters
        ----------
        path, crs, mapping, layer
            As `gis_service.formats.read_boundaries` takes them.
        mode
            ``whole`` or ``partial``; by default what the share of known codes suggests.

        Raises
        ------
        ConflictError
            When too many drafts wait already.
        StorageError
            When too many jobs wait, or the disk is full.
        """
        draft = Draft(
            id=secrets.token_hex(12),
            created_at=self.clock(),
            user=actor.name,
            state="reading",
            file_name=file_name,
            sha256=self.previews.fingerprint(path),
            mode=mode or "",
            options={"crs": crs, "mapping": dict(mapping or {}), "layer": layer},
        )
        self._expire()
        files = self.files(draft)
        try:
            files.keep_upload(path)
            with self.database.writing(user=actor.name, action="upload boundaries") as unit:
                if len(unit.drafts.older(later(draft.created_at, hours=1))) >= MOST_OPEN:
                    raise too_many(MOST_OPEN)
                unit.drafts.put(draft)
                unit.record(subject=f"draft {draft.id}", before="", after=draft.sha256)
            return self._begin(draft, "read boundaries", self._read_work(draft), actor=actor)
        except BaseException:
            files.remove()
            raise

    def get(self, draft_id: str) -> Draft:
        """Give a draft, or raise a `NotFoundError`."""
        with self.database.reading() as unit:
            draft = unit.drafts.get(draft_id)
        if draft is None:
            raise no_draft(draft_id)
        return draft

    def latest(self, limit: int = 20) -> list[Draft]:
        """Give the newest drafts first, without their previews."""
        with self.database.reading() as unit:
            return unit.drafts.latest(limit)

    def document(self, draft: Draft, name: str) -> bytes:
        """Give a GeoJSON document of a draft's preview: communities, pieces or findings."""
        if name not in DOCUMENTS or draft.state not in ("ready", "confirming"):
            raise NotFoundError(
                f"草稿 {draft.id} 没有图层“{name}”；待确认时可用：{'、'.join(DOCUMENTS)}。",
                f"The draft {draft.id} has no layer {name!r}; there are {', '.join(DOCUMENTS)}, "
                "while it waits for confirmation.",
                id=draft.id,
            )
        return self.files(draft).document(f"{name}.geojson")

    def read_again(
        self,
        draft_id: str,
        *,
        actor: Actor,
        mode: ImportMode | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Draft:
        """Read a draft's file again: in another mode, or against the version that holds now.

        ``options`` (crs, mapping, layer) replace those that were given with the file.
        """
        draft = self._move(draft_id, ("ready", "failed"), "reading", mode=mode, options=options)
        return self._begin(draft, "read boundaries", self._read_work(draft), actor=actor)

    def confirm(self, draft_id: str, *, actor: Actor, reason: str, document: str = "") -> Draft:
        """Begin to put a draft into effect as the next boundary version.

        Raises
        ------
        ParameterError
            Without a reason.
        ConflictError
            When the draft is not one that waits.
        """
        reason = given_text(reason, "reason", longest=LONGEST_REASON)
        document = given_text(document, "document", longest=LONGEST_DOCUMENT)
        if not reason:
            raise no_reason()
        draft = self._move(draft_id, ("ready",), "confirming")
        facts = {"user": actor.name, "reason": reason, "document": document}

        def work(progress: Progress) -> Mapping[str, Any]:
            try:
                result = self._run("store_draft", draft, facts, progress=part(progress, 0.0, 0.9))
            except BaseException:
                self._settle(draft_id)
                made = self.get(draft_id).version
                if made is None:
                    raise
                result = {"draft": draft_id, "version": made}
            progress(0.9, LOADING)
            self.snapshots.refresh()
            self.files(draft).remove()
            return result

        return self._begin(draft, "import boundaries", work, actor=actor)

    def discard(self, draft_id: str, *, actor: Actor) -> Draft:
        """Give a draft up and remove its files; a job that reads it is cancelled."""
        with self.database.writing(user=actor.name, action="discard draft") as unit:
            draft = self._moved(unit, draft_id, ("reading", "ready", "failed"), "discarded")
            unit.record(subject=f"draft {draft.id}", before=draft.sha256, after="")
        if draft.job:
            self.jobs.cancel(draft.job)
        self.files(draft).remove()
        return draft

    def recover(self) -> None:
        """Set right what an earlier process left half done, when a server starts."""
        self._expire()
        for draft in self.latest(MOST_OPEN * 2):
            if draft.state in ("reading", "confirming"):
                self._settle(draft.id)

    def read_draft(self, draft_id: str, *, progress: Progress) -> Mapping[str, Any]:
        """Read and check a draft's file, and keep its preview: the work of a job."""
        draft = self.get(draft_id)
        preview = self.previews.make(draft, self.files(draft), progress=progress)
        with self.database.keeping() as unit:
            now = unit.drafts.get(draft_id)
            if now is not None and now.state == "reading":
                mode = preview["mode"]
                unit.drafts.put(replace(now, state="ready", mode=mode, preview=preview))
        return {"draft": draft_id, "findings": sum(preview["counts"].values())}

    def store_draft(
        self, draft_id: str, *, user: str, reason: str, document: str, progress: Progress
    ) -> Mapping[str, Any]:
        """Make a draft the next version, in one transaction: the work of a job."""
        draft = self.get(draft_id)
        files, preview = self.files(draft), draft.preview
        progress(0.0, STORING)
        layer, findings = files.layer("layer"), files.findings()
        outline = files.layer("outline") if preview["has_outline"] else None
        with self.database.writing(user=user, action="import boundaries") as unit:
            current = unit.boundaries.current()
            policy = unit.register.current("policy")
            held = [0 if v is None else v.number for v in (current, policy)]
            if held != [preview["base"] or 0, preview["policy"] or 0]:
                raise stale(held[0])
            version = self.boundaries.store_layer(
                unit,
                layer,
                findings=findings,
                outline=outline,
                author=user,
                reason=reason,
                document=document,
                survey=preview["survey"] | {"mode": draft.mode},
                progress=progress,
            )
            unit.drafts.put(replace(draft, state="confirmed", version=version.number))
            unit.record(
                subject=f"boundary version {version.number}",
                before="" if current is None else current.digest,
                after=version.digest,
            )
        return {"draft": draft_id, "version": version.number}

    def files(self, draft: Draft) -> DraftFiles:
        """Give a draft's folder."""
        return DraftFiles(self.folder / draft.id)

    def _read_work(self, draft: Draft) -> Callable[[Progress], Mapping[str, Any]]:
        def work(progress: Progress) -> Mapping[str, Any]:
            try:
                return self._run("read_draft", draft, {}, progress=progress)
            except BaseException as error:
                self._settle(draft.id, error)
                raise

        return work

    def _run(
        self, task: str, draft: Draft, facts: Mapping[str, Any], *, progress: Progress
    ) -> Mapping[str, Any]:
        arguments = {"draft_id": draft.id, **facts}
        if self.apart is None or self.files(draft).size() < self.apart_from_bytes:
            run: Task = getattr(self, task)
            return run(**arguments, progress=progress)
        return self.apart(task, arguments=arguments, progress=progress)

    def _begin(
        self,
        draft: Draft,
        kind: str,
        work: Callable[[Progress], Mapping[str, Any]],
        *,
        actor: Actor,
    ) -> Draft:
        try:
            job = self.jobs.start(kind, work, actor=actor)
        except GisServiceError as error:
            self._settle(draft.id, error)
            raise
        with self.database.keeping() as unit:
            now = unit.drafts.get(draft.id) or draft
            begun = replace(now, job=job.id)
            unit.drafts.put(begun)
        return begun

    def _move(
        self,
        draft_id: str,
        states: tuple[DraftState, ...],
        state: DraftState,
        *,
        mode: ImportMode | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Draft:
        with self.database.keeping() as unit:
            moved = self._moved(unit, draft_id, states, state, mode=mode)
            if options:
                moved = replace(moved, options=moved.options | dict(options))
                unit.drafts.put(moved)
            return moved

    def _moved(
        self,
        unit: UnitOfWork,
        draft_id: str,
        states: tuple[DraftState, ...],
        state: DraftState,
        *,
        mode: ImportMode | None = None,
    ) -> Draft:
        draft = unit.drafts.get(draft_id)
        if draft is None:
            raise no_draft(draft_id)
        if draft.state not in states:
            raise not_now(draft)
        moved = replace(draft, state=state, mode=mode or draft.mode)
        unit.drafts.put(moved)
        return moved

    def _settle(self, draft_id: str, error: BaseException | None = None) -> None:
        """Leave a draft whose job ended early in a state from which a person can go on."""
        with self.database.keeping() as unit:
            draft = unit.drafts.get(draft_id)
            if draft is not None and draft.state == "confirming":
                unit.drafts.put(replace(draft, state="ready"))
            elif draft is not None and draft.state == "reading":
                had = bool(draft.preview) and isinstance(error, CancelledError)
                unit.drafts.put(replace(draft, state="ready" if had else "failed"))

    def _expire(self) -> None:
        with self.database.reading() as unit:
            old = unit.drafts.older(later(self.clock(), hours=-KEPT_HOURS))
        for draft in old:
            with self.database.keeping() as unit:
                unit.drafts.put(replace(draft, state="discarded", preview={}))
            self.files(draft).remove()
