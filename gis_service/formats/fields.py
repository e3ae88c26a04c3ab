"""Which column is which? Known names in Chinese and English, or a mapping that the user gives."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_service.errors import FieldMappingError, UnreadableFileError

Known = Mapping[str, tuple[str, ...]]

COMMUNITY_FIELDS: Known = {
    "code": (
        "code", "community_code", "comm_code", "社区代码", "社区编码", "代码", "编码",
        "统计用区划代码", "统计用区划", "区划代码", "社區代碼", "代碼", "編碼", "V_ID",
        "village_code", "VILLCODE", "里代碼", "村里代碼",
    ),
    "name": (
        "name", "community_name", "社区名称", "名称", "社区", "社区名", "community", "名稱",
        "社區名稱", "社區", "居委会", "社区居委会", "village", "village_name", "VILLNAME", "里別",
        "村里", "里名",
    ),
    "street": (
        "street", "street_name", "街道", "所属街道", "街道名称", "街道办", "街道办事处", "所屬街道",
        "街道名稱", "sub_district", "subdistrict", "town", "township", "乡镇", "乡镇街道",
        "TOWNNAME", "行政區", "區別", "鄉鎮市區",
    ),
}  # fmt: skip
"""Field of a community → names under which it is recognised, the clearest first."""


def choose_columns(
    columns: Iterable[str],
    *,
    known: Known,
    given: Mapping[str, str] | None = None,
    required: tuple[str, ...] = (),
) -> dict[str, str]:
    """Choose a column for each field: the one that is given, else one with a known name.

    Case, spaces, hyphens and underscores in names do not matter.

    Raises
    ------
    FieldMappingError
        When a given column or a required field is missing; the message lists the file's fields.

    Examples
    --------
    >>> choose_columns(["社区名称", "CODE"], known=COMMUNITY_FIELDS)
    {'code': 'CODE', 'name': '社区名称'}
    """
    listed = list(columns)
    plain = {_plain(column): column for column in reversed(listed)}
    chosen: dict[str, str] = {}
    for field, column in (given or {}).items():
        if field not in known:
            raise _unknown_field(field, known)
        found = column if column in listed else plain.get(_plain(column))
        if found is None:
            raise FieldMappingError(
                f"文件没有列“{column}”（映射给 {field}）。文件的列：{'、'.join(listed)}。",
                f"The file has no column {column!r} (mapped to {field}). "
                f"Its columns: {', '.join(listed)}.",
                field=field,
                columns=listed,
            )
        chosen[field] = found
    for field, names in known.items():
        if field in chosen:
            continue
        found = next((plain[_plain(n)] for n in names if _plain(n) in plain), None)
        if found is not None and found not in chosen.values():
            chosen[field] = found
    missing = [field for field in required if field not in chosen]
    if missing:
        raise _missing(missing, listed)
    return {field: chosen[field] for field in known if field in chosen}


def read_mapping(path: str | Path) -> dict[str, str]:
    """Read a saved mapping file: TOML or JSON with ``field = "column"`` pairs.

    Raises
    ------
    UnreadableFileError
        When there is no such file, or it is neither TOML nor JSON.
    FieldMappingError
        When it holds anything but texts.
    """
    path = Path(path)
    try:
        text = path.read_text("utf-8-sig")
        is_json = text.lstrip().startswith("{")
        values: Any = json.loads(text) if is_json else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            f"无法读取字段映射文件 {path.name}：{error}。请写成 TOML 或 JSON。",
            f"The mapping file {path.name} can't be read: {error}. Write it as TOML or JSON.",
        ) from error
    values = values.get("mapping", values)
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise FieldMappingError(
            f'{path.name} 应只含 字段 = "列名"，例如 code = "V_ID"。',
            f'{path.name} must hold only field = "column" pairs, for example code = "V_ID".',
        )
    return {str(field): column for field, column in values.items()}


def as_text(values: NDArray[Any]) -> NDArray[np.object_]:
    """Give a column as texts: whole numbers without ".0", nothing as "".

    Examples
    --------
    >>> as_text(np.array([440303001001.0, np.nan])).tolist()
    ['440303001001', '']
    """
    if values.dtype.kind in "iub":
        return values.astype(str).astype(object)
    texts = np.empty(len(values), dtype=object)
    texts[:] = [_text(value) for value in values.tolist()]
    return texts


def _text(value: object) -> str:
    if value is None or value != value or str(value) in ("NaT", "<NA>"):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c not in " _-\ufeff\u3000\t\r\n")


def _missing(missing: list[str], listed: list[str]) -> FieldMappingError:
    hint = " ".join(f"--map {field}=…" for field in missing)
    return FieldMappingError(
        f"找不到必需字段：{'、'.join(missing)}。文件的列：{'、'.join(listed)}。请用 {hint} 指定。",
        f"Required fields are missing: {', '.join(missing)}. The file's columns: "
        f"{', '.join(listed)}. Name them with {hint}.",
        missing=missing,
        columns=listed,
    )


def _unknown_field(field: str, known: Known) -> FieldMappingError:
    return FieldMappingError(
        f"没有可映射的字段“{field}”。可用：{'、'.join(known)}。",
        f"There is no field {field!r} to map. Use: {', '.join(known)}.",
        field=field,
        allowed=list(known),
    )
