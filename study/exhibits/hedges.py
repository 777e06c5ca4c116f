"""What is said behind the verdict of a contrast wherever it stands: what it hangs on, and what it leaves out."""

from study.exhibits import chance, few_seeds, unlike_rounds
from study.exhibits.records import Contrast
from study.exhibits.results import Results

BORDER = "near the border"
SMALL = "though a difference below the margin is shown"


def behind(results: Results, contrast: Contrast) -> str:
    """That a verdict hangs on few seeds or on the luck of the resamples, or its refits were trained unlike long.

    And that an equivalence is one of sides that differ, by less than the margin; nothing where nothing is so.
    """
    border = f", {BORDER}" if contrast.name in chance.near(results) else ""
    is_small = contrast.verdict == "equivalent" and contrast.p_difference < results.params.statistics.alpha
    small = f", {SMALL}" if is_small else ""
    return f"{few_seeds.by_t(results, [contrast])}{small}{border}{unlike_rounds.told(results, contrast)}"
