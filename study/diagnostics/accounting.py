"""Token accounting: of the drop of a loss below the unigram loss, what is reached with how much of the past."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.diagnostics.slots import number_of, sum_of
from study.metrics.bootstrap import Draws, bootstrap
from study.metrics.verdicts import percentile_interval
from study.params.statistics import Statistics

UNIGRAM, COLUMN = "unigram", "column"
LADDER = (UNIGRAM, COLUMN, "event", "moment", "everything")
"""What is known of a token, ever more: how frequent tokens are; also which column comes next; the earlier tokens of the
same event, and its weekday and part of the month; those of the same moment; everything before."""
OWN = "own"
"""Beside the ladder: the column, and how often the user had the token in the moments before."""
STARTS = "starts"
"""The tokens of the ranked columns in the first event of a moment, of which only earlier moments can tell."""
PARTS = {"column": (UNIGRAM, COLUMN), "event": (COLUMN, "event"), "moment": ("event", "moment"),
         "earlier": ("moment", "everything")}  # fmt: skip
"""The steps of the ladder that the drop falls into."""
ALL = "all"
Floats = NDArray[np.float64]
Row = dict[str, Any]


def account(sums: pl.DataFrame, names: list[str], settings: Statistics, seed: int) -> list[Row]:
    """A row per slot, and one for all tokens: losses in nats, and shares of the drop, each with an interval.

    Users are drawn with replacement, and the seeds of each model (see `bootstrap`); losses are sums over tokens by
    their number.

    Args:
        sums: `variant` (of `LADDER`), `seed`, `user_id`, and sums and numbers by slot, as of `by_user`.
        names: of the slots.
    """
    places: list[int | str] = [*range(len(names)), ALL]
    every = ((of(ALL), map(of, places[:-1])) for of in (sum_of, number_of))
    total = sums.with_columns(pl.sum_horizontal(columns).alias(whole) for whole, columns in every)
    metrics = [of(place) for place in places for of in (sum_of, number_of)]
    draws = bootstrap(total, metrics, resamples=settings.resamples, seed=seed)
    once = total.filter(pl.col("variant") == UNIGRAM)
    return [
        {
            "slot": name,
            "tokens": int(once[number_of(place)].sum()),
            **_of_slot(draws[sum_of(place)], draws[number_of(place)], settings),
        }
        for place, name in zip(places, [*names, ALL], strict=True)
        if once[number_of(place)].sum() > 0
    ]


def past(sums: pl.DataFrame, settings: Statistics, seed: int) -> Row | None:
    """What earlier moments tell of the ranked columns where a moment begins: the model, and counting the user's own.

    Losses in nats; what earlier moments bring the model and what they bring counting; the share of the former in the
    latter, None where counting is not clearly above none. Intervals as in `account`. None where there is no such token.

    Args:
        sums: `variant` (of `LADDER`, and `OWN`), `seed`, `user_id`, and the sum and number of the tokens of `STARTS`.
    """
    tokens = int(sums.filter(pl.col("variant") == UNIGRAM)[number_of(STARTS)].sum())
    if not tokens:
        return None
    draws = bootstrap(sums, [sum_of(STARTS), number_of(STARTS)], resamples=settings.resamples, seed=seed)
    names = (COLUMN, OWN, "moment", "everything")
    losses = _means(draws[sum_of(STARTS)], draws[number_of(STARTS)], names)
    gained, counted = losses["moment"] - losses["everything"], losses[COLUMN] - losses[OWN]
    return {
        "tokens": tokens,
        "losses": {name: _estimate(values, settings.alpha) for name, values in losses.items()},
        "gained": _estimate(gained, settings.alpha),
        "counted": _estimate(counted, settings.alpha),
        "share": _share(gained, counted, settings.alpha),
    }


def _means(losses: Draws, tokens: Draws, names: Sequence[str]) -> dict[str, Floats]:
    """Of each name the loss per token, the estimate first and then the resamples, [1 + R]."""
    place = [losses.variants.index(name) for name in names]
    count = tokens.variants.index(UNIGRAM)  # the same tokens for all
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.vstack([losses.estimates / tokens.estimates[count], losses.values / tokens.values[:, [count]]])
    return dict(zip(names, means[:, place].T, strict=True))


def _of_slot(losses: Draws, tokens: Draws, settings: Statistics) -> Row:
    ladder = _means(losses, tokens, LADDER)
    drop = ladder[UNIGRAM] - ladder["everything"]
    shares = {name: ladder[a] - ladder[b] for name, (a, b) in PARTS.items()}
    shares |= {"within_event": ladder[UNIGRAM] - ladder["event"]}
    beyond_column = ladder[COLUMN] - ladder["everything"]
    return {
        "losses": {name: _estimate(values, settings.alpha) for name, values in ladder.items()},
        "drop": _estimate(drop, settings.alpha),
        "shares": {name: _share(part, drop, settings.alpha) for name, part in shares.items()},
        "within_event_beyond_column": _share(ladder[COLUMN] - ladder["event"], beyond_column, settings.alpha),
    }


def _estimate(values: Floats, alpha: float) -> Row:
    """The first value, with the interval of the others."""
    low, high = percentile_interval(values[1:], alpha)
    return {"estimate": float(values[0]), "low": float(low), "high": float(high)}


def _share(part: Floats, whole: Floats, alpha: float) -> Row | None:
    """Part by whole; None where the whole is not clearly above 0, so that there is nothing to share out."""
    if whole[0] <= 0 or percentile_interval(whole[1:], alpha)[0] <= 0:
        return None
    return _estimate(part / whole, alpha)


def finding(share: Row | None, at_least: float) -> str:
    """Whether a share reaches a bound: "holds", "fails", or "undetermined" where its interval holds the bound.

    "overtaken" where it is clearly more than the whole: then the whole was not learned, and has no shares.
    """
    if share is None:
        return "undetermined"
    if share["low"] > 1:
        return "overtaken"
    if share["low"] >= at_least:
        return "holds"
    return "fails" if share["high"] < at_least else "undetermined"
