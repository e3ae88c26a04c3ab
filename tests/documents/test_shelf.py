"""What holds for every document of the shelf."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile

from gis_service.documents import DOCUMENTS, archive

CODE = """
import hashlib
import geopandas as gpd
import shapely
from gis_service.core.checks import run_checks
from gis_service.core.resolutions import resolve
from gis_service.documents import DOCUMENTS
from gis_service.model.packs import CaseFacts
from gis_service.services.packs import pack_of
boxes = [shapely.box(x, 2494000, x + 110, 2494080) for x in (513000, 513090)]
layer = gpd.GeoDataFrame({"name": ["甲", "乙"], "street": ["", ""]}, index=["A", "B"],
                         geometry=boxes, crs="EPSG:4547")
proposal = resolve(layer, run_checks(layer)[0], by="median")
pack = pack_of(layer, proposal, facts=CaseFacts(date="2026-11-23"))
for name in ("agreement", "map", "points"):
    print(name, hashlib.sha256(DOCUMENTS[name].make(pack, "zh")).hexdigest())
"""


def test_the_same_pack_gives_the_same_bytes_in_another_process():
    """Hash seeds, clocks and time zones differ between processes; documents don't."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", CODE],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
        )
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    ]
    first, second = (process.communicate()[0] for process in running)
    assert first == second
    assert first.count("\n") == 3


def test_the_zip_holds_every_document_and_is_the_same_every_time(strip):
    first, second = archive(strip, "zh"), archive(strip, "zh")
    assert first == second
    held = zipfile.ZipFile(io.BytesIO(first))
    assert sorted(held.namelist()) == sorted(d.file_name for d in DOCUMENTS.values())
    assert held.testzip() is None


def test_listing_the_shelf_loads_no_library():
    code = (
        "import sys; from gis_service.documents import DOCUMENTS; "
        "print({'fpdf', 'docx', 'openpyxl'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
