"""What the properties of each layer are: the one list behind schemas, queryables and sorting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast, get_args

from gis_service.core.cql2.tables import ColumnKind
from gis_service.model.text import Text

ARRAYS: Mapping[str, Mapping[str, Any]] = {
    "texts": {"type": "array", "items": {"type": "string"}},
    "position": {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 2,
        "maxItems": 2,
    },
}


@dataclass(frozen=True)
class Property:
    """One property: its name, its kind (a `ColumnKind`, ``texts`` or ``position``), its title."""

    name: str
    kind: str
    title: Text

    @property
    def is_queryable(self) -> bool:
        """Whether it can be filtered and sorted by."""
        return self.kind in get_args(ColumnKind)

    @property
    def column_kind(self) -> ColumnKind:
        """Its kind as a column."""
        return cast("ColumnKind", self.kind)

    def schema(self, *, lang: str) -> dict[str, Any]:
        """Give its JSON schema."""
        title = {"title": self.title.in_language(lang)}
        if self.kind == "date":
            more = {"zh": "年份或 ISO 日期", "en": "A year, or a day of ISO 8601"}[lang]
            return title | {"type": "string", "description": more}
        return title | (dict(ARRAYS[self.kind]) if self.kind in ARRAYS else {"type": self.kind})


_TITLES = {
    "code": Text("社区代码", "Code of the community"),
    "name": Text("名称", "Name"),
    "street": Text("街道", "Sub-district"),
    "area_m2": Text("面积（平方米）", "Area, m²"),
    "area_mu": Text("面积（亩）", "Area, mu"),
    "findings": Text("检查问题数", "Number of findings"),
    "ageing": Text("是否老龄化社区", "Is it ageing?"),
    "covered": Text("是否已覆盖", "Is it covered?"),
    "residents": Text("居民人数", "Residents"),
    "elders": Text("老年人口", "Elders"),
    "elder_share": Text("老年人口占比", "Share of elders"),
    "communities": Text("社区", "Communities"),
    "rate": Text("覆盖率", "Coverage rate"),
    "beds": Text("床位", "Beds"),
    "key": Text("问题编号", "Key of the finding"),
    "check": Text("检查项", "Check"),
    "severity": Text("级别", "Severity"),
    "names": Text("社区名称", "Names of the communities"),
    "width_m": Text("宽度（米）", "Width, m"),
    "text_zh": Text("说明（中文）", "What it says, Chinese"),
    "text_en": Text("说明（英文）", "What it says, English"),
    "point": Text("位置（经度、纬度）", "Place: longitude, latitude"),
    "id": Text("编号", "Identifier"),
    "kind": Text("类型", "Kind"),
    "status": Text("状态", "State"),
    "opened": Text("启用时间", "Opened"),
    "places": Text("服务名额", "Places"),
    "meals_per_day": Text("每日供餐", "Meals a day"),
    "community": Text("登记的社区代码", "Code of the community in the register"),
    "community_name": Text("登记的社区名称", "Name of the community in the register"),
    "lies_in": Text("所在社区", "Communities in which it lies"),
    "location": Text("位置判定", "What is known of where it lies"),
    "covered_with_planned": Text("计入规划后是否覆盖", "Covered with what is planned?"),
    "facilities": Text("服务该社区的设施", "Facilities that serve it"),
    "class": Text("覆盖分类", "Class of coverage"),
}

_LISTS = {
    "communities": "code:string name:string street:string area_m2:number area_mu:number "
    "findings:integer ageing:boolean covered:boolean residents:number elders:number "
    "elder_share:number",
    "streets": "name:string communities:integer area_m2:number ageing:integer covered:integer "
    "rate:number elders:number beds:number",
    "findings": "key:string check:string severity:string communities:texts names:texts "
    "area_m2:number area_mu:number width_m:number text_zh:string text_en:string point:position",
    "facilities": "id:string name:string kind:string status:string opened:date places:number "
    "beds:number meals_per_day:number community:string community_name:string street:string "
    "lies_in:texts location:string",
    "coverage": "code:string name:string street:string residents:number elders:number "
    "elder_share:number ageing:boolean covered:boolean covered_with_planned:boolean "
    "facilities:texts class:string",
}

PROPERTIES: Mapping[str, tuple[Property, ...]] = {
    layer: tuple(
        Property(name, kind, _TITLES[name])
        for name, kind in (item.split(":") for item in listed.split())
    )
    for layer, listed in _LISTS.items()
}
"""Layer → its properties, in their order."""


@cache
def queryables(layer: str) -> tuple[Property, ...]:
    """Give the properties of a layer by which one can filter and sort."""
    return tuple(one for one in PROPERTIES[layer] if one.is_queryable)
