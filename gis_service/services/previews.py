"""The preview of an import: what was recognised, and what it would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from gis_service.core.differences import Differences, compare
from gis_service.model.differences import CHANGE_KINDS, CommunityChange
from gis_service.model.drafts import Draft, ImportMode
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.progress import Progress
from gis_service.model.text import Text
from gis_service.model.versions import BoundaryVersion
from gis_service.services import geojson
from gis_service.services.boundaries import becoming
from gis_service.services.draft_files import DraftFiles
from gis_service.services.merging import Reach, folded, reach_of
from gis_service.services.ports import Database
from gis_service.services.surveys import (
    SurveyResult,
    Surveys,
    everywhere,
    finding_mappings,
    meets,
    names_of,
    part,
    survey_facts,
)

MOST_LISTED = 1000
"""Changed communities that a preview lists."""

MOST_DRAWN = 2000
"""Features of each layer that a preview's map draws."""

COMPARING = Text("与现有版本比较", "comparing with the current version")
KEEPING = Text("保存预览", "keeping the preview")


@dataclass(frozen=True, eq=False)
class Base:
    """What a file is held against."""

    version: BoundaryVersion | None
    communities: gpd.GeoDataFrame | None
    outline: gpd.GeoDataFrame | None
    policy: Policy
    policy_number: int | None


@dataclass(frozen=True, kw_only=True)
class Previews:
    """Makes previews of drafts; ``fingerprint`` gives the SHA-256 of a file's bytes."""

    database: Database
    surveys: Surveys
    fingerprint: Callable[[Path], str]

    def make(self, draft: Draft, files: DraftFiles, *, progress: Progress) -> dict[str, Any]:
        """Read and check a draft's file, keep layer and findings, and give the preview.

        Raises
        ------
        InputError
            When the file can't be used.
        """
        base = self._base()
        chosen: list[tuple[ImportMode, Reach]] = []

        def become(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
            reach = reach_of(frame, base.communities)
            asked = draft.mode if draft.mode in reach.choices else reach.suggested
            mode: ImportMode = "partial" if asked == "partial" else "whole"
            chosen.append((mode, reach))
            layer = becoming(frame, base.communities, mode=mode)
            return layer if mode == "partial" else folded(layer)

        result = self.surveys.check_against(
            files.upload(),
            base.outline,
            crs=draft.options.get("crs"),
            mapping=draft.options.get("mapping") or None,
            layer=draft.options.get("layer"),
            policy=base.policy,
            working_crs=self.surveys.working_crs,
            when=lambda layer, outline: _rule(chosen[0][0])(layer, outline),
            progress=part(progress, 0.0, 0.7),
            becoming=become,
        )
        result = replace(result, survey=replace(result.survey, path=draft.file_name))
        progress(0.7, COMPARING)
        found = None
        if base.communities is not None:
            found = compare(base.communities, result.layer)
        progress(0.85, KEEPING)
        _keep(files, result, found, base=base)
        mode, reach = chosen[0]
        return _facts(result, found, base=base) | {"mode": mode, "reach": reach.to_mapping()}

    def _base(self) -> Base:
        with self.database.reading() as unit:
            version = unit.boundaries.current()
            register = unit.register.current("policy")
            return Base(
                version,
                None if version is None else unit.boundaries.communities(version),
                None if version is None else unit.boundaries.outline(version),
                DEFAULT_POLICY if register is None else unit.register.policy(register),
                None if register is None else register.number,
            )


def _rule(mode: ImportMode) -> Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], bool]:
    return everywhere if mode == "partial" else meets


def _facts(result: SurveyResult, found: Differences | None, *, base: Base) -> dict[str, Any]:
    changes = () if found is None else found.communities
    kinds = Counter(kind for change in changes for kind in change.kinds)
    version = base.version
    return {
        "survey": survey_facts(result.survey),
        "area_m2": round(result.area_m2, 2),
        "communities": len(result.layer),
        "base": None if version is None else version.number,
        "policy": base.policy_number,
        "has_outline": result.outline is not None,
        "counts": result.counts,
        "severities": dict(Counter(f.severity for f in result.findings)),
        "findings_before": None if version is None else version.findings,
        "changes": {kind: kinds[kind] for kind in CHANGE_KINDS},
        "changed": len(changes),
        "listed": [change.to_mapping() for change in changes[:MOST_LISTED]],
        "gained_m2": round(sum(c.gained_m2 for c in changes), 4),
        "lost_m2": round(sum(c.lost_m2 for c in changes), 4),
        "seconds": round(result.seconds, 3),
    }


def _keep(
    files: DraftFiles, result: SurveyResult, found: Differences | None, *, base: Base
) -> None:
    files.put("layer", result.layer)
    files.put_findings(result.findings)
    if result.outline is not None:
        files.put("outline", _plain_outline(result.outline))
    files.put_document("communities.geojson", communities_geojson(result.layer, found, base))
    pieces = None if found is None else found.pieces
    files.put_document("pieces.geojson", pieces_geojson(pieces))
    shown = result.frame.iloc[:MOST_DRAWN].set_index("key")
    rows = finding_mappings(
        result.findings[:MOST_DRAWN], result.frame.crs, names=names_of(result.layer)
    )
    files.put_document("findings.geojson", geojson.document(shown, rows))


def communities_geojson(layer: gpd.GeoDataFrame, found: Differences | None, base: Base) -> bytes:
    """Encode the communities that differ (of a first version: all), each with its kinds."""
    if found is None or base.communities is None:
        few = layer.iloc[:MOST_DRAWN]
        rows = [
            {"code": str(code), "name": name, "street": street, "kind": "added", "kinds": ["added"]}
            for code, name, street in zip(few.index, few["name"], few["street"], strict=True)
        ]
        return geojson.document(few.set_index(few["row"]), rows)
    return changes_geojson(found.communities[:MOST_DRAWN], base.communities, layer)


def changes_geojson(
    changes: tuple[CommunityChange, ...], before: gpd.GeoDataFrame, after: gpd.GeoDataFrame
) -> bytes:
    """Encode communities that differ, as they are afterwards; removed ones as they were."""
    old = before[~before.index.duplicated()]
    new = after[~after.index.duplicated()]
    shapes = [
        (old if "removed" in change.kinds else new).geometry.get(change.code) for change in changes
    ]
    frame = gpd.GeoDataFrame(
        index=[change.code or "~" for change in changes],
        geometry=gpd.GeoSeries(
            list(shapes), index=[change.code or "~" for change in changes], crs=after.crs
        ),
    )
    rows = [
        change.to_mapping()
        | {"kind": change.kinds[-1], "name": change.name_after or change.name_before}
        for change in changes
    ]
    return geojson.document(frame, rows)


def pieces_geojson(pieces: gpd.GeoDataFrame | None) -> bytes:
    """Encode the land that changed hands, the largest pieces first."""
    if pieces is None or pieces.empty:
        return geojson.collection([])
    few = pieces.sort_values("area_m2", ascending=False, kind="stable").iloc[:MOST_DRAWN]
    rows = [
        {
            "from": row["from"],
            "to": row["to"],
            "area_m2": round(float(row["area_m2"]), 4),
            "kind": "moved" if row["from"] and row["to"] else "won" if row["to"] else "left",
        }
        for row in few[["from", "to", "area_m2"]].to_dict("records")
    ]
    return geojson.document(few.set_index(np.arange(1, len(few) + 1)), rows)


def _plain_outline(outline: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"row": np.arange(1, len(outline) + 1)},
        index=["outline"] * len(outline),
        geometry=np.asarray(outline.geometry.array, dtype=object),
        crs=outline.crs,
    )
