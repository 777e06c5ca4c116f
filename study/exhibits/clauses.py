"""The clauses that an answer is composed of: what contrasts settle, how far that reaches, and the contrasts."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from study.exhibits import anew, choose, few_seeds, hedges, scope
from study.exhibits.answer import Told, semicolons
from study.exhibits.beats import over_counts
from study.exhibits.markup import code, escape, listing
from study.exhibits.prose import DAGGER, bracketed, brief, cannot_say, count, itself, ranging
from study.exhibits.records import Contrast, variants_of
from study.exhibits.results import Results
from study.exhibits.settled import settled
from study.params.statistics import VERDICTS, Outcome

NOTHING = cannot_say("no contrast of this run is about this")


def _nothing(_: Contrast) -> str:
    return ""


def _same(contrast: Contrast) -> Contrast:
    return contrast


def evidence(
    contrasts: Sequence[Contrast],
    margin: float,
    more: Callable[[Contrast], str] = _nothing,
    named: Callable[[Contrast], Contrast] = _same,
) -> str:
    """The contrasts, set apart from what they add up to, a line each, which ends with what there is `more` to say.

    Their sides are called as `named` calls them.
    """
    lines = (f'<small class="contrast">{brief(named(one), margin)}{more(one)}</small>' for one in contrasts)
    return f'<span class="evidence">{"; ".join(lines)}</span>'


def hedged(results: Results, more: Callable[[Contrast], str] = _nothing) -> Callable[[Contrast], str]:
    """What is said behind a contrast, then what there is `more`.

    What its verdict hangs on or leaves out, where it is so, how its effect has changed since another snapshot, and that
    another run has another verdict: of another log a settled one.
    """
    since = anew.changed_since(results)
    return lambda contrast: f"{hedges.behind(results, contrast)}{since(contrast)}{more(contrast)}"


def examples(
    contrasts: Sequence[Contrast],
    named: Callable[[Contrast], Contrast] = _same,
    behind: Callable[[Contrast], str] = _nothing,
) -> str:
    """Of each verdict the first contrast, as they are given, whatever its effect, and how many more there are."""
    first: dict[Outcome, Contrast] = {}
    for one in contrasts:
        first.setdefault(one.verdict, one)
    amounts = Counter(one.verdict for one in contrasts)
    more = {
        verdict: f" (as {'is' if n == 2 else 'are'} {count(n - 1)} more)" * (n > 1) for verdict, n in amounts.items()
    }
    return "; ".join(f"{example(named(one))}{more[verdict]}{behind(one)}" for verdict, one in first.items())


def example(contrast: Contrast) -> str:
    """A contrast in the fewest words: sides, effect, interval and verdict, with a dagger if it is no plan."""
    left, right = contrast.variants
    against = escape(itself(left, right)) or code(right)
    told = f"{code(left)} over {against} {ranging(contrast)}"
    return f"{told}, <strong>{contrast.verdict}</strong>{DAGGER * contrast.after_test}"


def together(results: Results, asked: Sequence[Contrast], left: str, right: str) -> Told:
    """What the contrasts of the kind left over right settle, then each of them."""
    if not asked:
        return Told.alike(NOTHING)
    whole, short = (settled(asked, left, right, results.margin, is_counted=counts) for counts in (True, False))
    return Told(f"{whole}: {evidence(asked, results.margin)}", bracketed(short, examples(asked)))


def limited(
    results: Results,
    asked: Sequence[Contrast],
    left: str,
    right: str,
    *held: str,
    more: Callable[[Contrast], str] = _nothing,
) -> Told:
    """The same, limited to the values of the factors `held` that its sides have, and to how far they were trained."""
    if not asked:
        return Told.alike(NOTHING)
    trained = scope.trained(results, asked)
    named, others = partial(scope.with_negatives, results), choose.others(asked, trained)
    whole, short = (_claim(results, asked, trained, left, right, *held, is_counted=counts) for counts in (True, False))
    lead = bracketed(bracketed(whole, _tally(others) if trained else ""), scope.learning(results, trained))
    found = f"{lead}: {evidence(trained, results.margin, hedged(results, more), named)}" if trained else lead
    doubts = semicolons(_tally(others), unfinished_sides(results, trained), otherwise(results, trained))
    short = bracketed(short, semicolons(examples(trained, named, more), doubts) if trained else scope.UNTRAINED)
    return Told(semicolons(found, apart(results, others, scope.UNTRAINED, named)), short)


def _claim(
    results: Results,
    asked: Sequence[Contrast],
    trained: Sequence[Contrast],
    left: str,
    right: str,
    *held: str,
    is_counted: bool,
) -> str:
    """What those contrasts settle whose sides have learned something, of how many, and with what their sides share."""
    told = f"not answered between {left} and {right}"
    if trained:
        told = settled(trained, left, right, results.margin, is_counted=is_counted)
    if 0 < len(trained) < len(asked):
        which = "the one" if len(trained) == 1 else "those"
        told = f"in {count(len(trained))} of {count(len(asked))} contrasts, {which} {scope.BOTH_TRAINED}, {told}"
    shared = f", {scope.held(results, trained or asked, *held)}" if held else ""
    return f"{told}{few_seeds.by_t(results, trained)}{shared}"


def unfinished_sides(results: Results, contrasts: Sequence[Contrast]) -> str:
    """How many of the models compared were best at the end of the budget, in the fewest words; or nothing."""
    sides = variants_of(contrasts)
    number = sum(results.row(variant).unfinished for variant in sides)
    return f"{count(number)} of {count(len(sides))} models unfinished" if number else ""


def otherwise(results: Results, contrasts: Sequence[Contrast]) -> str:
    """That another run gives a reason to doubt contrasts, and how many; or nothing."""
    since = anew.changed_since(results)
    doubted = sum(bool(since(contrast)) for contrast in contrasts)
    return f"other runs differ{f' on {count(doubted)}' * (len(contrasts) > 1)}" if doubted else ""


def _tally(others: Sequence[Contrast]) -> str:
    """What the contrasts that say little say all the same, in numbers; nothing where there are none."""
    verdicts = Counter(one.verdict for one in others)
    if len(others) < 2:
        return f"the other one is {others[0].verdict}" if others else ""
    known = [(verdict, verdicts[verdict]) for verdict in VERDICTS if verdicts[verdict]]
    told = [f"{count(number)} {'is' if number == 1 else 'are'} {verdict}" for verdict, number in known]
    return f"of the other {count(len(others))}, {listing(told)}"


def of_the_history(results: Results, more: Callable[[Contrast], str] = _nothing) -> Told:
    """What reading the history adds to the user's own counts, then each contrast; nothing where none is about it."""
    found, claim = choose.over_blind(results), over_counts(results)
    if not found:
        return Told.alike("")
    whole = f"{claim}: {evidence(found, results.margin, hedged(results, more))}"
    return Told(whole, bracketed(claim, semicolons(examples(found), otherwise(results, found))))


def apart(
    results: Results,
    contrasts: Sequence[Contrast],
    where: str,
    named: Callable[[Contrast], Contrast] = _same,
    more: Callable[[Contrast], str] = _nothing,
) -> str:
    """Contrasts apart from what is settled, behind what is said of them; nothing where there are none."""
    return f"{where}, {evidence(contrasts, results.margin, hedged(results, more), named)}" if contrasts else ""
