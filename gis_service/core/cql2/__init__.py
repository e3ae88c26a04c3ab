"""CQL2: which rows does an expression choose? Read its text or JSON form, evaluate it over columns.

Met of OGC 21-065r2: CQL2 text, CQL2 JSON, basic CQL2, advanced comparison operators,
case-insensitive comparison, basic spatial functions, spatial functions, temporal functions.
Missing: arithmetic, arrays, accents, custom functions, comparison of a property with another table.
"""

from gis_service.core.cql2.evaluation import chosen
from gis_service.core.cql2.json_form import parse_json
from gis_service.core.cql2.nodes import Expression
from gis_service.core.cql2.tables import Column, Table
from gis_service.core.cql2.text_form import parse_text

__all__ = ["Column", "Expression", "Table", "chosen", "parse_json", "parse_text"]
