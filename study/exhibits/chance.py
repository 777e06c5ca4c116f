"""How far the luck of the bootstrap's own draws reaches: the standard error of a p, and verdicts near the border."""

from collections.abc import Sequence

from study.exhibits import few_seeds
from study.exhibits.markup import listing
from study.exhibits.prose import number, over, probability
from study.exhibits.records import Contrast
from study.exhibits.results import Results

NEAR = 2.0
"""Standard errors of a p from alpha within which another draw may well turn a verdict."""


def error_of_p(results: Results) -> str:
    """How well an adjusted p near alpha is known, at most, a sentence."""
    alpha, resamples = results.params.statistics.alpha, results.params.statistics.resamples
    return (
        f"So p itself is subject to chance: near {alpha:g} its standard error is at most "
        f"{number(standard_error(alpha, resamples, 1))}, in a world at most the root of the number of its contrasts "
        "times that."
    )


def standard_error(p: float, resamples: float, step: float) -> float:
    """Of a Holm-adjusted two-sided p, which `step` times two times the share of the resamples beyond zero makes.

    The number of these resamples is binomial, and nearly Poisson where they are few of many.
    """
    return float((2 * step * p / resamples) ** 0.5)


def borderline(results: Results) -> list[str]:
    """The verdicts whose p is so near to alpha that another draw may well turn them, a sentence; nothing for none.

    Those of the arms that have variants of their own.
    """
    found = [contrast for arm, shown in few_seeds.of_arms(results) for contrast in _near(arm, shown)]
    if not found:
        return []
    told = listing([f"{over(c)} ({c.verdict}, {probability(_deciding(c))} of {_test(c)})" for c in found])
    its = "its p value lies" if len(found) == 1 else "their p values lie"
    return [
        f"<strong>Near the border.</strong> {told}: {its} within two standard errors of "
        f"{results.params.statistics.alpha:g}, so that another draw of the bootstrap's resamples may well turn "
        f"{'this verdict' if len(found) == 1 else 'these verdicts'}."
    ]


def near(results: Results) -> set[str]:
    """The names of the contrasts of an arm whose verdict another draw may well turn."""
    return {contrast.name for contrast in _near(results, results.contrasts)}


def _near(results: Results, contrasts: Sequence[Contrast]) -> list[Contrast]:
    """Those near alpha, for each of which as many resamples were drawn as for an interval."""
    settings = results.params.statistics
    total = settings.resamples * len(contrasts)
    return [
        one
        for one in contrasts
        if abs((p := _deciding(one)) - settings.alpha) < NEAR * standard_error(p, total, _step(one, contrasts))
    ]


def _deciding(contrast: Contrast) -> float:
    """The p that decided, or that came nearest to deciding."""
    return contrast.p_equivalence if _test(contrast) == "equivalence" else contrast.p_difference


def _test(contrast: Contrast) -> str:
    """Which of the two tests decided, or came nearest to deciding."""
    if contrast.verdict == "undetermined":
        return "equivalence" if contrast.p_equivalence < contrast.p_difference else "a difference"
    return "equivalence" if contrast.verdict == "equivalent" else "a difference"


def _step(contrast: Contrast, contrasts: Sequence[Contrast]) -> float:
    """How many contrasts shared alpha at the step of Holm of the test that decided; a one-sided one has half the tails.

    Not what the level of its interval tells: an undetermined contrast shows that of the test with the wider interval.
    """
    if _test(contrast) == "equivalence":
        return sum(one.p_equivalence >= contrast.p_equivalence for one in contrasts) / 2
    return sum(one.p_difference >= contrast.p_difference for one in contrasts)
