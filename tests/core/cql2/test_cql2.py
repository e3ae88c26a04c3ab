"""CQL2 over columns: each form, each operator, and texts that nobody wrote on purpose."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import orjson
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.cql2 import Column, Table, chosen, parse_json, parse_text
from gis_service.core.cql2.temporal import related
from gis_service.errors import ParameterError

SHAPES = np.array(
    [
        shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2), shapely.box(1, 1, 3, 3), None,
        shapely.Polygon([(9, 9), (11, 11), (11, 9), (9, 11), (9, 9)]),
    ],
    dtype=object,
)  # fmt: skip
TABLE = Table(
    {
        "name": Column.of(["a", "b", "C", None, "é_%"], "string"),
        "size": Column.of([1, 2.5, None, 4, -1e9], "number"),
        "flag": Column.of([True, False, None, True, False], "boolean"),
        "since": Column.of(["2019", "2020-05", "2021-03-04", "", None], "date"),
    },
    SHAPES,
    shapely.STRtree(SHAPES),
)


def _rows(text: str) -> list[int]:
    return np.flatnonzero(chosen(parse_text(text), TABLE)).tolist()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("size > 1", [1, 3]), ("NOT size > 1", [0, 4]), ("size > 1 OR NOT size > 1", [0, 1, 3, 4]),
        ("size > 1 AND flag IS NULL", []), ("flag OR size IS NULL", [0, 2, 3]),
        ("size IN (1, 4)", [0, 3]), ("NOT size IN (1, 4)", [1, 4]), ("size = 1 = 1", None),
        ("name LIKE '%'", [0, 1, 2, 4]), ("name LIKE '_\\_\\%'", [4]), ("name < 'b'", [0, 2]),
        ("CASEI(name) LIKE CASEI('c')", [2]), ("CASEI(name) = CASEI('É_%')", [4]),
        ("since < DATE('2020-01-01')", [0]), ("since = '2020-05'", [1]),
        ("T_DURING(since, INTERVAL('2020-01-01', '2021-12-31'))", [1, 2]),
        ("T_INTERSECTS(since, TIMESTAMP('2019-07-01T00:00:00Z'))", [0]),
        ("T_BEFORE(since, DATE('2020-05-01'))", [0]), ("T_AFTER(since, INTERVAL(..))", None),
        ("S_TOUCHES(geometry, POLYGON((2 0,4 0,4 2,2 2,2 0)))", [0]),
        ("S_EQUALS(geometry, POLYGON((0 0,2 0,2 2,0 2,0 0)))", [0]),
        ("S_OVERLAPS(geometry, BBOX(1,1,3,3))", [0, 1]), ("geometry IS NULL", [3]),
        ("S_DISJOINT(geometry, BBOX(0,0,3,3))", [4]), ("S_INTERSECTS(geometry, POINT(10 10))", [4]),
        ("TRUE", [0, 1, 2, 3, 4]), ("FALSE OR size=1", [0]), ("'a' = name", [0]),
        ("1 = 1", [0, 1, 2, 3, 4]),
    ],
)  # fmt: skip
def test_an_expression_chooses_the_rows_for_which_it_is_true(
    text: str, wanted: list[int] | None
) -> None:
    if wanted is None:
        with pytest.raises(ParameterError):
            _rows(text)
    else:
        assert _rows(text) == wanted


def _nested(depth: int) -> str:
    shape = '{"type":"Point","coordinates":[1,1]}'
    for _ in range(depth):
        shape = f'{{"type":"GeometryCollection","geometries":[{shape}]}}'
    return f'{{"op":"s_intersects","args":[{{"property":"geometry"}},{shape}]}}'


@pytest.mark.parametrize(
    "text",
    [
        _nested(400), "S_INTERSECTS(geometry," + "GEOMETRYCOLLECTION(" * 900 + "POINT(1 1)",
        "S_INTERSECTS(geometry,POINT(1e400 1))", "S_INTERSECTS(geometry,POINT(nan nan))",
        "(" * 10_000, "NOT " * 4_000 + "flag", "CASEI(" * 3_000, "size=1 AND " * 1_500 + "flag",
    ],
    ids=lambda text: text[:25],
)  # fmt: skip
def test_what_is_meant_to_exhaust_the_service_is_refused(text: str) -> None:
    parse = parse_json if text.startswith("{") else parse_text
    with pytest.raises(ParameterError):
        parse(text)


def test_a_pattern_of_many_wildcards_takes_no_time() -> None:
    long = Column.of(["a" * 2_000], "string")
    table = Table({"name": long}, SHAPES[:1], shapely.STRtree(SHAPES[:1]))
    assert not chosen(parse_text("name LIKE '" + "%a" * 500 + "%b'"), table).any()
    assert chosen(parse_text("name LIKE '" + "%a" * 500 + "%'"), table).all()


@given(st.text("ab%_", max_size=6), st.text("ab", max_size=6))
@settings(max_examples=300, deadline=None)
def test_like_agrees_with_a_matcher_that_tries_everything(pattern: str, text: str) -> None:
    def fits(rest: str, of: str) -> bool:
        if not rest:
            return not of
        if rest[0] == "%":
            return any(fits(rest[1:], of[n:]) for n in range(len(of) + 1))
        return bool(of) and rest[0] in ("_", of[0]) and fits(rest[1:], of[1:])

    table = Table({"name": Column.of([text], "string")}, SHAPES[:1], shapely.STRtree(SHAPES[:1]))
    assert chosen(parse_text(f"name LIKE '{pattern}'"), table).tolist() == [fits(pattern, text)]


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    for parse in (parse_text, parse_json):
        try:
            chosen(parse(text), TABLE)
        except ParameterError as error:
            assert error.details["parameter"] == "filter"


SAID = (
    "name size flag since geometry ( ) , = <> < 'a' 1 -2.5 AND OR NOT IN LIKE BETWEEN IS NULL "
    "TRUE CASEI( S_WITHIN( T_MEETS( BBOX(1,1,2,2) DATE('2020-01-01') POINT(1 1) "
    "INTERVAL('..','2020-01-01')"
)
WORDS = st.lists(st.sampled_from(SAID.split(" ")), max_size=12)


@given(WORDS)
@settings(max_examples=400, deadline=None)
def test_any_row_of_words_is_read_or_refused(words: list[str]) -> None:
    try:
        chosen(parse_text(" ".join(words)), TABLE)
    except ParameterError as error:
        assert error.details["parameter"] == "filter"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
    | st.sampled_from([{"property": "size"}, {"property": "geometry"}, {"date": "2020-01-01"}]),
    lambda inner: st.lists(inner, max_size=3)
    | st.fixed_dictionaries(
        {
            "op": st.sampled_from(["and", "or", "not", "=", "<", "in", "like", "between", "isNull",
                                   "casei", "s_within", "t_after", "nothing"]),
            "args": st.lists(inner, max_size=3),
        }
    )
    | st.dictionaries(st.sampled_from(["bbox", "type", "interval", "op"]), inner, max_size=2),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
@settings(max_examples=400, deadline=None)
def test_any_json_is_read_or_refused(value: object) -> None:
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        return
    try:
        chosen(parse_json(text), TABLE)
    except ParameterError as error:
        assert error.details["parameter"] == "filter"


DAYS = st.dates(date(2020, 1, 1), date(2020, 1, 6))


@given(st.tuples(DAYS, DAYS), st.tuples(DAYS, DAYS))
@settings(max_examples=200, deadline=None)
def test_relations_of_times_agree_with_days_counted_one_by_one(
    one: tuple[date, date], other: tuple[date, date]
) -> None:
    def days(pair: tuple[date, date]) -> set[date]:
        start, end = sorted(pair)
        return {start + timedelta(days=n) for n in range((end - start).days + 1)}

    def span(pair: tuple[date, date]) -> tuple[int, int]:
        return min(pair).toordinal(), max(pair).toordinal()

    a, b = days(one), days(other)

    def holds(op: str) -> bool:
        return bool(related(op, span(one), span(other)))

    assert holds("t_intersects") == bool(a & b)
    assert holds("t_disjoint") == (not a & b)
    assert holds("t_equals") == (a == b)
    assert holds("t_during") == (a < b and min(b) < min(a) and max(a) < max(b))
    assert holds("t_before") == (max(a) < min(b)) and holds("t_after") == (min(a) > max(b))
