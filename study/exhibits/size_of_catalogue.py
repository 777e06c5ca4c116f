"""Whether what a loss is worth changes with the size of the catalogue: its effects in two arms, as one difference."""

from dataclasses import dataclass

from study.exhibits import choose, scope
from study.exhibits.few_seeds import BY_STUDENT, BY_T
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import count, named, percent, signed, worded
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.exhibits.tables import Cell, effect, p_value, table, words
from study.metrics.few_seeds import EffectByStudent, judge_changes_by_student
from study.params.statistics import PRIMARY

PLAIN = "plain"
OF_ARM = ("question", "arm")
"""What two entries of unlike arms differ in that are alike."""


@dataclass(frozen=True)
class Resized:
    """The contrasts of one loss with the full softmax on two catalogues, and how much more the second shows.

    `is_learned`: whether all four sides are clearly above popularity.
    """

    loss: str
    objective: str
    small: Contrast
    large: Contrast
    change: EffectByStudent
    is_learned: bool


def loss_of(results: Results, variant: str) -> str:
    """The loss of a variant in words, with its options, and its head where that is not the plain one."""
    entry = choose.parts_of(results, variant)
    return choose.loss_of(entry) + (f", {worded(entry['head'])}" if entry["head"] != PLAIN else "")


def is_no_larger(results: Results, large: Results) -> bool:
    """Whether the arm with the larger catalogue asks for the very candidates of the main arm."""
    return large.question.candidate_columns == results.question.candidate_columns


def resized(results: Results, large: Results) -> list[Resized]:
    """The losses that both arms hold against the full softmax, on sides that are alike but for what they rank."""
    if is_no_larger(results, large):
        return []
    before, after = _by_loss(results), _by_loss(large)
    both = [key for key in before if key in after]
    changes = judge_changes_by_student(
        results.queries([PRIMARY]),
        large.queries([PRIMARY]),
        [(before[key].variants, after[key].variants) for key in both],
        PRIMARY,
        margin=results.margin,
        alpha=results.params.statistics.alpha,
    )
    learned = {key: bool(scope.trained(results, [before[key]]) and scope.trained(large, [after[key]])) for key in both}
    return [
        Resized(
            loss_of(results, before[key].left_variant),
            choose.parts_of(results, before[key].left_variant)["objective"],
            before[key],
            after[key],
            change,
            learned[key],
        )
        for key, change in zip(both, changes, strict=True)
    ]


def _by_loss(arm: Results) -> dict[str, Contrast]:
    """The contrasts with the full softmax, the first of each loss, by all that its side has but the question."""
    found: dict[str, Contrast] = {}
    for contrast in [c for asked in choose.over_softmax(arm).values() for c in asked]:
        entry = choose.parts_of(arm, contrast.left_variant)
        found.setdefault(str({key: value for key, value in entry.items() if key not in OF_ARM}), contrast)
    return found


def told(results: Results, large: Results) -> str:
    """By how much the effects change, a clause; of losses that are near popularity only where they stand."""
    asked = resized(results, large)
    found = [one for one in asked if one.is_learned]
    if not found:
        return ""
    changes = [
        f"{signed(one.change.effect)} for {code(one.loss)} with {named(one.objective)} ({one.change.verdict})"
        for one in found
    ]
    return (
        f"from {count(results.data.catalogue)} to {count(large.data.catalogue)} candidates the effect over the full "
        f"softmax changes by {listing(changes)}{BY_T}{_of_others(len(asked) - len(found))}"
    )


def _of_others(number: int) -> str:
    """That others stand in a table alone; nothing without any."""
    return (
        f" (of {count(number)} more, with a side that is not clearly above popularity, the table on Catalogue tells)"
        if number
        else ""
    )


def changes(results: Results) -> Html:
    """The effects of both catalogues, and their differences."""
    large = results.beside("catalogue")
    found = resized(results, large) if large is not None else []
    if large is None or not found:
        return Html("")
    sizes = [count(arm.data.catalogue) for arm in (results, large)]
    rows = [
        [
            words(one.loss),
            words(named(one.objective)),
            *(Cell(signed(effect), effect) for effect in (one.small.effect, one.large.effect)),
            effect(one.change),
            words(one.change.verdict),
            p_value(one.change.p_difference),
            p_value(one.change.p_equivalence),
            words("yes" if one.is_learned else "no"),
        ]
        for one in found
    ]
    head = ["loss", "objective", *(f"with {size}" for size in sizes), "change", "by t", "p (differ)", "p (equivalent)"]
    level = percent(1 - results.params.statistics.alpha / len(found), 2)
    caption = (
        f"The effect of each loss over the full softmax in {PRIMARY} with {listing(sizes)} candidates, and how much "
        f"larger it is with the latter, in brackets its {level} interval: by {BY_STUDENT}, users being the clusters of "
        "both arms, Holm-adjusted over these rows; learned: whether both sides are clearly above popularity in both. "
        "No contrast declares a change: this was asked when test had been scored. Levels of recall"
        f"{'' if results.budget == large.budget else ' and the budgets of the arms'} differ besides"
    )
    lead = paragraphs(["Whether the effect of a loss changes with the catalogue, as one difference:"])
    return joined([lead, table([*head, "learned"], rows, caption)])
