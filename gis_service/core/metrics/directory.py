"""Finding a community by what a register or a table calls it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from gis_service.core.topology import Topology

Name = TypeVar("Name")


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Rows of a layer by code, by street and name, and by name.

    Examples
    --------
    >>> directory = Directory(codes={"1": [0]}, places={("East", "Lake"): [0]},
    ...                       names={"Lake": [0]}, streets=frozenset({"East"}))
    >>> directory.with_code("1"), directory.called("Lake", street="West side")
    ([0], 0)
    """

    codes: dict[str, list[int]]
    places: dict[tuple[str, str], list[int]]
    names: dict[str, list[int]]
    streets: frozenset[str]

    @classmethod
    def of(cls, topology: Topology) -> Directory:
        """List the rows of a layer; row numbers that stand in for codes are not codes."""
        codes = topology.codes if topology.has_codes else [""] * len(topology)
        places = zip(topology.streets, topology.names, strict=True)
        return cls(
            codes=_rows(codes, empty=""),
            places=_rows(((s, n) if n else ("", "") for s, n in places), empty=("", "")),
            names=_rows(topology.names, empty=""),
            streets=frozenset(topology.streets) - {""},
        )

    def with_code(self, code: str) -> list[int]:
        """Rows with this code: none, one, or several where codes repeat."""
        return self.codes.get(code, [])

    def called(self, name: str, *, street: str = "") -> int | None:
        """Give the one row with this street and name; None when there is none or several.

        Where the layer does not know the street, a name that is unique in the layer will do.
        """
        if not name:
            return None
        rows = self.places.get((street, name), []) if street else []
        if not rows and street not in self.streets:
            rows = self.names.get(name, [])
        return rows[0] if len(rows) == 1 else None


def _rows(names: Iterable[Name], *, empty: Name) -> dict[Name, list[int]]:
    rows: defaultdict[Name, list[int]] = defaultdict(list)
    for row, name in enumerate(names):
        if name != empty:
            rows[name].append(row)
    return dict(rows)
