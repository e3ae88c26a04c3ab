"""Files that arrive often and can't be read: what they are, and what to send instead."""

from __future__ import annotations

import re

from gis_service.errors import UnreadableFileError

READABLE_ZH = "Shapefile（可打包为 zip）、GeoPackage、GeoJSON、FlatGeobuf、KML/KMZ、DXF、FileGDB"
READABLE_EN = "Shapefile (zipped or loose), GeoPackage, GeoJSON, FlatGeobuf, KML/KMZ, DXF, FileGDB"

_IMAGES = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"RIFF", b"II+\x00",
)  # fmt: skip
_COMPANIONS = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx")
_MARKUP = re.compile(rb"<(OGRVRTDataSource|VRTDataset|GDALTileIndexDataset|OGRVRTLayer)\b")


def refuse_known(data: bytes, name: str) -> None:
    """Raise for the beginning of a file that is known and can't be read; else do nothing.

    Examples
    --------
    >>> refuse_known(b"AC1032...", "plan.dwg")
    Traceback (most recent call last):
    ...
    gis_service.errors.UnreadableFileError: plan.dwg 是 AutoCAD DWG 图纸（AC1032），...
    """
    if name.lower().endswith(_COMPANIONS):
        raise UnreadableFileError(
            f"{name} 是 Shapefile 的附属文件，请改为给出 .shp 文件（附属文件放在同一目录）。",
            f"{name} belongs to a Shapefile: give the .shp, with the others beside it.",
        )
    if re.match(rb"AC(10|1\.|2\.)\d\d", data):
        version = data[:6].decode("ascii", "replace")
        raise UnreadableFileError(
            f"{name} 是 AutoCAD DWG 图纸（{version}），本服务无法读取。请另存为 DXF，"
            "或导出为 SHP、GPKG 后再试。",
            f"{name} is an AutoCAD DWG drawing ({version}), which can't be read here. "
            "Save it as DXF, or export it as SHP or GPKG.",
            format="dwg",
        )
    if data.startswith(b"AutoCAD Binary DXF"):
        raise _other(name, "二进制 DXF", "a binary DXF", "文本（ASCII）DXF", "an ASCII DXF")
    if _MARKUP.search(data):
        raise _other(name, "GDAL 虚拟数据源（VRT），它会指向别的文件，不予打开",
                     "a GDAL virtual file (VRT), which points to other files and is not opened",
                     "数据文件本身", "the data file itself")  # fmt: skip
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _other(name, "旧版 Office 文件（.xls/.doc）", "an old Office file (.xls/.doc)",
                     ".xlsx 或 .csv", ".xlsx or .csv")  # fmt: skip
    if data.startswith(b"%PDF"):
        raise _other(name, "PDF 文件", "a PDF", READABLE_ZH, READABLE_EN)
    if data.startswith(_IMAGES):
        raise _other(name, "图片或影像", "an image", READABLE_ZH, READABLE_EN)
    if data.startswith((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise _other(name, "rar、7z 或 gzip 压缩包", "a rar, 7z or gzip archive",
                     "zip 压缩包", "a zip archive")  # fmt: skip


def unknown(name: str, data: bytes) -> UnreadableFileError:
    """Make the error for bytes that nothing here reads."""
    kind = ("文本", "text") if data and b"\x00" not in data else ("二进制", "binary")
    return UnreadableFileError(
        f"无法识别 {name} 的内容（{kind[0]}；看内容，不看后缀）。可读取：{READABLE_ZH}；"
        "设施和人口表另可用 CSV、XLSX。",
        f"The content of {name} is no format that can be read ({kind[1]}; the suffix does not "
        f"matter). Readable: {READABLE_EN}; facilities and population also as CSV and XLSX.",
    )


def _other(name: str, zh: str, en: str, wanted_zh: str, wanted_en: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"{name} 是{zh}，无法读取。请提供{wanted_zh}。",
        f"{name} is {en} and can't be read. Send {wanted_en}.",
    )
