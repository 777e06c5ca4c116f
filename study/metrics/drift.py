"""Whether two snapshots are of the same events, and how far the values of an attribute moved, by their data cards."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from study.params.question import BaseQuestion, WhatQuestion

Floats = NDArray[np.float64]
Card = dict[str, Any]
HELD_BACK = ("young", "windows")
"""What of a data card hangs on which candidates are held back."""
BINS = 10
"""Of a numeric attribute: tenths of its values on the other snapshot."""


def is_one_log(there: Card, here: Card, question: BaseQuestion) -> bool:
    """Whether both are runs on the same events, under two names: what both cards tell is the same, from source to days.

    The hashes of the snapshots may differ, since a seed orders the events of a moment.

    Args:
        there, here: the data cards.
        question: what both are asked; where candidates are held back, these may differ, and with them what windows
            hold.
    """
    is_held = isinstance(question, WhatQuestion) and question.held_back > 0
    told = (there.keys() & here.keys()) - {"snapshot", *(HELD_BACK if is_held else ())}
    return all(there[key] == here[key] for key in told)


def drift(there: Card, here: Card) -> list[dict[str, Any]]:
    """A row for `event_type` and for each attribute that both cards describe, in the order of this snapshot.

    `distance` is that of Jensen and Shannon (Lin, IEEE Transactions on Information Theory, 1991; base 2), from 0,
    equal, to 1, nothing in common; of numbers, between their shares of tenths and of the edges of these, which is less
    than 1 even where they have nothing in common. Missing values are no part of it. `new` and
    `gone` are shares of known values: of those that are listed here and not there, and there and not here; `is_listed`
    says whether both cards list every value. Where one does not, all that it leaves out is one value, so that the
    distance is a lower bound, and what neither lists is neither new nor gone. What a card does not tell is None.

    Args:
        there, here: the data cards of the other snapshot and of this one.
    """
    found = [_row("event_type", _types(there), _types(here))]
    for name in here["attributes"]:
        if name in there["attributes"]:
            found.append(_row(name, _attribute(there, name), _attribute(here, name)))
    return found


def _types(card: Card) -> Card:
    values = card["event_types"]
    return {
        "kind": "categorical",
        "missing": 0.0,
        "cardinality": len(values),
        "values": values,
        "known": card["events"],
    }


def _attribute(card: Card, name: str) -> Card:
    attribute: Card = card["attributes"][name]
    return attribute | {"known": round(card["events"] * (1 - attribute["missing"]))}


def _row(name: str, there: Card, here: Card) -> dict[str, Any]:
    told = {"attribute": name, "kind": here["kind"], "missing_there": there["missing"], "missing_here": here["missing"]}
    blank = {"distance": None, "new": None, "gone": None, "is_listed": False}
    if not (there["known"] and here["known"]):
        return told | blank
    if "quantiles" in there and "quantiles" in here:
        return told | blank | {"distance": distance(*_tenths(there["quantiles"], here["quantiles"]))}
    if "values" in there and "values" in here:
        return told | _of_values(there, here)
    return told | blank


def distance(left: Floats, right: Floats) -> float:
    """The Jensen-Shannon distance of two distributions over the same values, float64 [values] each, in [0, 1]."""
    middle = (left + right) / 2

    def divergence(shares: Floats) -> float:
        held = shares > 0
        return float((shares[held] * np.log2(shares[held] / middle[held])).sum())

    return float(np.sqrt(max(0.0, (divergence(left) + divergence(right)) / 2)))


def _of_values(there: Card, here: Card) -> dict[str, Any]:
    """What one card does not list has no share there, if that card lists all it has; else it is part of the rest."""
    complete = [card["cardinality"] <= len(card["values"]) for card in (there, here)]
    names = [
        name
        for name in dict.fromkeys([*there["values"], *here["values"]])
        if all(name in card["values"] or whole for card, whole in zip((there, here), complete, strict=True))
    ]
    shares = [np.array([card["values"].get(name, 0) for name in names]) / card["known"] for card in (there, here)]
    left, right = (np.append(share, max(0.0, 1 - share.sum())) for share in shares)
    return {
        "distance": distance(left, right),
        "new": _unlisted(here, there),
        "gone": _unlisted(there, here),
        "is_listed": all(complete),
    }


def _unlisted(card: Card, other: Card) -> float:
    return float(sum(count for name, count in card["values"].items() if name not in other["values"]) / card["known"])


def _tenths(there: list[float], here: list[float]) -> tuple[Floats, Floats]:
    """The shares of both in the tenths of the other snapshot, between its distinct edges, then at each of these."""
    step = (len(there) - 1) // BINS
    edges = np.unique(there[step:-1:step])
    left, right = (_shares(np.asarray(quantiles), edges) for quantiles in (there, here))
    return left, right


def _shares(quantiles: Floats, edges: Floats) -> Floats:
    """The shares of values between edges, the ends first, then at each edge; from quantiles at even steps.

    What lies at an edge is told where several quantiles are equal to it: that much at least is the edge itself.
    """
    steps = np.linspace(0, 1, len(quantiles))
    below = np.interp(edges, quantiles, steps, left=0.0, right=1.0)  # up to an edge and with it
    first, behind = (np.searchsorted(quantiles, edges, side=side) for side in ("left", "right"))
    at = steps[np.maximum(behind - first - 1, 0)]
    between = np.diff(below, prepend=0.0, append=1.0)
    between[:-1] -= at
    return np.concatenate([between, at])
