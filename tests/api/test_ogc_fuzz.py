"""Whatever stands in an address of /ogc, it is answered, or refused as a 400 or 404."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
NAMES = (
    "bbox", "bbox-crs", "limit", "after", "crs", "filter", "filter-lang", "filter-crs", "sortby",
    "properties", "skipGeometry", "datetime", "as_of", "f", "street", "area_m2", "ageing", "lang",
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "1", "-1", "0", "true", "html", "csv", "fgb", "jsonseq", "gcj02", "name", "-code", "..",
            "2020-01-01", "2020-01-01/..", "9" * 400, "1e400", "nan", "114,22,115,23",
            "2494000,513000,2495000,514000", "1e300,1e300,1e301,1e301", "179,0,-179,1",
            f"{EPSG}4547", f"{EPSG}4326", f"{EPSG}3857", "cql2-json", "code='A'",
            "S_WITHIN(geometry,BBOX(1e300,1,2e300,2))", "S_CROSSES(geometry,LINESTRING(0 0,1e9 1))",
            "T_AFTER(code,DATE('2020-01-01'))", '{"op":"=","args":[{"property":"code"},"A"]}',
            "\x00", "\ud7ff", "%", "a" * 3000,
        ]
    ),
)  # fmt: skip
PATHS = st.one_of(
    st.sampled_from(["", "/conformance", "/collections", "/tiles", "/tileMatrixSets"]),
    st.sampled_from(["communities", "streets", "findings", "facilities", "coverage", "x"]).flatmap(
        lambda name: st.sampled_from(
            ["", "/items", "/items/A", "/schema", "/queryables", "/sortables", "/tiles",
             "/tiles/WebMercatorQuad", "/tiles/WorldCRS84Quad/5/11/52"]
        ).map(lambda rest: f"/collections/{name}{rest}")
    ),
    st.tuples(*[st.text(min_size=1, max_size=4)] * 3).map(
        lambda parts: "/tiles/WebMercatorQuad/" + "/".join(quote(part, safe="") for part in parts)
    ),
)  # fmt: skip


@given(
    path=PATHS.map(lambda rest: f"/ogc{rest}"),
    query=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
)
@settings(max_examples=250, deadline=None)
def test_no_address_is_a_fault(client: Any, path: str, query: dict[str, str]) -> None:
    answer = client.get(f"{path}?{urlencode(query)}")
    assert answer.status_code in (200, 204, 307, 400, 404), (answer.status_code, path, query)
    if answer.status_code == 400:
        problem = answer.json()
        assert problem["details"]["parameter"] in query, problem
