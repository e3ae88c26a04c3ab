"""A wall of communities: junctions, and the lines that run between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indexes = NDArray[np.intp]

CELL_M = 600.0
ORIGIN = np.array([420_000.0, 2_400_000.0])
BLOCK = 32
"""So many rows of the wall are drawn and assembled at a time: this bounds the memory."""
STREET = 3
"""A street is a square of so many communities a side."""
SPARED = 0.35
"""Up to this share of the vertices is left out of a line."""


@dataclass(frozen=True, eq=False)
class Wall:
    """Lines between junctions: ``along[r, k]`` runs east, ``up[r, c]`` runs north.

    Each holds its start and its inner points, not its end: (…, points, 2); ``*_kept`` says which
    of the points exist. ``nodes`` are the junctions.
    """

    rows: int
    columns: int
    along: Floats
    along_kept: NDArray[np.bool_]
    up: Floats
    up_kept: NDArray[np.bool_]
    nodes: Floats

    @classmethod
    def drawn(cls, rows: int, columns: int, *, vertices: int, rng: np.random.Generator) -> Wall:
        """Draw a wall whose polygons have ``vertices`` vertices on average."""
        most = max(12, round(vertices / (1 - SPARED / 2)))
        points_along = most // 6
        points_up = (most - 4 * points_along) // 2
        grid_x, grid_y = np.meshgrid(np.arange(2 * columns + 2) / 2, np.arange(rows + 1))
        nodes = np.stack((grid_x, grid_y), axis=-1) * CELL_M
        nodes += rng.uniform(-0.08, 0.08, nodes.shape) * CELL_M
        nodes = np.round(nodes + ORIGIN, 3)
        along = np.empty((rows + 1, 2 * columns + 1, points_along, 2))
        along_kept = np.empty(along.shape[:-1], dtype=bool)
        up = np.empty((rows, columns + 1, points_up, 2))
        up_kept = np.empty(up.shape[:-1], dtype=bool)
        for first in range(0, rows + 1, BLOCK):
            part = slice(first, first + BLOCK)
            _draw(nodes[part, :-1], nodes[part, 1:], along[part], along_kept[part], rng)
            row = np.arange(first, min(first + BLOCK, rows))[:, None]
            if not len(row):
                continue
            column = 2 * np.arange(columns + 1)[None, :] + row % 2
            _draw(nodes[row, column], nodes[row + 1, column], up[part], up_kept[part], rng)
        return cls(rows, columns, along, along_kept, up, up_kept, nodes)

    def rings(self, first: int, stop: int) -> tuple[Floats, Indexes]:
        """Give the open rings of the rows ``first`` to ``stop``, one after another, their sizes.

        Counter-clockwise from the south-west corner.
        """
        row = np.repeat(np.arange(first, stop), self.columns)
        column = np.tile(np.arange(self.columns), stop - first)
        pieces, kept = zip(*self._sides(row, column), strict=True)
        taken = np.concatenate(kept, axis=1)
        return np.concatenate(pieces, axis=1)[taken], taken.sum(axis=1)

    def ring(self, row: int, column: int) -> tuple[Floats, Indexes]:
        """Give one open ring and where in it its six corners are: SW, S, SE, NE, N, NW."""
        sides = self._sides(np.array([row]), np.array([column]))
        points = np.concatenate([line[0][taken[0]] for line, taken in sides])
        sizes = [int(taken.sum()) for _, taken in sides]
        return points, np.cumsum([0, *sizes[:-1]])

    def outline(self) -> Floats:
        """Give the open ring around everything, counter-clockwise."""
        last, width = self.rows - 1, 2 * self.columns
        pieces = [self._east(0, column) for column in range(width)]
        for row in range(self.rows):  # the eastern rim, a step of half a brick after each row
            pieces.append(self.up[row, -1][self.up_kept[row, -1]])
            if row < last:
                step = self._west if row % 2 else self._east
                pieces.append(step(row + 1, width))
        pieces += [self._west(self.rows, last % 2 + column) for column in reversed(range(width))]
        for row in range(last, -1, -1):
            down = self.up[row, 0][self.up_kept[row, 0]][:0:-1]
            pieces.append(np.concatenate((self.nodes[row + 1, row % 2][None], down)))
            if row:
                pieces.append((self._west if row % 2 else self._east)(row, 0))
        return np.concatenate(pieces)

    def streets(self) -> NDArray[np.int64]:
        """Give each community the number of its street."""
        row, column = np.divmod(np.arange(self.rows * self.columns), self.columns)
        wide = -(-self.columns // STREET)
        return np.asarray(row // STREET * wide + column // STREET, dtype=np.int64)

    def _east(self, row: int, column: int) -> Floats:
        return self.along[row, column][self.along_kept[row, column]]

    def _west(self, row: int, column: int) -> Floats:
        return np.concatenate((self.nodes[row, column + 1][None], self._east(row, column)[:0:-1]))

    def _sides(self, row: Indexes, column: Indexes) -> list[tuple[Floats, NDArray[np.bool_]]]:
        first = 2 * column + row % 2
        return [
            (self.along[row, first], self.along_kept[row, first]),
            (self.along[row, first + 1], self.along_kept[row, first + 1]),
            (self.up[row, column + 1], self.up_kept[row, column + 1]),
            self._back(row + 1, first + 1),
            self._back(row + 1, first),
            (
                _turned(self.up[row, column], self.nodes[row + 1, first]),
                _kept_turned(self.up_kept[row, column]),
            ),
        ]

    def _back(self, row: Indexes, column: Indexes) -> tuple[Floats, NDArray[np.bool_]]:
        return (
            _turned(self.along[row, column], self.nodes[row, column + 1]),
            _kept_turned(self.along_kept[row, column]),
        )


def _turned(lines: Floats, end: Floats) -> Floats:
    return np.concatenate((end[:, None, :], lines[:, :0:-1]), axis=1)


def _kept_turned(kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.concatenate((kept[:, :1], kept[:, :0:-1]), axis=1)


def _draw(
    start: Floats,
    end: Floats,
    line: Floats,
    kept: NDArray[np.bool_],
    rng: np.random.Generator,
) -> None:
    """Draw a line from each start to each end into ``line``, on the mm grid."""
    shape, points = line.shape[:-2], line.shape[-2]
    steps = rng.uniform(0.5, 1.5, (*shape, points))
    t = np.cumsum(steps, axis=-1)
    t = np.concatenate((np.zeros((*shape, 1)), t[..., :-1] / t[..., -1:]), axis=-1)
    wiggle = np.zeros_like(t)
    for waves, height in ((1, 0.05), (2, 0.03), (5, 0.012), (13, 0.004)):
        phase = rng.uniform(0, 2 * np.pi, (*shape, 1))
        wiggle += height * rng.uniform(0.3, 1, (*shape, 1)) * np.sin(waves * np.pi * t + phase)
    wiggle *= 4 * t * (1 - t)
    chord = end - start
    line[..., 0] = start[..., None, 0] + t * chord[..., None, 0] - wiggle * chord[..., None, 1]
    line[..., 1] = start[..., None, 1] + t * chord[..., None, 1] + wiggle * chord[..., None, 0]
    np.round(line, 3, out=line)
    kept[...] = rng.random((*shape, points)) >= rng.uniform(0, SPARED, (*shape, 1))
    kept[..., 0] = True
