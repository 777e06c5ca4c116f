"""What is said behind the verdict of a contrast wherever it stands: what it hangs on, and what it leaves out."""

from study.exhibits import chance, few_seeds, unlike_rounds
from study.exhibits.prose import SMALL
from study.exhibits.records import Contrast, Tested
from study.exhibits.results import Results

BORDER = "near the border"
SMALL_BY_T = ", by t perhaps by less than the margin"
"""Behind an effect whose interval is beyond the margin."""


def behind(results: Results, contrast: Contrast) -> str:
    """That a verdict hangs on few seeds or on the luck of the resamples, or its refits were trained unlike long.

    And that an equivalence is one of sides that differ, by less than the margin; nothing where nothing is so.
    """
    by_t, unlike = few_seeds.by_t(results, [contrast]), unlike_rounds.told(results, contrast)
    return f"{by_t}{of_the_verdict(results, contrast)}{unlike}"


def of_the_verdict(results: Results, contrast: Contrast) -> str:
    """That an equivalence is one of sides that differ, or an effect small by t, or a verdict near its border."""
    border = f", {BORDER}" if contrast.name in chance.near(results) else ""
    by_t = SMALL_BY_T if few_seeds.is_small_by_t(results, contrast) else ""
    return f"{f', {SMALL}' if is_small(results, contrast) else ''}{by_t}{border}"


def is_small(results: Results, found: Tested) -> bool:
    """Whether an effect is equivalent to none, and is shown to be one all the same."""
    return found.verdict == "equivalent" and found.p_difference < results.params.statistics.alpha
