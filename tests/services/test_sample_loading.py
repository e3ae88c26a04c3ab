"""The sample comes in by the path of a user's files, once."""

from __future__ import annotations

from pathlib import Path

from gis_service.bootstrap import build, load_sample
from gis_service.settings import Settings


def test_the_sample_has_its_communities_faults_and_coverage(tmp_path: Path) -> None:
    services = build(Settings(data_dir=tmp_path))
    load_sample(services)
    seen = services.overview.read()
    assert seen.is_sample and (seen.communities, seen.streets) == (81, 10)
    assert seen.disputes >= 13 and seen.slivers >= 12 and seen.errors >= 2
    report = seen.coverage
    assert report.rate is not None and report.rate_with_planned is not None
    assert 0.55 < report.rate < 0.65 and report.rate_with_planned > 0.70
    ids = [row["location"] for row in seen.facility_rows]
    assert ids.count("disputed_land") >= 1 and ids.count("recorded_elsewhere") >= 1
    items = services.features.page("communities")
    assert items.number_matched == 81 and b'"id":"' in items.body
    with services.database.reading() as unit:
        assert {entry.user for entry in unit.audit.entries()} == {"sample"}
    services.database.close()
