"""Office files without a clock: the same pack gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date

EARLIEST = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")


def packed(members: Mapping[str, bytes], day: date) -> bytes:
    """Give a zip of ``members``, sorted by name, all dated ``day``."""
    stamp = max((day.year, day.month, day.day, 0, 0, 0), EARLIEST)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(members, key=lambda name: (name != "[Content_Types].xml", name)):
            info = zipfile.ZipInfo(name, date_time=stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, members[name])
    return out.getvalue()


def settled(office_file: bytes, day: date) -> bytes:
    """Give an Office file anew with ``day`` for every date of the file itself."""
    stamp = f"{day.isoformat()}T00:00:00Z".encode()
    members = {}
    with zipfile.ZipFile(io.BytesIO(office_file)) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<2>", data)
            members[name] = data
    return packed(members, day)
