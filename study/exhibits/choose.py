"""Finds declared contrasts by what the variants on their sides are made of."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from study.exhibits.prose import flipped, loss_told, percent, worded
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.params.parts import names_in
from study.params.statistics import BEST

Parts = dict[str, Any]
"""Values of fields of roster entries, each a value or a tuple of values that all will do; also those of `DECLARED`."""
DECLARED = {
    "layout": ("representation", "representations", "LAYOUT"),
    "sees_later": ("architecture", "architectures", "SEES_LATER"),
    "reads_order": ("architecture", "architectures", "READS_ORDER"),
    "is_blind": ("architecture", "architectures", "IS_BLIND"),
    "classes": ("objective", "objectives", "CLASSES"),
    "hides": ("objective", "objectives", "HIDES"),
    "weighs_key": ("objective", "objectives", "WEIGHS_KEY"),
    "contrasts_parts": ("objective", "objectives", "CONTRASTS_PARTS"),
    "read_share": ("objective", "objectives", "READ_SHARE"),
    "reads_own": ("head", "heads", "READS_OWN"),
    "composes": ("head", "heads", "COMPOSES"),
}
"""What the file of a part says of itself: the field that names it, its folder in `study/nn`, and its name there."""
HIDDEN, SAMPLED = "of hidden events", "of sampled prefixes"
"""Where a sequence variant is asked whose objective alone does not say so."""
UNREAD = ("representation", "blocks", "context")
"""The factors that a sequence variant without a history has none of."""


def parts_of(results: Results, variant: str) -> dict[str, Any]:
    """The roster entry of a variant as plain values."""
    return results.params.variants[variant].model_dump()


def declared(entry: Parts) -> Parts:
    """What the parts of an entry say of themselves, by the names of `DECLARED`; of one without parts nothing."""
    return {
        name: names_in(f"study.nn.{folder}.{entry[part]}").get(constant)
        for name, (part, folder, constant) in DECLARED.items()
        if entry.get(part)
    }


def is_of_tokens(entry: Parts) -> bool:
    """Whether the positions of a sequence variant are tokens; of any other entry they are none."""
    return bool(declared(entry).get("layout") == "token")


def about(results: Results, left: Parts, right: Parts, *topics: str) -> list[Contrast]:
    """The contrasts, of these topics if any are named, whose sides have the given parts, in their order.

    One that is declared the other way round is told of left over right.
    """
    asked = [contrast for contrast in results.contrasts if not topics or contrast.question in topics]
    return _told(asked, lambda contrast: _sides_have(results, contrast, left, right))


def both_ways(results: Results) -> list[Contrast]:
    """Every contrast as it is declared, and told the other way round; of those of the same two sides the first."""
    found: dict[tuple[str, str], Contrast] = {}
    for contrast in results.contrasts:
        for one in (contrast, flipped(contrast)):
            found.setdefault(one.variants, one)
    return list(found.values())


def over_blind(results: Results) -> list[Contrast]:
    """The contrasts of sequence models over those that have the same head but read no history, one per pair."""
    found = about(results, {"family": "sequence", "is_blind": None}, {"is_blind": True})
    alike = [c for c in found if len({parts_of(results, variant)["head"] for variant in c.variants}) == 1]
    return list(_by_pair(alike).values())


def over_candidates(results: Results) -> list[Contrast]:
    """The contrasts of representations of all attributes of an event over its candidate alone."""
    return about(results, {"layout": "event"}, {"representation": "candidate"}, "representation")


def over_softmax(results: Results) -> dict[str, list[Contrast]]:
    """The contrasts of another loss with the full softmax, by the objective that both sides have."""
    found: dict[str, list[Contrast]] = {}
    for contrast in about(results, {"family": "sequence"}, {"loss": "softmax"}, "loss", "catalogue"):
        left, right = (parts_of(results, variant) for variant in contrast.variants)
        if left["loss"] != "softmax" and left["objective"] == right["objective"]:
            found.setdefault(left["objective"], []).append(contrast)
    return found


def others(contrasts: Sequence[Contrast], known: Sequence[Contrast]) -> list[Contrast]:
    """The contrasts of pairs of variants that none of the known ones compares, whichever is left, one per pair."""
    pairs = _by_pair(known)
    return [contrast for pair, contrast in _by_pair(contrasts).items() if pair not in pairs]


def by_head(results: Results, contrasts: Sequence[Contrast]) -> list[list[Contrast]]:
    """The contrasts of each head that a left side has, in the order of the first of each."""
    found: dict[str, list[Contrast]] = {}
    for contrast in contrasts:
        found.setdefault(parts_of(results, contrast.left_variant)["head"], []).append(contrast)
    return list(found.values())


def _by_pair(contrasts: Sequence[Contrast]) -> dict[frozenset[str], Contrast]:
    """The first contrast of each pair of variants; two compare the same where `best:` is what the other names."""
    found: dict[frozenset[str], Contrast] = {}
    for contrast in contrasts:
        found.setdefault(frozenset(contrast.variants), contrast)
    return found


def _told(contrasts: Sequence[Contrast], fits: Callable[[Contrast], bool]) -> list[Contrast]:
    """The contrasts that fit as they are declared, or else told the other way round."""
    both_ways = [next(filter(fits, (contrast, flipped(contrast))), None) for contrast in contrasts]
    return [contrast for contrast in both_ways if contrast is not None]


def against_counting(results: Results) -> list[Contrast]:
    """The contrasts of anything else with the counting rule that is best on select, one per pair of variants."""
    best = results.best_of_each().get("counting")
    rule = None if best is None else best.variant
    with_best = _told(results.contrasts, lambda c: c.right == f"{BEST}counting" or c.right_variant == rule)
    return list(_by_pair([c for c in with_best if results.row(c.left_variant).family != "counting"]).values())


def turn(results: Results, contrast: Contrast) -> int:
    """1 of a contrast that is told in the direction in which it is declared, -1 of one that is told the other way."""
    return 1 if any((one.name, one.left) == (contrast.name, contrast.left) for one in results.contrasts) else -1


def winners(against: Sequence[Contrast]) -> list[Contrast]:
    """The contrasts with the best counting rule whose left side is shown to be better."""
    return [contrast for contrast in against if contrast.verdict == "better"]


def best_on_select(results: Results, contrasts: Sequence[Contrast]) -> Contrast:
    """The contrast whose left variant is best on select."""
    return max(contrasts, key=lambda contrast: results.row(contrast.left_variant).select)


def onto(results: Results, variants: Collection[str]) -> list[Contrast]:
    """The contrasts of any variant over one of these."""
    return _told(results.contrasts, lambda c: c.right_variant in variants)


def over_counting(results: Results) -> list[Contrast]:
    """The contrasts of anything else with any counting rule."""
    is_counting = {row.variant: row.family == "counting" for row in results.leaderboard}
    return _told(results.contrasts, lambda c: is_counting[c.right_variant] and not is_counting[c.left_variant])


def is_short(results: Results, variant: str) -> bool:
    """Whether of those of its arm that are alike in all else it sees the least of a history: it controls for that."""
    entry = parts_of(results, variant)
    entries = [other.model_dump() for other in results.params.entries(results.arm).values()]
    twins = [e["context"] for e in entries if "context" in e and e | {"context": 0} == entry | {"context": 0}]
    return bool(min(twins) == entry["context"] < max(twins))


def labels(entry: Parts) -> str:
    """Where a sequence variant is asked in training: one that sees later events at an end alone, or at hidden ones.

    An objective that asks a share of the prefixes asks those as well that a candidate of a key action follows.
    """
    found = declared(entry)
    if found["hides"]:
        return HIDDEN
    if entry["prefixes"] or found["sees_later"]:
        return SAMPLED
    share = found["read_share"]
    return f"of {percent(share)} of the prefixes and all before key actions" if share < 1 else "of all prefixes"


def unread(entry: Parts) -> Parts:
    """The factors that an entry has none of, though it declares them: those of one that reads no history."""
    return dict.fromkeys(UNREAD) if declared(entry).get("is_blind") else {}


def loss_of(entry: Parts) -> str:
    """The loss of an entry in words, with all its options: two that differ in any are two."""
    options = entry.get("loss_options", {})
    more = ", ".join(f"{worded(name)} {value}" for name, value in options.items() if name != "negatives")
    return loss_told(entry["loss"], options.get("negatives"), more)


def counted(entry: Parts) -> str:
    """What the budget of a sequence variant counts; the positions of a flat model are tokens."""
    return "tokens" if entry.get("budget_in") == "positions" and is_of_tokens(entry) else "events"


def _sides_have(results: Results, contrast: Contrast, left: Parts, right: Parts) -> bool:
    left_has = _has(parts_of(results, contrast.left_variant), left)
    return left_has and _has(parts_of(results, contrast.right_variant), right)


def _has(entry: dict[str, Any], wanted: Parts) -> bool:
    known = entry | declared(entry)
    return all(known.get(part) in (value if isinstance(value, tuple) else (value,)) for part, value in wanted.items())
