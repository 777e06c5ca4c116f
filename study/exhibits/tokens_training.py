"""The part of the page Token accounting about training: how long, and how far the losses have come."""

import numpy as np

from study import params
from study.exhibits import source
from study.exhibits.markup import Html, listing, paragraphs
from study.exhibits.prose import count, percent, plural
from study.exhibits.records import Manifest
from study.exhibits.token_records import Accounting
from study.exhibits.tokens import LADDER
from study.params.tokens import Tokens

SIXTH = 6
"""Of the rounds the last in so many is held against as many before it: one round alone is noise."""
WHOLE = "everything"


def training(results: tuple[Accounting, Manifest] | None) -> Html:
    """How long each model was trained, and whether its loss still falls."""
    if results is None:
        return source.NOTHING
    found = results[0]
    told = (
        f"Each of {plural(found.seeds, 'seed')} of each model was trained for {plural(found.rounds, 'round')} of "
        f"{count(found.positions)} tokens, in batches of at most {_batch()}. The loss is that of "
        f"{count(found.total.tokens)} tokens of {plural(found.users, 'user')} in the select windows."
    )
    return paragraphs(filter(None, [told, _trend(found)]))


def rising(results: tuple[Accounting, Manifest] | None) -> Html:
    """That what sees everything was learning faster than its twins when training ended, a sentence; or nothing."""
    told = "" if results is None else still_learning(results[0])
    return paragraphs([f"What sees everything {told}."] if told else [])


def still_learning(found: Accounting) -> str:
    """The same as a predicate."""
    falls = _falls(found)
    if falls.get(WHOLE, 0.0) <= max([0.0, *(fall for model, fall in falls.items() if model != WHOLE)]):
        return ""
    return "was still learning faster than its twins at the end, so that its part may be larger with more rounds"


def _batch() -> str:
    """Tokens of a batch: the accounting's own, not the one that the settings of the variant were tuned with."""
    declared = params.load()
    asked = declared.section(Tokens)
    longest = asked.entry(declared.variants).context
    told = f"{count(asked.batch)} tokens, padding among them"
    return told if longest <= asked.batch else f"{told}, or of one longer piece of at most {count(longest)}"


def _trend(found: Accounting) -> str:
    """By how much the mean training loss of the last rounds is below that of those before, by model."""
    falls = _falls(found)
    if not falls:
        return ""
    changes = [
        f"{percent(abs(fall), 1)} {'lower' if fall >= 0 else 'higher'} (the model that {LADDER[model]})"
        for model, fall in falls.items()
    ]
    last, before = "round", "the one"
    if (size := _size(found)) > 1:
        last, before = plural(size, "round"), "as many"
    return (
        f"In the last {last} the training loss is {listing(changes)} than in {before} before, in the mean over seeds."
    )


def _falls(found: Accounting) -> dict[str, float]:
    """The share of the training loss that the last rounds took from it, in the mean over seeds, by model."""
    size = _size(found)
    return {
        model: float(np.mean([_fall(curve, size) for curve in curves]))
        for model, curves in found.training_losses.items()
        if all(len(curve) >= 2 * size for curve in curves)
    }


def _size(found: Accounting) -> int:
    """How many of the last rounds are held against as many before them."""
    return max(found.rounds // SIXTH, 1)


def _fall(curve: list[float], size: int) -> float:
    return 1 - float(np.mean(curve[-size:]) / np.mean(curve[-2 * size : -size]))
