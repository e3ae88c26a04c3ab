"""How a resolution says no."""

from __future__ import annotations

from typing import NoReturn, TypeVar

from gis_service.errors import ResolutionError

Value = TypeVar("Value")


def refuse(zh: str, en: str, *, reason: str, **details: object) -> NoReturn:
    """Raise a `ResolutionError`; ``reason`` is a stable word for programs."""
    raise ResolutionError(zh, en, reason=reason, **details)


def needed(value: Value | None, *, name: str) -> Value:
    """Give the parameter, or refuse because it is missing."""
    if value is None:
        refuse(
            f"这种处理方式需要参数 {name}，请给出。",
            f"This resolution needs {name!r}; give it.",
            reason="missing-parameter",
            parameter=name,
        )
    return value
