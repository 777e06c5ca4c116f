"""The advice about losses, as its contrasts have it: a ranking loss, the full softmax, and which where."""

from dataclasses import replace

from study.exhibits import choose, scope
from study.exhibits.advice_part import Part, between_users, head_of, part_of, shared
from study.exhibits.prose import count, flipped, named
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.exhibits.size_of_catalogue import is_no_larger

RANKING = ("bpr", "softmax", "lambdarank")
"""Losses that compare candidates, or users, with each other; between users the softmax is over those of a batch."""


def ranking_loss(results: Results) -> list[Part]:
    """A loss that compares against BCE, which does not: for trees, on each catalogue, and between users."""
    trees = choose.about(results, {"loss": "lambdarank"}, {"loss": "bce", "family": "aggregates"}, "loss")
    parts = [part_of(results, c, "trees, whose rows BCE weighs as they were drawn") for c in trees]
    for arm in (results, results.beside("catalogue")):
        if arm is not None:
            judged = [c for c in _all_over_softmax(arm) if choose.parts_of(arm, c.left_variant)["loss"] == "bce"]
            parts += _pairwise(arm) + [replace(_over(arm, c), besides=_besides(arm, c)) for c in judged]
    return parts + between_users(results, {"loss": RANKING}, {"loss": "bce"}, "loss")


def _pairwise(results: Results) -> list[Part]:
    """BPR against BCE, each with its negatives."""
    horizon = {"family": "sequence", "objective": "horizon"}
    found = choose.about(results, {"loss": "bpr", **horizon}, {"loss": "bce", **horizon}, "loss", "catalogue")
    parts = []
    for contrast in found:
        ours, theirs = (scope.negatives(results, v) for v in contrast.variants)
        besides = "their negatives" if ours != theirs else ""
        head = head_of(choose.parts_of(results, contrast.left_variant))
        parts.append(replace(part_of(results, contrast, shared(head, _size(results), ours)), besides=besides))
    return parts


def _besides(results: Results, contrast: Contrast) -> str:
    """What a loss with sampled negatives and the full softmax differ in besides the loss."""
    return "their negatives" if scope.negatives(results, contrast.left_variant) else ""


def softmax(results: Results) -> list[Part]:
    """The full softmax against each other loss on the smaller catalogue: how many negatives those see is part of it."""
    return [_over(results, c) for c in _all_over_softmax(results)]


def _all_over_softmax(results: Results) -> list[Contrast]:
    return [contrast for asked in choose.over_softmax(results).values() for contrast in asked]


def _over(results: Results, contrast: Contrast) -> Part:
    """The full softmax over another loss."""
    return part_of(results, flipped(contrast), _where(results, contrast))


def _where(results: Results, contrast: Contrast) -> str:
    """The objective of both sides, and the negatives of the one that is not the full softmax."""
    told = scope.negatives(results, contrast.left_variant)
    entry = choose.parts_of(results, contrast.left_variant)
    return shared(head_of(entry), _size(results), named(entry["objective"]), told)


def instead_of_softmax(results: Results) -> list[Part]:
    """BPR against the full softmax on the larger catalogue, where its arm was run."""
    larger = results.beside("catalogue")
    if larger is None or is_no_larger(results, larger):
        return []
    asked = [c for c in _all_over_softmax(larger) if choose.parts_of(larger, c.left_variant)["loss"] == "bpr"]
    return [part_of(larger, c, _where(larger, c)) for c in asked]


def _size(results: Results) -> str:
    return f"{count(results.data.catalogue)} candidates"


def negatives(results: Results) -> str:
    """That with a loss its negatives change, and why a contrast that supports this advice may leave another open."""
    asked = choose.over_softmax(results)
    by = {objective: scope.by_negatives(results, scope.trained(results, found)) for objective, found in asked.items()}
    told_by = {objective: found.removeprefix("; ") for objective, found in by.items() if found}
    clauses = "; ".join(f"with {named(objective)}, {found}" for objective, found in told_by.items())
    told = f" Form and negatives are not told apart: of the other losses, {clauses}." if told_by else ""
    if any(
        _besides(results, c) and choose.parts_of(results, c.left_variant)["loss"] == "bce"
        for c in _all_over_softmax(results)
    ):
        told += (
            " The contrasts with BCE stand under the advice of a ranking loss too: this advice takes the full softmax "
            "with all its negatives, that one asks what the form of a loss is worth, which such a contrast leaves open."
        )
    return told
