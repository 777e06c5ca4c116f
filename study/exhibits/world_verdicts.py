"""The part of the page Worlds about the declared contrasts: are the verdicts the truth, and which of them show it?"""

from study.exhibits.markup import Html, code, escape, joined, listing, paragraphs
from study.exhibits.prose import count, family, number, percent, plural, sentence, signed
from study.exhibits.tables import Cell, name, table, words
from study.exhibits.world_records import Judged, Repeated, World, Worlds

NONE = "No contrast whose truth is known is declared."


def tally(found: Worlds) -> str:
    """How many verdicts are the truth, those of sides that are not told alike by themselves."""
    every = [(world, contrast) for world in found.worlds for contrast in world.contrasts]
    if not every:
        return NONE
    alike = [(world, contrast) for world, contrast in every if not world.is_unlike(contrast)]
    contrasts = [contrast for _, contrast in alike]
    unlike = len(every) - len(contrasts)
    lead = f"Of {plural(len(every), 'declared contrast')} whose truth is known"
    if unlike:
        lead += (
            f", {count(unlike)} {'is' if unlike == 1 else 'are'} between a side that is told what decides and one that "
            f"is not, which says little of the models: {_counted([c for w, c in every if w.is_unlike(c)])}. "
        )
        if not contrasts:
            return f"{lead}No other is declared."
        lead += f"Of the other {count(len(contrasts))}"
    return f"{lead}, {_counted(contrasts)}.{_easy(alike, found)}"


def _counted(contrasts: list[Judged]) -> str:
    told = {kind: sum(contrast.finding == kind for contrast in contrasts) for kind in ("right", "wrong", "open")}
    return (
        f"{plural(told['right'], 'verdict')} {'is' if told['right'] == 1 else 'are'} right, {count(told['wrong'])} "
        f"wrong, and {count(told['open'])} left open"
    )


def _easy(contrasts: list[tuple[World, Judged]], found: Worlds) -> str:
    """The smallest effect on which there is a verdict, and what repetitions say of the smallest between such models.

    Of these the smallest beyond the margin, where a verdict of *better* is the right one.
    """
    better = [(abs(one.effect), world, one) for world, one in contrasts if one.truth == "better"]
    if not better:
        return ""
    size, world, least = min(better, key=lambda shown: shown[0])
    sides = f"{code(least.left)} over {code(least.right)} in {escape(world.world)}"
    lead = f" Where there is a difference, the smallest measured is {number(size)}, of {sides}"
    kind = _families(found, least)
    such = f"between {listing([escape(family(one)) for one in sorted(filter(None, kind))])}"
    checked = found.validity
    repeated = [
        (abs(one.truth.effect), part, one)
        for part in (checked.parts if checked else [])
        for one in part.contrasts
        if checked and abs(one.truth.effect) > checked.statistics["margin"] and _families(found, one) == kind
    ]
    if not repeated:
        return f"{lead}: no verdict {such} was repeated."
    size, part, smallest = min(repeated, key=lambda shown: shown[0])
    opposite = smallest.verdicts["worse" if smallest.truth.effect > 0 else "better"]
    false = opposite + (smallest.false_equivalent.count if smallest.false_equivalent else 0)
    return (
        f"{lead}. Of the contrasts {such} that were repeated (below) the smallest beyond the margin is {number(size)}, "
        f"{code(smallest.left)} over {code(smallest.right)} in {escape(part.world)}: its verdict was right in "
        f"{percent(smallest.right_verdicts.rate)} of {plural(part.repeats, 'log')}, and false in "
        f"{percent(false / part.repeats)}."
    )


def _families(found: Worlds, contrast: Judged | Repeated) -> frozenset[str | None]:
    """The families of the two sides."""
    known = {row.variant: row.family for world in found.worlds for row in world.variants}
    return frozenset(known.get(side) for side in (contrast.left, contrast.right))


def verdicts(found: Worlds) -> Html:
    """The declared contrasts with the truth by construction and what the study said."""
    rows = [
        [
            words(world.world),
            name(contrast.left),
            name(contrast.right),
            words(contrast.truth),
            words(contrast.verdict),
            words(contrast.finding),
            words("unlike" if world.is_unlike(contrast) else "alike"),
            Cell(signed(contrast.effect), contrast.effect),
            Cell(f"{signed(contrast.low)} to {signed(contrast.high)}", contrast.low),
            Cell(percent(contrast.level, 2), contrast.level),
        ]
        for world in found.worlds
        for contrast in world.contrasts
    ]
    head = ["world", "left", "right", "truth", "verdict", "finding", "told", "effect", "interval", "level"]
    caption = (
        "Left over right in recall@10: the truth by the way the world is made, the verdict, adjusted by Holm over the "
        "contrasts of the world, and whether it is right; an undetermined verdict leaves it open, and so does "
        "an equivalence of what is better, which may be by less than the margin; told: whether both sides or none of "
        "them are told the events that decide, in shop in part, or, unlike, one alone; "
        "level: of the interval, by the step of Holm that "
        "its verdict used"
    )
    return joined([paragraphs(_wrong(found.worlds)), table(head, rows, caption)]) if rows else paragraphs([NONE])


def _wrong(worlds: list[World]) -> list[str]:
    wrong = [
        f"{code(one.left)} over {code(one.right)} in {escape(world.world)} is called {one.verdict}, but is {one.truth}"
        for world in worlds
        for one in world.contrasts
        if one.finding == "wrong"
    ]
    return [sentence(listing(wrong))] if wrong else ["No verdict contradicts the truth."]
