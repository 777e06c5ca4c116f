"""Which verdicts hang on how the spread of few seeds is met: those that Student's t would not pass."""

from collections.abc import Sequence

from study.exhibits import choose
from study.exhibits.markup import listing
from study.exhibits.prose import count, over, percent, probability, to_margin, turned
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.params.statistics import Outcome

BY_T = " by t"
BY_STUDENT = "the t distribution (degrees of freedom by Satterthwaite and Welch)"


def unsure(results: Results, contrasts: Sequence[Contrast]) -> list[Contrast]:
    """The contrasts with a verdict that a t distribution in the bootstrap's place would not pass.

    It leaves them undetermined, or shows a difference where an equivalence is not shown by it.
    """
    return [c for c in _settling(contrasts) if c.name in results.by_student and _verdict(results, c) != c.verdict]


def of_arms(results: Results) -> list[tuple[Results, Sequence[Contrast]]]:
    """The contrasts of the arm, and of those beside it that have variants of their own."""
    return [(arm, arm.contrasts) for arm in results.every()]


def by_t(results: Results, contrasts: Sequence[Contrast]) -> str:
    """What verdicts are where the few seeds are taken for what they are; nothing where one of these stands."""
    left = unsure(results, contrasts)
    if not left or len(left) < len(_settling(contrasts)):
        return ""
    return f", but {' or '.join(dict.fromkeys(_verdict(results, c) for c in left))}{BY_T}"


def is_small_by_t(results: Results, contrast: Contrast) -> bool:
    """Whether an interval that is beyond the margin whole would not be so by t, though the verdict is the same."""
    by = results.by_student.get(contrast.name)
    is_beyond = contrast.verdict in ("better", "worse") and not to_margin(contrast, results.margin)
    if by is None or not is_beyond or _verdict(results, contrast) != contrast.verdict:
        return False
    return abs(contrast.effect) - by.reach(contrast.level) < results.margin


def is_told(behind: str) -> bool:
    """Whether what stands behind a contrast tells of its verdict by t."""
    return f"{BY_T}," in f"{behind},"


def told(arms: Sequence[tuple[Results, Sequence[Contrast]]]) -> list[str]:
    """Which contrasts of these arms are unsure, how far, and why, a sentence; nothing where none is."""
    clauses = [_clause(results, contrast) for results, contrasts in arms for contrast in unsure(results, contrasts)]
    if not clauses:
        return []
    whose = "a verdict" if len(clauses) == 1 else "verdicts"
    return [
        f"{listing(clauses)}: {whose} that {BY_STUDENT}, whose tails are wider where seeds or users are few, would "
        "not pass."
    ]


def _clause(results: Results, contrast: Contrast) -> str:
    by = results.by_student[contrast.name]
    passed, left = contrast.p_difference, by.p_difference
    if contrast.verdict == "equivalent":
        passed, left = contrast.p_equivalence, by.p_equivalence
    why = ""
    if (seeds := _fewest(results, contrast)) > 1:
        why = f"{percent(by.seed_share, 0)} of the variance is that of {count(seeds)} seeds, "
    tests = (
        f"{probability(passed)} by the bootstrap, {probability(left)} and <em>{_verdict(results, contrast)}</em>{BY_T}"
    )
    return f"{over(contrast)} ({contrast.verdict}; {why}{tests})"


def _verdict(results: Results, contrast: Contrast) -> Outcome:
    return as_told(results, contrast, results.by_student[contrast.name].verdict)


def as_told(results: Results, contrast: Contrast, found: Outcome) -> Outcome:
    """A verdict of the declared direction in that of a contrast, which may be told the other way round."""
    return found if choose.turn(results, contrast) == 1 else turned(found)


def _settling(contrasts: Sequence[Contrast]) -> list[Contrast]:
    return [contrast for contrast in contrasts if contrast.verdict != "undetermined"]


def _fewest(results: Results, contrast: Contrast) -> int:
    """The number of seeds of the side that has fewest, of sides that have several."""
    seeds = [results.row(variant).seeds for variant in contrast.variants]
    return min((number for number in seeds if number > 1), default=1)
