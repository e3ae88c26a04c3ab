"""An immutable name → item table: what a shelf lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from gis_service.errors import NotFoundError

Item = TypeVar("Item")


class Registry(Mapping[str, Item], Generic[Item]):
    """A named table of the items of one shelf, in the order in which they were listed.

    Parameters
    ----------
    kind
        What the items are, in English, for messages: ``"check"``.
    items
        Pairs of name and item; a name given twice is a mistake of ours (``ValueError``).

    Examples
    --------
    >>> shapes = Registry("shape", [("square", 4), ("triangle", 3)])
    >>> shapes["square"], list(shapes)
    (4, ['square', 'triangle'])
    >>> shapes.register("line", 2)["line"]
    2
    >>> "line" in shapes
    False
    """

    def __init__(self, kind: str, items: Iterable[tuple[str, Item]]) -> None:
        self.kind = kind
        self._items: dict[str, Item] = {}
        for name, item in items:
            if name in self._items:
                raise ValueError(f"{kind} {name!r} is listed twice")
            self._items[name] = item

    def register(self, name: str, item: Item) -> Registry[Item]:
        """Return a new table with one more item; this one stays as it is."""
        return Registry(self.kind, [*self._items.items(), (name, item)])

    def find(self, name: str) -> Item:
        """Return the item, or raise a `NotFoundError` that lists the names there are."""
        if name not in self._items:
            names = ", ".join(self._items)
            raise NotFoundError(
                f"没有“{name}”。可用：{names}。",
                f"There is no {self.kind} {name!r}. Available: {names}.",
                kind=self.kind,
                available=list(self._items),
            )
        return self._items[name]

    def __getitem__(self, name: str) -> Item:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)
