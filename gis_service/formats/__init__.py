"""Read and write exchange formats.

A shelf: each file here reads one format; `FORMATS` lists them. A file is told by its bytes, never
by its name; only plain paths reach GDAL. `WRITERS` lists what can be written.
"""

from gis_service.formats.allowances import read_allowed
from gis_service.formats.boundaries import read_boundaries, read_outline
from gis_service.formats.facilities import read_facilities
from gis_service.formats.fields import read_mapping
from gis_service.formats.loading import FORMATS, fingerprint
from gis_service.formats.policies import read_policy
from gis_service.formats.population import read_population
from gis_service.formats.rfc7946 import encode_geojson
from gis_service.formats.writers import WRITERS, write_findings, write_layer

__all__ = [
    "FORMATS",
    "WRITERS",
    "encode_geojson",
    "fingerprint",
    "read_allowed",
    "read_boundaries",
    "read_facilities",
    "read_mapping",
    "read_outline",
    "read_policy",
    "read_population",
    "write_findings",
    "write_layer",
]
