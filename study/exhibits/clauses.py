"""The clauses that an answer is composed of: what contrasts settle, how far that reaches, and the contrasts."""

from collections.abc import Callable, Sequence

from study.exhibits import agreement, choose, few_seeds, scope
from study.exhibits.answer import semicolons
from study.exhibits.prose import bracketed, brief, count, settled
from study.exhibits.records import Contrast
from study.exhibits.results import Results

NOTHING = "no contrast of this run is about this, so these results cannot say"


def _nothing(_: Contrast) -> str:
    return ""


def evidence(contrasts: Sequence[Contrast], margin: float, more: Callable[[Contrast], str] = _nothing) -> str:
    """The contrasts, set apart from what they add up to, a line each, which ends with what there is `more` to say."""
    lines = (f'<small class="contrast">{brief(contrast, margin)}{more(contrast)}</small>' for contrast in contrasts)
    return f'<span class="evidence">{"; ".join(lines)}</span>'


def hedged(results: Results, more: Callable[[Contrast], str] = _nothing) -> Callable[[Contrast], str]:
    """What is said behind a contrast, then what there is `more`.

    That its verdict hangs on few seeds, where it does, and how its effect has changed since another snapshot.
    """
    since = agreement.changed_since(results)
    return lambda contrast: f"{few_seeds.by_t(results, contrast)}{since(contrast)}{more(contrast)}"


def together(results: Results, asked: Sequence[Contrast], left: str, right: str) -> str:
    """What the contrasts of the kind left over right settle, then each of them."""
    margin = results.margin
    return f"{settled(asked, left, right, margin)}: {evidence(asked, margin)}" if asked else NOTHING


def limited(
    results: Results,
    asked: Sequence[Contrast],
    left: str,
    right: str,
    *held: str,
    more: Callable[[Contrast], str] = _nothing,
) -> str:
    """The same, limited to the values of the factors `held` that its sides have, and to how far they were trained."""
    if not asked:
        return NOTHING
    margin, trained = results.margin, scope.trained(results, asked)
    told = settled(trained, left, right, margin) if trained else f"undetermined between {left} and {right}"
    if 0 < len(trained) < len(asked):
        which = "the one" if len(trained) == 1 else "those"
        told = f"in {count(len(trained))} of {count(len(asked))} contrasts, {which} {scope.BOTH_TRAINED}, {told}"
    told += open_by_t(results, trained)
    shared = f", {scope.held(results, trained or asked, *held)}" if held else ""
    shown, rest = (
        [scope.with_negatives(results, contrast) for contrast in some]
        for some in (trained, choose.others(asked, trained))
    )
    lead = bracketed(f"{told}{shared}", scope.learning(results, trained))
    found = f"{lead}: {evidence(shown, margin, hedged(results, more))}" if shown else lead
    return semicolons(found, apart(results, rest, scope.UNTRAINED))


def open_by_t(results: Results, contrasts: Sequence[Contrast]) -> str:
    """That all verdicts which settle something hang on how few seeds are met; nothing where one does not."""
    settling = [contrast for contrast in contrasts if contrast.verdict != "undetermined"]
    return f", {few_seeds.OPEN}" if settling and len(few_seeds.unsure(results, settling)) == len(settling) else ""


def apart(results: Results, contrasts: Sequence[Contrast], where: str) -> str:
    """Contrasts apart from what is settled, behind what is said of them; nothing where there are none."""
    return f"{where}, {evidence(contrasts, results.margin, hedged(results))}" if contrasts else ""
