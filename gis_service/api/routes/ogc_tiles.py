"""``/ogc``: OGC API Tiles: vector tiles of each collection and of all, and their sets."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.answers import JSON, base_url, encoded, matches, tagged
from gis_service.api.ogc.described import COLLECTION, NOT_MODIFIED, OBJECT, PLAIN_FORM, also_html
from gis_service.api.ogc.forms import PLAIN, form_of
from gis_service.api.ogc.links import REL, asked, itself, link
from gis_service.api.ogc.pages import language, page
from gis_service.api.operations import AS_OF, DATETIME, Endpoint, Operation, in_path
from gis_service.api.routes.ogc import TITLE, VARY, services_of
from gis_service.services.tiles import MAX_ZOOM, TILE_MATRIX_SETS, Tile, TileMatrixSet

MVT = "application/vnd.mapbox-vector-tile"
PIXEL_M = 0.00028
EARTH_M = 6378137.0 * 3.141592653589793 * 2


async def matrix_sets(request: Request) -> Response:
    """Answer the list of sets."""
    parameters.only(request, "f")
    base = f"{base_url(request)}/ogc/tileMatrixSets"
    listed = [
        {
            "id": name,
            "uri": one.uri,
            "links": [link(f"{base}/{name}", f"{REL}tiling-scheme", JSON)],
        }
        for name, one in TILE_MATRIX_SETS.items()
    ]
    return _answer(request, "Tile matrix sets", {"tileMatrixSets": listed, "links": itself(base)})


async def matrix_set(request: Request) -> Response:
    """Answer the definition of one set."""
    parameters.only(request, "f")
    one = TILE_MATRIX_SETS.find(request.path_params["tms"])
    address = f"{base_url(request)}/ogc/tileMatrixSets/{one.name}"
    body = {
        "id": one.name,
        "title": one.name,
        "uri": one.uri,
        "crs": one.crs,
        "orderedAxes": ["Lon", "Lat"] if one.wide == 2 else ["E", "N"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/"
        + ("GoogleCRS84Quad" if one.wide == 2 else "GoogleMapsCompatible"),
        "tileMatrices": [_matrix(one, zoom) for zoom in range(MAX_ZOOM + 1)],
    }
    return _answer(request, one.name, body | {"links": itself(address)})


async def tilesets(request: Request) -> Response:
    """Answer the tile sets of a collection, or of all."""
    parameters.only(request, "f", "as_of", "datetime")
    name, base = await _place(request)
    as_of = parameters.datetime_of(request)
    listed = [_tileset(request, name, one, base=base) for one in TILE_MATRIX_SETS.values()]
    for one in listed:
        self = asked(f"{base}/{one['id']}", as_of=as_of)
        one["links"] = [link(self, "self", JSON), *one["links"]]
    return _answer(
        request, name or TITLE[language(request)], {"tilesets": listed, "links": itself(base)}
    )


async def tileset(request: Request) -> Response:
    """Answer one tile set."""
    parameters.only(request, "f", "as_of", "datetime")
    name, base = await _place(request)
    one = TILE_MATRIX_SETS.find(request.path_params["tms"])
    body = _tileset(request, name, one, base=base)
    as_of = parameters.datetime_of(request)
    body["links"] = [*itself(f"{base}/{one.name}", as_of=as_of), *body["links"]]
    return _answer(request, body["title"], body)


async def tile(request: Request) -> Response:
    """Answer a tile; 204 where nothing is."""
    if request.query_params:
        parameters.only(request, "f", "as_of", "datetime")
        if request.query_params.get("f", "mvt") != "mvt":
            raise parameters.refused("f", request.query_params["f"], ["mvt"])
    held, tiles = request.path_params, services_of(request).tiles
    as_of, header = parameters.datetime_of(request), request.headers.get("if-none-match")

    def known(tag: str) -> bool:
        return header != "*" and matches(header, tag)

    name = held.get("collection_id")
    address = (held["tms"], held["zoom"], held["row"], held["column"])
    kept = tiles.kept(name, address=address) if as_of is None else None

    def work() -> Tile:
        return tiles.tile(name, address=address, as_of=as_of, known=known if header else None)

    found = await run_in_threadpool(work) if kept is None else kept
    if not found.body and not known(found.etag):
        fields = {"ETag": found.etag, "Cache-Control": "no-cache"}
        return Response(status_code=204, headers=fields)
    return tagged(request, found.body, media_type=MVT, etag=found.etag)


async def _place(request: Request) -> tuple[str | None, str]:
    """Give the collection (None: all) and the address of its tile sets."""
    base, name = f"{base_url(request)}/ogc", request.path_params.get("collection_id")
    if name is None:
        return None, f"{base}/tiles"
    services_of(request).features.check(name)
    return name, f"{base}/collections/{quote(name, safe='')}/tiles"


def _tileset(
    request: Request, name: str | None, one: TileMatrixSet, *, base: str
) -> dict[str, Any]:
    as_of = parameters.datetime_of(request)
    template = asked(f"{base}/{one.name}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", as_of=as_of)
    definition = f"{base_url(request)}/ogc/tileMatrixSets/{one.name}"
    return {
        "id": one.name,
        "title": f"{name or TITLE[language(request)]} · {one.name}",
        "dataType": "vector",
        "crs": one.crs,
        "tileMatrixSetURI": one.uri,
        "links": [
            link(template, "item", MVT, templated=True),
            link(definition, f"{REL}tiling-scheme", JSON),
        ],
    }


def _matrix(one: TileMatrixSet, zoom: int) -> dict[str, Any]:
    columns, rows = one.size(zoom)
    if one.wide == 2:
        cell, corner, metre = 180.0 / rows / 256, [-180.0, 90.0], EARTH_M / 360.0
    else:
        cell, corner, metre = EARTH_M / rows / 256, [-EARTH_M / 2, EARTH_M / 2], 1.0
    return {
        "id": str(zoom),
        "scaleDenominator": cell * metre / PIXEL_M,
        "cellSize": cell,
        "pointOfOrigin": corner,
        "cornerOfOrigin": "topLeft",
        "tileWidth": 256,
        "tileHeight": 256,
        "matrixWidth": columns,
        "matrixHeight": rows,
    }


def _answer(request: Request, title: str, body: dict[str, Any]) -> Response:
    if form_of(request, PLAIN).name == "html":
        facts = [(n, v) for n, v in body.items() if isinstance(v, str)]
        rows = [
            [{"text": one["id"], "href": f"{one['links'][0]['href']}?f=html"}]
            for one in body.get("tilesets") or body.get("tileMatrixSets") or []
        ]
        return page(
            request, title, links=body["links"], facts=facts, columns=["id"] if rows else [],
            rows=rows,
        )  # fmt: skip
    return tagged(request, encoded(body), headers=VARY)


_NUMBER = {"type": "integer", "minimum": 0}
_SET = in_path("tms", "Tile matrix set", {"type": "string", "enum": [*TILE_MATRIX_SETS]})
_TILE = (
    _SET,
    in_path("zoom", "Tile matrix", _NUMBER | {"maximum": MAX_ZOOM}),
    in_path("row", "Row, from the north", _NUMBER),
    in_path("column", "Column, from the west", _NUMBER),
)
_TILE_ANSWERS = {
    "200": {
        "description": "Vector tile",
        "content": {MVT: {"schema": {"type": "string", "format": "binary"}}},
    },
    "204": {"description": "Nothing is there / 此处为空"},
    **NOT_MODIFIED,
}


def _operation(path: str, endpoint: Endpoint, name: str, summary: str, **more: Any) -> Operation:
    given = {"parameters": (PLAIN_FORM,), "answers": also_html(name, OBJECT)} | more
    return Operation(
        path=path, endpoint=endpoint, name=name, summary=summary, tag="OGC API Tiles",
        problems=(400, 404), **given,
    )  # fmt: skip


_THEN = (AS_OF, DATETIME)
_FORM = {
    "name": "f",
    "in": "query",
    "required": False,
    "description": "Encoding / 输出格式",
    "schema": {"type": "string", "enum": ["mvt"]},
}
_ONE = "/ogc/collections/{collection_id}/tiles"

OPERATIONS = (
    _operation("/ogc/tileMatrixSets", matrix_sets, "tileMatrixSets", "Sets of tiles / 瓦片矩阵集"),
    _operation(
        "/ogc/tileMatrixSets/{tms}",
        matrix_set,
        "tileMatrixSet",
        "One set of tiles / 一个瓦片矩阵集",
        parameters=(_SET, PLAIN_FORM),
    ),
    _operation(
        "/ogc/tiles",
        tilesets,
        "tilesets",
        "Tile sets of all collections / 全部集合的瓦片集",
        parameters=(*_THEN, PLAIN_FORM),
    ),
    _operation(
        "/ogc/tiles/{tms}",
        tileset,
        "tileset",
        "One tile set of all collections / 全部集合的一个瓦片集",
        parameters=(_SET, *_THEN, PLAIN_FORM),
    ),
    _operation(
        "/ogc/tiles/{tms}/{zoom}/{row}/{column}",
        tile,
        "tile",
        "A tile of all collections / 全部集合的瓦片",
        parameters=(*_TILE, *_THEN, _FORM),
        answers=_TILE_ANSWERS,
    ),
    _operation(
        _ONE,
        tilesets,
        "collectionTilesets",
        "Tile sets of a collection / 集合的瓦片集",
        parameters=(COLLECTION, *_THEN, PLAIN_FORM),
    ),
    _operation(
        f"{_ONE}/{{tms}}",
        tileset,
        "collectionTileset",
        "One tile set of a collection / 集合的一个瓦片集",
        parameters=(COLLECTION, _SET, *_THEN, PLAIN_FORM),
    ),
    _operation(
        f"{_ONE}/{{tms}}/{{zoom}}/{{row}}/{{column}}",
        tile,
        "collectionTile",
        "A tile of a collection / 集合的瓦片",
        parameters=(COLLECTION, *_TILE, *_THEN, _FORM),
        answers=_TILE_ANSWERS,
    ),
)
