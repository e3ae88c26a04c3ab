"""Which communities are ageing under each definition in use: for the sensitivity table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from gis_service.core.metrics.ageing import ageing_figures
from gis_service.core.topology import Topology
from gis_service.errors import PolicyError
from gis_service.model.policy import AGEING_PRESETS, Policy

OWN = "policy"
"""Name of the policy's definition where it is none of the presets."""


def ageing_definitions(
    topology: Topology, population: pd.DataFrame, *, policy: Policy, index: pd.Index[Any]
) -> tuple[dict[str, pd.Series[Any]], str]:
    """Apply every preset and the policy's own definition.

    Parameters
    ----------
    topology, population, policy
        As `ageing_figures` takes them.
    index
        Names of the communities in the order of the layer.

    Returns
    -------
    definitions
        By name (`AGEING_PRESETS`, or ``policy``) a bool by community. Presets that the age bands
        can't answer are left out.
    chosen
        The name of the policy's definition.

    Raises
    ------
    PolicyError
        When the bands can't answer the policy's own definition.
    """
    names = {rules: name for name, rules in AGEING_PRESETS.items()}
    chosen = names.get(policy.ageing, OWN)
    wanted = {name: rules for name, rules in AGEING_PRESETS.items() if name != chosen}
    found: dict[str, pd.Series[Any]] = {}
    for name, rules in ({chosen: policy.ageing} | wanted).items():
        try:
            people = ageing_figures(topology, population, policy=replace(policy, ageing=rules))
        except PolicyError:
            if name == chosen:
                raise
            continue
        found[name] = people.figures["ageing"].astype(bool).set_axis(index)
    order = [*AGEING_PRESETS, OWN]
    return {name: found[name] for name in order if name in found}, chosen
