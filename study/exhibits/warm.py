"""What a warm start has saved: the trial that another snapshot's settings made, against the rest of its search."""

from collections.abc import Sequence
from dataclasses import dataclass

from study.exhibits.markup import Html, code, joined, paragraphs
from study.exhibits.prose import DASH, number, plural
from study.exhibits.records import Search
from study.exhibits.results import Results
from study.exhibits.tables import Cell, decimal, name, table, whole, words


@dataclass(frozen=True)
class Saving:
    """The warm trial of one search, and the best of the others.

    Attributes:
        warm: its value on select; None where it was pruned or failed.
        rest: the best value of the other trials, None where none was finished, and `at`, the first trial with it.
        trials: by how many the warm trial came earlier; None where it did not reach that value.
    """

    variant: str
    arm: str
    was_chosen: bool
    warm: float | None
    rest: float | None
    at: int | None
    trials: int | None


def savings(results: Results) -> list[Saving]:
    """An entry for each search that began warm, of every arm that was run."""
    searches = [(v, ran.arm, search) for ran in results.every() for v, search in ran.tuning.items()]
    return [_saving(v, arm, search, search.warm) for v, arm, search in searches if search.warm is not None]


def _saving(variant: str, arm: str, search: Search, number_of_warm: int) -> Saving:
    values = {trial.number: trial.select for trial in search.trials}
    warm = values.pop(number_of_warm, None)
    others = {number: value for number, value in values.items() if value is not None}
    was_chosen = search.chosen == number_of_warm
    if not others:
        return Saving(variant, arm, was_chosen, warm, None, None, None)
    rest = max(others.values())
    at = min(number for number, value in others.items() if value == rest)
    earlier = max(0, at - number_of_warm) if warm is not None and warm >= rest else None
    return Saving(variant, arm, was_chosen, warm, rest, at, earlier)


def saved(results: Results) -> Html:
    """Whether the warm trial was chosen, and how many trials earlier it reached the best of the rest."""
    start = results.params.warm_start
    found = savings(results)
    if not found:
        return paragraphs([_cold(start)])
    caption = (
        "Searches that began warm: value on select of the warm trial, and of the best of the others with the first "
        "trial that has it; trials are numbered from zero, in the order in which they were proposed"
    )
    head = ["variant", "arm", "warm trial", "was chosen", "best of the others", "its trial", "trials earlier"]
    return joined([paragraphs(_sentences(found, start)), table(head, map(_line, found), caption)])


def _cold(start: str | None) -> str:
    if start is None:
        return f"Every search began cold: {code('warm_start')} names no snapshot."
    return (
        f"No search began warm, though {code('warm_start')} names {code(start)}: what it chose are the declared "
        "defaults, or was chosen in other spaces."
    )


def _sentences(found: Sequence[Saving], start: str | None) -> list[str]:
    chosen = sum(one.was_chosen for one in found)
    reached = [one.trials for one in found if one.trials is not None]
    total, compared = sum(reached), [one for one in found if one.rest is not None and one.warm is not None]
    gainless = len(compared) - sum(trials > 0 for trials in reached)
    alone = len(found) - len(compared)
    whose = f" of {code(start)}" if start else ""
    told = (
        f"{plural(len(found), 'search')} began with the settings that the search{whose} had chosen, right after the "
        f"declared defaults: that trial was chosen in {chosen}. It was as good as the best of the others in "
        f"{len(reached)}, and came {plural(total, 'trial')} earlier in all"
        + (f", {number(total / len(reached), 1)} a search of these" if reached else "")
        + f". In {gainless} of {len(compared)} it was no gain"
        + (f"; in {alone} it, or all of the others, had no value on select to compare." if alone else ".")
    )
    note = (
        "The other trials of the same search stand for a cold one: those of its first batch are the very trials that a "
        "cold search begins with, but for the last of them; later ones were proposed knowing the warm trial."
    )
    return [told, note]


def _line(one: Saving) -> list[Cell]:
    return [
        name(one.variant),
        words(one.arm),
        decimal(one.warm),
        words("yes" if one.was_chosen else "no"),
        decimal(one.rest),
        whole(one.at),
        Cell(DASH if one.trials is None else str(one.trials), one.trials),
    ]
