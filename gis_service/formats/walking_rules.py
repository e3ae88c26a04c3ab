"""Where people may walk, by the tags of OpenStreetMap.

Rules
-----
- ``foot`` decides where it says something: *yes, designated, permissive, official, public,
  destination, customers* allow any way; *no, private, use_sidepath, discouraged* forbid it.
- Else ``access`` of *no, private, agricultural, forestry, delivery, military, permit, residents*
  forbids.
- Else ``highway`` decides: paths, steps, squares, platforms and all streets up to primary roads
  are walked on. Not walked on: motorways, motor roads, trunk roads and cycleways without a
  sidewalk, bridleways, and whatever is not built or no more (construction, proposed, abandoned).
- One way for people is only what ``oneway:foot``, ``foot:forward=no``, ``foot:backward=no`` or a
  moving stair (``conveying=forward``, ``backward``) says; ``oneway`` is for vehicles.
- ``highway=steps`` are stairs unless they move.
- A ``barrier`` stops people when ``foot`` or, without it, ``access`` forbids; when it is
  ``locked``; or when it is a wall, fence, hedge or the like and nothing allows passing.

Areas of ``highway=pedestrian`` are walked along their rim. Ferries and lifts are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

Tags = Mapping[str, str]

WALKED = frozenset({
    "footway", "path", "pedestrian", "steps", "living_street", "residential", "service",
    "unclassified", "road", "tertiary", "tertiary_link", "secondary", "secondary_link",
    "primary", "primary_link", "track", "platform", "corridor", "trail", "crossing",
})  # fmt: skip
"""Values of ``highway`` on which people walk when nothing else is said."""

BESIDE_A_SIDEWALK = frozenset({"trunk", "trunk_link", "cycleway"})
"""Walked on only where a sidewalk is stated (or ``foot`` allows it)."""

NEVER = frozenset({
    "construction", "proposed", "planned", "abandoned", "razed", "disused", "no", "elevator",
    "raceway", "bus_guideway",
})  # fmt: skip
"""Not there, or not for walking, whatever else is said."""

ALLOWED = frozenset({
    "yes", "designated", "permissive", "official", "public", "destination", "customers",
})  # fmt: skip
FORBIDDEN = frozenset({
    "no", "private", "use_sidepath", "discouraged", "agricultural", "forestry", "delivery",
    "military", "permit", "residents",
})  # fmt: skip
SOLID = frozenset({
    "wall", "fence", "hedge", "city_wall", "retaining_wall", "jersey_barrier", "guard_rail",
    "ditch", "cable_barrier", "debris", "yes",
})  # fmt: skip
_SIDEWALKS = frozenset({
    "both", "left", "right", "yes", "separate",
})  # fmt: skip


def is_walked(tags: Tags) -> bool:
    """Say whether people may walk along a way.

    Examples
    --------
    >>> is_walked({"highway": "residential"}), is_walked({"highway": "motorway"})
    (True, False)
    >>> is_walked({"highway": "cycleway"}), is_walked({"highway": "cycleway", "foot": "yes"})
    (False, True)
    >>> is_walked({"highway": "service", "access": "private"})
    False
    """
    highway = tags.get("highway", "")
    if not highway or highway in NEVER:
        return False
    foot = tags.get("foot", "")
    if foot in ALLOWED:
        return True
    if foot in FORBIDDEN or tags.get("access", "") in FORBIDDEN or tags.get("motorroad") == "yes":
        return False
    if highway in BESIDE_A_SIDEWALK:
        sides = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
        return any(tags.get(side, "") in _SIDEWALKS for side in sides)
    return highway in WALKED


def direction(tags: Tags) -> int:
    """Give 1 when people may walk a way forward only, -1 backward only, 0 both ways.

    Examples
    --------
    >>> direction({"oneway": "yes"}), direction({"oneway:foot": "-1"})
    (0, -1)
    """
    one = tags.get("oneway:foot", "")
    moving = tags.get("conveying", "")
    if one in {"yes", "1", "true"} or tags.get("foot:backward") == "no" or moving == "forward":
        return 1
    if one in {"-1", "reverse"} or tags.get("foot:forward") == "no" or moving == "backward":
        return -1
    return 0


def is_stairs(tags: Tags) -> bool:
    """Say whether a way is a flight of steps that one must climb."""
    return tags.get("highway") == "steps" and tags.get("conveying", "no") == "no"


def stops_people(tags: Tags) -> bool:
    """Say whether a node on a way is a barrier that people can't pass.

    Examples
    --------
    >>> stops_people({"barrier": "gate"}), stops_people({"barrier": "gate", "access": "private"})
    (False, True)
    >>> stops_people({"barrier": "wall"}), stops_people({"barrier": "bollard"})
    (True, False)
    """
    barrier = tags.get("barrier", "")
    if not barrier:
        return False
    foot = tags.get("foot", "")
    if foot in ALLOWED:
        return False
    access = tags.get("access", "")
    if foot in FORBIDDEN or access in FORBIDDEN or tags.get("locked") == "yes":
        return True
    return barrier in SOLID and access not in ALLOWED
