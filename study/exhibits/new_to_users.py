"""Whether what is shown to beat counting finds what is new to a user, too, or gains in repeats alone."""

from study.exhibits import choose
from study.exhibits.markup import Html, code, paragraphs
from study.exhibits.prose import number
from study.exhibits.records import Contrast, Row
from study.exhibits.results import Results
from study.params.statistics import PRIMARY


def found_less(results: Results) -> str:
    """That all which beat counting find less of the new candidates than a counting rule does, a clause; or nothing."""
    winners = choose.winners(choose.against_counting(results))
    new = {row.variant: value for row in results.leaderboard if (value := _part(row, "explore")) is not None}
    shown = [new[contrast.left_variant] for contrast in winners if contrast.left_variant in new]
    counting = {row.variant for row in results.leaderboard if row.family == "counting"}
    rules = {variant: value for variant, value in new.items() if variant in counting}
    if not shown or not rules:
        return ""
    most = max(rules, key=rules.__getitem__)
    if max(shown) >= rules[most]:
        return ""
    ends = " to ".join(dict.fromkeys(map(number, (min(shown), max(shown)))))
    beaten = winners[0].right_variant
    rule = f"{code(beaten)} {number(rules[beaten])}, " if beaten in rules and beaten != most else ""
    best = f"{rule}and {code(most)}, by these the highest of the counting rules, {number(rules[most])}"
    gain = ", the gain is mostly in repeats" if all(_is_in_repeats(results, one) for one in winners) else ""
    return (
        f"on candidates new to a user, what beats counting has a {PRIMARY} of {ends}, {best}: by estimates, which no "
        f"contrast tests{gain}"
    )


def in_short(results: Results) -> str:
    """That in the fewest words; or nothing."""
    return "of what is new to a user a counting rule finds more, by estimates" if found_less(results) else ""


def by_head(results: Results) -> Html:
    """What a head that is told the user's own counts finds of what is new to a user, beside one that is not."""
    asked = choose.about(results, {"reads_own": True}, {"reads_own": False}, "head")
    told = []
    for one in asked:
        left, right = (_part(results.row(variant), "explore") for variant in one.variants)
        if left is not None and right is not None:
            told.append(f"{number(left)} by {code(one.left_variant)}, {number(right)} by {code(one.right_variant)}")
    if not told:
        return Html("")
    return paragraphs(
        [f"On candidates new to a user, {PRIMARY} is {'; '.join(told)}: by estimates, which no contrast tests."]
    )


def _part(row: Row, part: str) -> float | None:
    found = row.estimates.get(f"{PRIMARY}/{part}")
    return None if found is None else found.estimate


def _is_in_repeats(results: Results, contrast: Contrast) -> bool:
    """Whether more of a gain comes from repeats than from new ones, each weighed by its share of what is relevant."""
    left, right = (results.row(variant) for variant in contrast.variants)
    repeats, new = ((_part(left, part) or 0.0) - (_part(right, part) or 0.0) for part in ("repeat", "explore"))
    share = results.power.repeat_share
    return share * repeats > max(0.0, (1 - share) * new)
