"""The part of the page Worlds about the declared contrasts: are the verdicts the truth, and which of them show it?"""

from study.exhibits.markup import Html, code, escape, joined, listing, paragraphs
from study.exhibits.prose import count, number, plural, sentence, signed
from study.exhibits.tables import Cell, name, table, words
from study.exhibits.world_records import Judged, Validity, World, Worlds

NONE = "No contrast whose truth is known is declared."


def tally(found: Worlds) -> str:
    """How many verdicts are the truth, those of sides that are not told alike by themselves."""
    every = [(world, contrast) for world in found.worlds for contrast in world.contrasts]
    if not every:
        return NONE
    contrasts = [contrast for world, contrast in every if not world.is_unlike(contrast)]
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
    return f"{lead}, {_counted(contrasts)}.{_easy(contrasts, found.validity)}"


def _counted(contrasts: list[Judged]) -> str:
    told = {kind: sum(contrast.finding == kind for contrast in contrasts) for kind in ("right", "wrong", "open")}
    return (
        f"{plural(told['right'], 'verdict')} {'is' if told['right'] == 1 else 'are'} right, {count(told['wrong'])} "
        f"wrong, and {count(told['open'])} left open"
    )


def _easy(contrasts: list[Judged], checked: Validity | None) -> str:
    """How large the effects are on which verdicts are so often right, and whether smaller ones were repeated."""
    sizes = [abs(contrast.effect) for contrast in contrasts if contrast.truth == "better"]
    if not sizes:
        return ""
    repeated = [abs(one.truth.effect) for part in (checked.parts if checked else []) for one in part.contrasts]
    who = "the repetitions below say" if any(0 < size < min(sizes) for size in repeated) else "was not asked"
    return (
        f" Where there is a difference, the smallest measured is {number(min(sizes))}: how often the verdict on "
        f"a smaller one is right or stays open, {who}."
    )


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
        ]
        for world in found.worlds
        for contrast in world.contrasts
    ]
    head = ["world", "left", "right", "truth", "verdict", "finding", "told", "effect", "interval"]
    caption = (
        "Left over right in recall@10: the truth by the way the world is made, the verdict, adjusted by Holm over the "
        "contrasts of the world, and whether it is right; an undetermined verdict leaves it open, and so does "
        "an equivalence of what is better, which may be by less than the margin; told: whether both sides or none of "
        "them are told the events that decide, or, unlike, one alone"
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
