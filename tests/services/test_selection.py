from __future__ import annotations

import pytest

from gis_service.errors import ParameterError
from gis_service.model.findings import Finding
from gis_service.model.text import Text
from gis_service.services.selection import Selection


def finding(check: str, area_m2: float, width_m: float | None) -> Finding:
    return Finding(
        key=f"{check}:A:{area_m2:g}", check=check, severity="dispute", communities=("A",),
        geometry=None, point=None, area_m2=area_m2, width_m=width_m, text=Text("", ""),
    )  # fmt: skip


SMALL, LARGE = finding("overlap", 5, 0.1), finding("gap", 500, 9)
NAMELESS, FAR = finding("attribute", 0, None), finding("detached", 50, None)
ALL = [SMALL, LARGE, NAMELESS, FAR]


@pytest.mark.parametrize(
    ("limits", "wanted"),
    [
        ({}, ALL),
        ({"min_area_m2": 6}, [LARGE, FAR]),
        ({"max_area_m2": 50}, [SMALL, FAR]),
        ({"min_width_m": 0.1}, [SMALL, LARGE]),
        ({"max_width_m": 0.1}, [SMALL]),
        ({"min_area_m2": 6, "max_width_m": 10}, [LARGE]),
        ({"checks": ("gap", "attribute")}, [LARGE, NAMELESS]),
    ],
)
def test_limits_work_both_ways_and_include_themselves(limits, wanted):
    assert Selection(**limits).of(ALL) == wanted


def test_an_unknown_check_is_refused_with_those_there_are():
    with pytest.raises(ParameterError, match=r"no check 'gaps'.*overlap, gap"):
        Selection(checks=("gaps",))


def test_limits_that_exclude_each_other_are_refused():
    with pytest.raises(ParameterError, match="least width 2 is above the greatest 1"):
        Selection(min_width_m=2, max_width_m=1)
