"""Read and write exchange formats.

A shelf: each file here reads one format; `FORMATS` lists them. A file is told by its bytes, never
by its name; only plain paths reach GDAL.
"""

from gis_service.formats.boundaries import read_boundaries, read_outline
from gis_service.formats.fields import read_mapping
from gis_service.formats.loading import FORMATS

__all__ = ["FORMATS", "read_boundaries", "read_mapping", "read_outline"]
