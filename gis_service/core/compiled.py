"""One way to compile the loops of the spatial core: `compiled` is numba's ``njit``.

The machine code is cached beside the module, or in the user's cache folder where that can't be
written; where neither can, it is compiled anew by each process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile ``function`` on its first call for the types that it is given."""
    try:
        made = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # no folder for the cache can be written
        made = numba.njit(nogil=True, error_model="numpy")(function)
    result: Callable[..., Any] = made
    return result
