"""What do people call kinds and states of facilities? Labels in Chinese and English → our names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_service.errors import RowError
from gis_service.model.facilities import FACILITY_KINDS, FACILITY_STATUSES
from gis_service.model.text import Text

_KIND_LABELS = {
    "elder_station": "社区长者服务站 長者服務站 养老服务站 社区养老服务站 长者站 station",
    "elder_centre": "街道长者服务中心 長者服務中心 养老服务中心 长者中心 elder_center centre",
    "nursing_home": "养老院 敬老院 护理院 養老機構 老人院 安养院 nursinghome",
    "meal_point": "助餐点 长者饭堂 长者食堂 老年食堂 長者助餐點 meals",
    "day_care": "日间照料 日间照料站 日托中心 日間照顧 日間照顧中心 日間照料中心 daycare",
    "child_protection_station": "未成年人保护站 未成年人保护工作站 未保工作站",
    "social_work_station": "社会工作服务站 社工服务站 社工站點",
    "service_centre": "社区党群服务中心 黨群服務中心 党群中心 service_center",
}
_STATUS_LABELS = {
    "open": "开放 开放中 运营 运营中 在营 在用 正常 已建成 已启用 開放 已開放 opened operating",
    "building": "建设中 施工 施工中 建設中 under_construction construction",
    "planned": "规划中 拟建 计划 筹建 待建 規劃 規劃中 plan proposed",
    "closed": "关闭 停用 停业 已停用 撤销 關閉 已關閉 close inactive",
}


def _plain(label: str) -> str:
    return "".join(c for c in label.casefold() if c not in " _-\u3000")


def known_labels(names: Mapping[str, Text], more: Mapping[str, str]) -> dict[str, str]:
    """Give plain label → name for names, their texts and further labels."""
    table: dict[str, str] = {}
    for name, text in names.items():
        for label in (name, text.zh, text.en, *more.get(name, "").split()):
            table[_plain(label)] = name
    return table


KIND_LABELS = known_labels(FACILITY_KINDS, _KIND_LABELS)
STATUS_LABELS = known_labels(FACILITY_STATUSES, _STATUS_LABELS)


def recognise_labels(
    values: NDArray[np.object_],
    *,
    labels: Mapping[str, str],
    allowed: Mapping[str, Text],
    what: Text,
) -> NDArray[np.object_]:
    """Give our names for texts; "" stays "".

    Raises
    ------
    RowError
        When a text is unknown; the message names the rows and what is allowed.

    Examples
    --------
    >>> texts = np.array(["长者服务站", "Elder centre", ""], dtype=object)
    >>> what = Text("类型", "kind")
    >>> recognise_labels(texts, labels=KIND_LABELS, allowed=FACILITY_KINDS, what=what).tolist()
    ['elder_station', 'elder_centre', '']
    """
    names = np.array([labels.get(_plain(v)) if v else "" for v in values], dtype=object)
    unknown = np.flatnonzero(pd.isna(names))
    if not len(unknown):
        return names
    rows = (unknown + 1).tolist()
    seen = "、".join(sorted(set(values[unknown].tolist()))[:10])
    listed = ", ".join(map(str, rows[:20]))
    raise RowError(
        f"第 {listed} 行的{what.zh}无法识别：{seen}。允许："
        f"{'、'.join(f'{n}（{t.zh}）' for n, t in allowed.items())}。",
        f"Rows {listed} have an unknown {what.en}: {seen}. Allowed: {', '.join(allowed)}.",
        rows=rows,
        allowed=list(allowed),
    )
