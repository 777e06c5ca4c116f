"""How likely the arm `who` shows an equivalence that is there: where it hardly does, *undetermined* says little."""

from study.exhibits.prose import percent
from study.exhibits.resolution import power_of_equivalence
from study.exhibits.results import Results
from study.exhibits.who import windows_of

LIKELY = 0.5


def hardly_shown(who: Results) -> str:
    """That it could hardly have shown one, a clause; nothing where it could, or where it has."""
    powers = _powers(who)
    if not powers or powers[0] >= LIKELY or any(contrast.verdict == "equivalent" for contrast in who.contrasts):
        return ""
    told = "would more likely have been missed than shown" if round(100 * powers[0]) else "could hardly have been shown"
    return f"an equivalence {told}"


def unlikely_shown(who: Results) -> str:
    """The same with its power, at the first step of Holm and alone."""
    told = hardly_shown(who)
    if not told:
        return ""
    first, alone = (percent(power, 0) for power in _powers(who))
    return (
        f"{told}: for two variants that are truly alike the power is {first} at the first step of Holm, and {alone} "
        "for a contrast that stands alone"
    )


def _powers(who: Results) -> list[float]:
    windows, alpha = windows_of(who), who.params.statistics.alpha
    if windows.detectable is None:
        return []
    families = len(who.contrasts), 1
    return [power_of_equivalence(windows.detectable, alpha, windows.margin, family) for family in families]
