"""How likely the arm `who` shows an equivalence that is there: where it hardly does, *undetermined* says little."""

from study.exhibits.prose import percent
from study.exhibits.results import Results
from study.exhibits.who import powers

LIKELY = 0.5


def hardly_shown(who: Results) -> str:
    """That it could hardly have shown one, a clause; nothing where it could, or where it has."""
    found = powers(who)
    if not found or found[0] >= LIKELY or any(contrast.verdict == "equivalent" for contrast in who.contrasts):
        return ""
    told = "would more likely have been missed than shown" if round(100 * found[0]) else "could hardly have been shown"
    return f"an equivalence {told}"


def unlikely_shown(who: Results) -> str:
    """The same with its power, at the first step of Holm and alone."""
    told = hardly_shown(who)
    if not told:
        return ""
    first, alone = (percent(power, 0) for power in powers(who))
    return (
        f"{told}: for two variants that are truly alike the power is {first} at the first step of Holm, and {alone} "
        "for a contrast that stands alone"
    )
