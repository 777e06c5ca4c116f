"""How likely the arm `who` shows an equivalence that is there: where it hardly does, *undetermined* says little."""

from study.exhibits.prose import percent
from study.exhibits.resolution import power_of_equivalence
from study.exhibits.results import Results
from study.exhibits.who import windows_of

LIKELY = 0.5


def unlikely_shown(who: Results) -> str:
    """That it could not, or rather not, with its power at the first step of Holm, a clause; nothing where it could."""
    windows, settings = windows_of(who), who.params.statistics
    if windows.detectable is None:
        return ""
    power = power_of_equivalence(windows.detectable, settings.alpha, windows.margin, len(who.contrasts))
    if power >= LIKELY:
        return ""
    told = "would rather have been missed than shown" if round(100 * power) else "could not have been shown"
    return f"an equivalence {told}: where two variants are alike, the power to do so is {percent(power, 0)}"
