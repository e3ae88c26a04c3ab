"""The history of the boundaries: versions, what differs between them, and the way back."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.checks import run_checks
from gis_service.core.differences import Differences, compare
from gis_service.core.shared_lines import line_between
from gis_service.errors import ConflictError, NotFoundError, ParameterError, StaleError
from gis_service.model.differences import CHANGE_KINDS, CommunityChange
from gis_service.model.jobs import Job
from gis_service.model.people import Actor
from gis_service.model.policy import DEFAULT_POLICY
from gis_service.model.progress import Progress, silent
from gis_service.model.text import Text
from gis_service.model.versions import BoundaryVersion
from gis_service.services.boundaries import Boundaries
from gis_service.services.jobs import Jobs
from gis_service.services.ports import Database, UnitOfWork
from gis_service.services.snapshots import Snapshots
from gis_service.services.surveys import part
from gis_service.services.workers import Apart

KEPT = 8
"""Comparisons in memory."""

MOST_SINGLE = 400
"""Codes that are read one by one; of more, the whole version is read."""

APART_FROM = 5000
"""Versions of this many communities or more are rolled back to in a process of their own."""

READING = Text("读取历史版本", "reading the earlier version")
LOADING = Text("正在准备地图", "preparing the maps")


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """Two versions and what differs.

    Attributes
    ----------
    before, after
        The versions, in the order in which they were given.
    differences
        By community, and the land that changed hands.
    had, has
        The communities that differ, as they were and as they are.
    """

    before: BoundaryVersion
    after: BoundaryVersion
    differences: Differences
    had: gpd.GeoDataFrame
    has: gpd.GeoDataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many communities each kind of change befell."""
        found = [kind for change in self.differences.communities for kind in change.kinds]
        return {kind: found.count(kind) for kind in CHANGE_KINDS}


@dataclass(frozen=True, kw_only=True)
class CommunityEvent:
    """A version in which one community came, changed or went."""

    version: BoundaryVersion
    change: CommunityChange


@dataclass(frozen=True, kw_only=True, eq=False)
class LineEvent:
    """A version from which on the line between two communities runs so.

    ``line`` is in the CRS of the version; empty where they don't meet.
    """

    version: BoundaryVersion
    line: BaseGeometry
    length_m: float


class Versions:
    """The use cases on the history.

    Parameters
    ----------
    apart
        Runs `restore` in another process for large versions; None: it runs in this one.
    """

    def __init__(
        self,
        database: Database,
        *,
        boundaries: Boundaries,
        snapshots: Snapshots,
        jobs: Jobs,
        apart: Apart | None = None,
    ) -> None:
        self._database = database
        self._boundaries = boundaries
        self._snapshots = snapshots
        self._jobs = jobs
        self._apart = apart
        self._lock = threading.Lock()
        self._compared: OrderedDict[tuple[int, int], Comparison] = OrderedDict()

    def latest(self, limit: int | None = 50, *, before: int | None = None) -> list[BoundaryVersion]:
        """Give the versions, newest first; ``before``: only those with a lower number."""
        with self._database.reading() as unit:
            return unit.boundaries.versions(limit=limit, before=before)

    def get(self, number: int) -> BoundaryVersion:
        """Give one version, or raise a `NotFoundError`."""
        with self._database.reading() as unit:
            return _version(unit, number)

    def survey(self, number: int) -> Mapping[str, Any]:
        """Give the facts of the file behind a version; empty where none was."""
        with self._database.reading() as unit:
            return unit.boundaries.survey(_version(unit, number))

    def compare(self, before: int, after: int) -> Comparison:
        """Say what became of each community from one version to another.

        Raises
        ------
        NotFoundError
            When there is no such version.
        """
        key = (before, after)
        with self._lock:
            if key in self._compared:
                self._compared.move_to_end(key)
                return self._compared[key]
        with self._database.reading() as unit:
            made = _compared(unit, _version(unit, before), _version(unit, after))
        with self._lock:
            self._compared[key] = made
            while len(self._compared) > KEPT:
                self._compared.popitem(last=False)
        return made

    def community(self, code: str) -> list[CommunityEvent]:
        """Give the versions in which a community came, changed or went, newest first.

        Raises
        ------
        NotFoundError
            When no version ever had this code.
        """
        with self._database.reading() as unit:
            numbers = unit.boundaries.changes(code)
        if not numbers:
            raise _no_community(code)
        events = []
        for number in reversed(numbers):
            if number == 1:
                events += self._first(code)
                continue
            compared = self.compare(number - 1, number)
            events += [
                CommunityEvent(version=compared.after, change=change)
                for change in compared.differences.communities
                if code in (change.code, change.code_before)
            ]
        return events

    def line(self, one: str, other: str) -> list[LineEvent]:
        """Give the versions from which on the line between two communities ran otherwise.

        Newest first; see `gis_service.core.shared_lines` for what the line is.
        """
        with self._database.reading() as unit:
            store = unit.boundaries
            for code in (one, other):
                if not store.changes(code):
                    raise _no_community(code)
            events: list[LineEvent] = []
            held = b""
            for number in sorted({*store.changes(one), *store.changes(other)}):
                version = _version(unit, number)
                both = store.communities(version, codes=[one, other])
                line = line_between(_land(both, one), _land(both, other))
                encoded = shapely.to_wkb(line)
                if encoded != held and not (line.is_empty and not events):
                    length = float(shapely.length(line))
                    events.append(LineEvent(version=version, line=line, length_m=length))
                held = encoded
        return events[::-1]

    def roll_back(self, to: int, *, actor: Actor, reason: str, document: str = "") -> Job:
        """Begin to make an earlier version's communities the next version.

        Nothing is removed: the versions in between stay, and can be rolled back to.

        Raises
        ------
        ParameterError
            Without a reason.
        ConflictError
            When that state holds already.
        """
        if not reason.strip():
            raise ParameterError(
                "请填写恢复的原因；它将写入新版本和审计记录。",
                "Give the reason of the rollback; it will stand in the new version and in the "
                "audit trail.",
                parameter="reason",
            )
        target = self.get(to)
        current = self._boundaries.current()
        if current is not None and _same(current, target):
            raise _holds_already(to)
        facts = {
            "number": to,
            "user": actor.name,
            "reason": reason.strip(),
            "document": document.strip(),
        }

        def work(progress: Progress) -> Mapping[str, Any]:
            if self._apart is None or target.communities < APART_FROM:
                result = self.restore(**facts, progress=part(progress, 0.0, 0.9))  # type: ignore[arg-type]
            else:
                result = self._apart("restore", arguments=facts, progress=part(progress, 0.0, 0.9))
            progress(0.9, LOADING)
            self._snapshots.refresh()
            return result

        return self._jobs.start("roll back boundaries", work, actor=actor)

    def restore(
        self,
        number: int,
        *,
        user: str,
        reason: str,
        document: str = "",
        progress: Progress = silent,
    ) -> dict[str, Any]:
        """Write an earlier version's communities and outline as the next version.

        They are checked anew, under the policy that holds now.
        """
        progress(0.0, READING)
        with self._database.reading() as unit:
            target, base = _version(unit, number), unit.boundaries.current()
            layer = unit.boundaries.communities(target)
            outline = unit.boundaries.outline(target)
            kept = unit.register.current("policy")
            policy = DEFAULT_POLICY if kept is None else unit.register.policy(kept)
        findings = run_checks(
            layer,
            outline=None if outline is None else outline.to_crs(layer.crs),
            policy=policy,
            progress=part(progress, 0.1, 0.7),
        )
        with self._database.writing(user=user, action="roll back boundaries") as unit:
            current = unit.boundaries.current()
            if current is None or base is None or current.number != base.number:
                raise StaleError(
                    "期间产生了新的边界版本，未写入任何内容。请核对后重新执行。",
                    "A new boundary version was made meanwhile; nothing was written. Look at it "
                    "and roll back again.",
                )
            if _same(current, target):
                raise _holds_already(number)
            version = self._boundaries.store_layer(
                unit,
                layer,
                findings=findings,
                outline=outline,
                author=user,
                reason=reason,
                document=document,
                survey={"rolled_back_to": number},
                is_sample=target.is_sample,
                progress=part(progress, 0.7, 1.0),
            )
            unit.record(
                subject=f"boundary version {version.number}",
                before=current.digest,
                after=version.digest,
            )
        self._snapshots.forget()
        return {"version": version.number, "rolled_back_to": number}

    def _first(self, code: str) -> list[CommunityEvent]:
        with self._database.reading() as unit:
            version = _version(unit, 1)
            found = unit.boundaries.communities(version, codes=[code])
        changes = compare(found.iloc[:0], found).communities
        return [CommunityEvent(version=version, change=change) for change in changes]


def _compared(unit: UnitOfWork, before: BoundaryVersion, after: BoundaryVersion) -> Comparison:
    low, high = sorted((before.number, after.number))
    codes = unit.boundaries.changed(after=low, until=high)
    few = codes if len(codes) <= MOST_SINGLE else None
    frames = []
    for version in (before, after):
        frame = unit.boundaries.communities(version, codes=few)
        frames.append(frame[frame.index.isin(codes)])
    had, has = frames
    return Comparison(before=before, after=after, differences=compare(had, has), had=had, has=has)


def _same(one: BoundaryVersion, other: BoundaryVersion) -> bool:
    return (one.digest, one.outline_version) == (other.digest, other.outline_version)


def _land(frame: gpd.GeoDataFrame, code: str) -> BaseGeometry | None:
    shapes = frame.geometry[frame.index == code].to_numpy()
    shapes = shapely.make_valid(shapes[~shapely.is_missing(shapes)], method="structure")
    return shapely.union_all(shapes) if len(shapes) else None


def _version(unit: UnitOfWork, number: int) -> BoundaryVersion:
    version = unit.boundaries.get(number)
    if version is None:
        newest = unit.boundaries.current()
        last = 0 if newest is None else newest.number
        raise NotFoundError(
            f"没有边界版本 {number}；现有 {last} 个版本，见版本列表。",
            f"There is no boundary version {number}; there are {last}, see the list of versions.",
            number=number,
            newest=last,
        )
    return version


def _no_community(code: str) -> NotFoundError:
    return NotFoundError(
        f"任何版本中都没有代码为“{code}”的社区。请核对代码。",
        f"No version ever had a community with the code {code!r}. Check the code.",
        code=code,
    )


def _holds_already(number: int) -> ConflictError:
    return ConflictError(
        f"当前边界与版本 {number} 相同，无需恢复。",
        f"The boundaries are those of version {number} already; there is nothing to roll back.",
        number=number,
    )
