"""Boundary versions: bring in a survey as the new state, and give layers out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from gis_service.errors import FieldMappingError, ParameterError, StorageError
from gis_service.model.drafts import ImportMode
from gis_service.model.findings import Finding
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.progress import Progress, silent
from gis_service.model.text import Text
from gis_service.model.versions import BoundaryVersion
from gis_service.services.layers import LAYERS
from gis_service.services.merging import Reach, folded, merged, reach_of
from gis_service.services.ports import Clock, Database, Formats, UnitOfWork
from gis_service.services.ports.versions import VersionFollower
from gis_service.services.snapshots import Snapshots
from gis_service.services.surveys import (
    SurveyResult,
    Surveys,
    everywhere,
    meets,
    part,
    survey_facts,
)

STORING = Text("正在保存", "storing")


@dataclass(frozen=True, kw_only=True)
class Boundaries:
    """The use cases on boundary versions.

    Parameters
    ----------
    followers
        Are told of each new version within the transaction that writes it, in their order.
    """

    formats: Formats
    database: Database
    clock: Clock
    surveys: Surveys
    snapshots: Snapshots
    followers: tuple[VersionFollower, ...] = ()

    def import_file(
        self,
        path: Path,
        *,
        user: str,
        reason: str = "",
        document: str = "",
        crs: str | None = None,
        mapping: Mapping[str, str] | None = None,
        layer: str | None = None,
        outline: Path | None = None,
        mode: ImportMode | None = "whole",
        is_sample: bool = False,
        progress: Progress = silent,
    ) -> BoundaryVersion:
        """Make a file of communities the new boundary version.

        One transaction: version, communities, findings and audit entry. Rows that did not change
        keep the version from which they hold.

        Parameters
        ----------
        path, crs, mapping, layer
            As `gis_service.formats.read_boundaries` takes them.
        user, reason, document
            Who does it, why, and the number of the document behind it; they stand in the version.
        outline
            A file with the district's outline. By default the current outline stays, if at least
            half of the communities meet it; otherwise the new version has none.
        mode
            ``whole``: the file replaces every community; ``partial``: only those that it names.
            None: whole, but refused when communities of the current version are not in the file.
        is_sample
            Whether it is demonstration data.

        Raises
        ------
        FieldMappingError
            When no column holds the communities' codes: residents and stations are told by them.
        ParameterError
            When ``mode`` must be chosen, or can't be ``partial`` for this file.
        InputError
            When a file can't be used for another reason.
        StorageError
            When the database can't be written, or another import came in between.
        """
        base, district, policy, held = self._base(mode)
        given = None if outline is None else self.formats.read_outline(outline)
        result = self.surveys.check_against(
            path,
            district if given is None else given,
            crs=crs,
            mapping=mapping,
            layer=layer,
            policy=policy,
            working_crs=self.surveys.working_crs,
            when=everywhere if given is not None or mode == "partial" else meets,
            progress=part(progress, 0.0, 0.8),
            becoming=lambda frame: becoming(frame, held, mode=mode),
        )
        version = self._store(
            result,
            base,
            mode=mode,
            user=user,
            reason=reason,
            document=document,
            is_sample=is_sample,
            progress=part(progress, 0.8, 1.0),
        )
        self.snapshots.forget()
        progress(1.0, STORING)
        return version

    def _base(
        self, mode: ImportMode | None
    ) -> tuple[BoundaryVersion | None, gpd.GeoDataFrame | None, Policy, gpd.GeoDataFrame | None]:
        with self.database.reading() as unit:
            base = unit.boundaries.current()
            register = unit.register.current("policy")
            outline = None if base is None else unit.boundaries.outline(base)
            policy = DEFAULT_POLICY if register is None else unit.register.policy(register)
            held = None
            if base is not None and mode != "whole":
                held = unit.boundaries.communities(base)
        return base, outline, policy, held

    def _store(
        self,
        result: SurveyResult,
        base: BoundaryVersion | None,
        *,
        mode: ImportMode | None,
        user: str,
        reason: str,
        document: str,
        is_sample: bool,
        progress: Progress,
    ) -> BoundaryVersion:
        with self.database.writing(user=user, action="import boundaries") as unit:
            latest = unit.boundaries.current()
            changed = mode != "whole" and latest != base
            if changed or _outline_version(latest) != _outline_version(base):
                raise StorageError(
                    "导入期间另一次导入更换了辖区界线或社区，检查结果已过期。请重新导入。",
                    "Another import changed the district outline or the communities meanwhile, so "
                    "the checks are out of date. Import again.",
                )
            version = self.store_layer(
                unit,
                result.layer,
                findings=result.findings,
                outline=result.outline,
                author=user,
                reason=reason,
                document=document,
                is_sample=is_sample,
                survey=survey_facts(result.survey),
                progress=progress,
            )
            unit.record(
                subject=f"boundary version {version.number}",
                before="" if latest is None else latest.digest,
                after=version.digest,
            )
        return version

    def store_layer(
        self,
        unit: UnitOfWork,
        layer: gpd.GeoDataFrame,
        *,
        findings: list[Finding],
        outline: gpd.GeoDataFrame | None,
        author: str,
        reason: str,
        document: str = "",
        case: str = "",
        survey: Mapping[str, Any] | None = None,
        is_sample: bool = False,
        progress: Progress = silent,
    ) -> BoundaryVersion:
        """Write a layer as the next version and tell the followers: the one way to a version.

        The caller holds the transaction, calls ``unit.record`` once, and after its end
        ``snapshots.forget()``.

        Parameters
        ----------
        unit
            A writing transaction.
        layer
            Index code; columns name, street, row and the geometry; the other columns are kept as
            attributes. A layer that was read from the database brings them in its column
            ``attributes``.
        findings, outline
            What the checks saw in it, and the district's outline that holds from now on.
        author, reason, document, case
            Who, why, the number of the document behind it and of the case that it carries out.
        survey
            The facts of the file that it came from; None when it came from no file.
        """
        before = unit.boundaries.current()
        after = unit.boundaries.add(
            layer,
            outline=outline,
            findings=findings,
            created_at=self.clock(),
            author=author,
            reason=reason,
            document=document,
            case=case,
            is_sample=is_sample,
            survey=survey or {},
            progress=progress,
        )
        for follower in self.followers:
            follower.follow(
                unit,
                before=before,
                after=after,
                layer=layer,
                findings=findings,
                outline=outline,
                author=author,
                reason=reason,
            )
        return after

    def current(self) -> BoundaryVersion | None:
        """Give the newest version; None before the first import."""
        with self.database.reading() as unit:
            return unit.boundaries.current()

    def export(self, layer_name: str, path: Path, *, as_of: str | None = None) -> None:
        """Write a collection to a file, in the form that its suffix names.

        ``as_of`` asks for a past state; see `gis_service.services.snapshots.Snapshots.at`.

        Raises
        ------
        NotFoundError
            When there is no such collection; it lists those that exist.
        ParameterError
            When the suffix is not one that can be written.
        """
        build = LAYERS.find(layer_name).build
        frame = build(self.snapshots.at(as_of))
        for name in frame.columns.drop(["geometry", "point"], errors="ignore"):
            if frame[name].map(lambda value: isinstance(value, (list, tuple))).any():
                frame[name] = frame[name].map(lambda value: ";".join(map(str, value)))
        self.formats.write_layer(frame.drop(columns="point", errors="ignore"), path)


def _outline_version(version: BoundaryVersion | None) -> int | None:
    return None if version is None else version.outline_version


def becoming(
    frame: gpd.GeoDataFrame, held: gpd.GeoDataFrame | None, *, mode: ImportMode | None
) -> gpd.GeoDataFrame:
    """Make of a file's layer the whole layer of the next version; see `Boundaries.import_file`."""
    if not frame.attrs["has_codes"]:
        raise without_codes(frame)
    if mode == "whole":
        return frame
    reach = reach_of(frame, held)
    if mode is None:
        if reach.missing and reach.choices != ("whole",):
            raise _choose(reach)
        return frame
    if held is None or frame.crs != held.crs:
        raise ParameterError(
            f"不能局部导入：{reach.reason.zh}",
            f"It can't be a partial import: {reach.reason.en}",
            parameter="mode",
        )
    return merged(held, folded(frame))


def without_codes(frame: gpd.GeoDataFrame) -> FieldMappingError:
    """Give the refusal of a file in which no codes were recognised; it lists the columns."""
    mapped = frame.attrs["survey"].mapping
    ours = {"row", "name", "street", frame.geometry.name} - set(mapped)
    fields = [mapped.get(str(name), str(name)) for name in frame.columns if name not in ours]
    listed = ", ".join(fields)
    return FieldMappingError(
        f"没有可识别的社区代码列，不能导入为边界版本。文件的列：{listed}。"
        "请指明代码列（--map code=列名）。",
        "No column of community codes was recognised, so the file can't become a boundary "
        f"version. The file's columns: {listed}. Name the column (--map code=COLUMN).",
        fields=fields,
        missing=["code"],
    )


def _choose(reach: Reach) -> ParameterError:
    some = ", ".join(reach.missing[:5]) + (" …" if len(reach.missing) > 5 else "")
    return ParameterError(
        f"文件缺少现有的 {len(reach.missing)} 个社区（{some}）。请选择：--partial 只更新文件中的"
        "社区，其余不变；--whole 整体替换，缺少的社区将被撤销。",
        f"The file lacks {len(reach.missing)} communities of the current version ({some}). "
        "Choose: --partial updates those in the file and leaves the others; --whole replaces all, "
        "and the missing ones are removed.",
        parameter="mode",
        missing=list(reach.missing),
        suggested=reach.suggested,
    )
