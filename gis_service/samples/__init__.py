"""The sample: a seeded, synthetic district inside the real outline (演示数据，非测绘成果)."""

from __future__ import annotations

from gis_service.samples.generation import SEED, Sample, generate
from gis_service.samples.writing import NOTICE, write_sample

__all__ = ["NOTICE", "SEED", "Sample", "generate", "write_sample"]
