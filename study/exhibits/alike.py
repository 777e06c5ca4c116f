"""How likely the arm `who` shows an equivalence that is there: where it hardly does, *undetermined* says little."""

from study.exhibits.prose import percent
from study.exhibits.resolution import power_of_equivalence
from study.exhibits.results import Results
from study.exhibits.who import windows_of
from study.params.statistics import POWER


def hardly_shown(who: Results) -> str:
    """That it could not, or hardly, with its power at the first step of Holm, a clause; nothing where it well could."""
    windows, settings = windows_of(who), who.params.statistics
    if windows.detectable is None:
        return ""
    power = power_of_equivalence(windows.detectable, settings.alpha, windows.margin, len(who.contrasts))
    if power >= POWER:
        return ""
    could = "hardly" if round(100 * power) else "not"
    return (
        f"an equivalence could {could} have been shown: where two variants are alike, the power to do so is "
        f"{percent(power, 0)}"
    )
