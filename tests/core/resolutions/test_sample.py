"""Every planted fault of the demonstration data can be decided."""

from __future__ import annotations

import pytest

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import (
    RESOLUTIONS,
    Ground,
    ResolutionParams,
    apply_proposal,
    clean,
    resolve,
    resolve_all,
)
from gis_service.samples import generate


@pytest.fixture(scope="module")
def sample():
    return generate()


@pytest.fixture(scope="module")
def found(sample):
    findings = run_checks(sample.communities, outline=sample.outline)
    return [finding for finding in findings if finding.check in ("overlap", "gap")]


def beside_invalid(sample, findings):
    """Keys of overlaps and gaps beside the community whose planted ring crosses itself."""
    (invalid,) = (f for f in run_checks(sample.communities) if f.check == "self_crossing")
    return {
        finding.key
        for finding in findings
        if finding.check in ("overlap", "gap")
        and set(finding.communities) & set(invalid.communities)
    }


def test_clean_takes_all_slivers_and_leaves_all_disputes(sample, found):
    proposal = clean(Ground.of(sample.communities), outline=sample.outline)
    after = run_checks(apply_proposal(sample.communities, proposal), outline=sample.outline)
    left = {finding.key for finding in after if finding.severity == "sliver"}
    assert left == beside_invalid(sample, after)
    assert {skipped.finding for skipped in proposal.skipped} >= left
    disputes = {finding.key for finding in found if finding.severity == "dispute"}
    assert {finding.key for finding in after if finding.severity == "dispute"} == disputes


def test_each_planted_fault_is_decided_alone(sample, found):
    ground = Ground.of(sample.communities)
    refused = beside_invalid(sample, found)
    for finding in found:
        if finding.key in refused:
            continue
        for by in ("median", "longest_border"):
            assert RESOLUTIONS[by].propose(ground, finding, ResolutionParams()).is_proven
        by = "fill" if finding.check == "gap" else "award"
        for code in finding.communities:
            proposal = resolve(
                sample.communities,
                finding,
                by=by,
                params=ResolutionParams(to=code),
                topology=ground.topology,
            )
            assert proposal.is_proven


def test_all_planted_faults_are_decided_by_median(sample):
    outcome = resolve_all(
        sample.communities,
        RESOLUTIONS["median"],
        params=ResolutionParams(),
        outline=sample.outline,
    )
    left = run_checks(outcome.layer, outline=sample.outline)
    open_still = {finding.key for finding in left if finding.check in ("overlap", "gap")}
    assert open_still == {skipped.finding for skipped in outcome.refused}
    assert open_still == beside_invalid(sample, left)
