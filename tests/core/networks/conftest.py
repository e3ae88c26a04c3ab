"""The plain oracle, and networks small enough to draw."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest


def _load(name: str) -> Any:
    """Load a module that lies beside this file."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def plain() -> Any:
    """The class of the plain oracle."""
    return _load("plain").Plain


@pytest.fixture(scope="session")
def reached() -> Any:
    """The module that measures truly reached street length against polygons."""
    return _load("reached")
