"""What every command shares: output, progress, errors → exit codes."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from gis_service.errors import (
    ConflictError,
    ForbiddenError,
    GisServiceError,
    InputError,
    NotFoundError,
    ParameterError,
    StorageError,
    UnauthenticatedError,
)
from gis_service.model.progress import Progress as ProgressCall
from gis_service.model.text import Text

EXIT_CODES: tuple[tuple[type[GisServiceError], int], ...] = (
    (InputError, 2),
    (NotFoundError, 2),
    (ConflictError, 2),
    (UnauthenticatedError, 3),
    (ForbiddenError, 3),
    (StorageError, 4),
)
"""Error class → exit code; 0 is done (``check``: nothing found), 1 is ``check``: findings."""

INTERRUPTED = 130
CRASHED = 70

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)


def plain(value: object) -> str:
    """Text of a cell: nothing in it is read as markup, control characters are shown."""
    text = "".join(c if c.isprintable() else "�" for c in str(value))
    return escape(text)


def print_json(document: Mapping[str, object]) -> None:
    """Write one JSON document (UTF-8, no NaN) to standard output."""
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


@contextmanager
def progress_bar(lang: str) -> Iterator[ProgressCall]:
    """Show a bar on standard error while work goes on, where a person looks at it."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=1.0)

        def show(share: float, stage: Text) -> None:
            bar.update(task, completed=share, description=plain(stage.in_language(lang)))

        yield show


def fail(error: GisServiceError) -> NoReturn:
    """Say in both languages what was wrong, and end with the error's exit code."""
    err.print(f"[red]✗[/red] {plain_lines(error.zh)}")
    err.print(f"  {plain_lines(error.en)}")
    raise SystemExit(exit_code(error))


def crash(error: Exception) -> NoReturn:
    """Say that this is a mistake of ours, with what a report needs; end with `CRASHED`."""
    err.print(
        "[red]✗[/red] 程序内部错误，未写入任何内容。请把下面的内容发给维护者。\n"
        "  An internal error, nothing was written. Please send the following to the maintainers."
    )
    err.print(plain_lines("".join(traceback.format_exception(error))))
    raise SystemExit(CRASHED)


def plain_lines(text: str) -> str:
    """Like `plain`, with the line breaks kept."""
    return "\n".join(plain(line) for line in text.splitlines())


def exit_code(error: GisServiceError) -> int:
    """Give the exit code of an error."""
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 4)


def parse_mapping(pairs: list[str] | None, *, option: str = "--map") -> dict[str, str]:
    """Turn ``["code=V_ID"]`` into ``{"code": "V_ID"}``; anything else is a `ParameterError`.

    Examples
    --------
    >>> parse_mapping(["code=V_ID", "name=VILLAGE"])
    {'code': 'V_ID', 'name': 'VILLAGE'}
    """
    mapping: dict[str, str] = {}
    for pair in pairs or []:
        field, sign, column = pair.partition("=")
        if not sign or not field.strip() or not column.strip():
            raise ParameterError(
                f"{option} 的值 {pair!r} 不可用；应为 字段=列名，例如 {option} code=V_ID。",
                f"{option} has {pair!r}; give field=column, for example {option} code=V_ID.",
                parameter=option,
            )
        mapping[field.strip()] = column.strip()
    return mapping
