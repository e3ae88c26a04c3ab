"""Lets the tests of the benchmarks import its modules, as its script does."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
