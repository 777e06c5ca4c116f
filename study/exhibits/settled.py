"""What several contrasts of one kind show together."""

from collections.abc import Sequence

from study.exhibits.prose import count, to_margin
from study.exhibits.records import Contrast


def settled(contrasts: Sequence[Contrast], left: str, right: str, margin: float, *, is_counted: bool = True) -> str:
    """What several contrasts of the kind `left` over `right` show together, never more than each of them.

    Args:
        contrasts: at least one.
        left: what the left sides share, a noun phrase.
        right: what the right sides share.
        margin: of equivalence.
        is_counted: whether unlike verdicts are counted behind it.
    """
    verdicts = [contrast.verdict for contrast in contrasts]
    if set(verdicts) == {"equivalent"}:
        return f"{left} and {right} are equivalent within ±{margin:g}"
    if set(verdicts) == {"undetermined"}:
        return f"undetermined between {left} and {right}"
    if set(verdicts) in ({"better"}, {"worse"}):
        winner, loser = (left, right) if verdicts[0] == "better" else (right, left)
        return f"in favour of {winner} over {loser}{_beyond(contrasts, margin)}"
    told = {
        "better": f"in favour of {left}",
        "worse": f"in favour of {right}",
        "equivalent": "equivalent",
        "undetermined": "undetermined",
    }
    amounts = ", ".join(f"{count(verdicts.count(v))} {told[v]}" for v in told if v in verdicts)
    counted = f" ({amounts})" if is_counted else ""
    if {"better", "worse"} <= set(verdicts):
        return f"divided between {left} and {right}{counted}"
    if "better" in verdicts or "worse" in verdicts:
        winner, loser = (left, right) if "better" in verdicts else (right, left)
        return f"partly in favour of {winner}, never of {loser}{counted}"
    return f"no difference beyond the margin shown between {left} and {right}{counted}"


def _beyond(contrasts: Sequence[Contrast], margin: float) -> str:
    """How several differences lie to the margin; nothing where all are beyond it."""
    sizes = [to_margin(contrast, margin) for contrast in contrasts]
    if "" not in sizes:
        return max(sizes, key=len)
    return "" if set(sizes) == {""} else f", {count(sizes.count(''))} of {count(len(sizes))} by more than the margin"
