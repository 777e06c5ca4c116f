"""What each part of a sequence model, and each property of the log, is worth where it alone changes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from study.exhibits import choose, diagnostics, distance, few_seeds, other_changes, plan, scope
from study.exhibits.answer import TURN
from study.exhibits.changes import is_at_test_alone
from study.exhibits.clauses import hedged, unfinished_sides
from study.exhibits.figures import folded
from study.exhibits.markup import Html, bullets, code, joined, listing, paragraphs
from study.exhibits.prose import (
    DASH,
    NO_BOUND,
    count,
    flipped,
    is_unbounded,
    late,
    number,
    over,
    plural,
    raised,
    to_margin,
)
from study.exhibits.records import Contrast, Diagnosis
from study.exhibits.results import Results
from study.exhibits.tables import Cell, decimal, effect, table, whole, words
from study.params.statistics import PRIMARY

TOPICS = {
    "order": "the order of the moments with how recent each is",
    "time": "the times of the moments",
    "recent": "what all users did before their last events",
    "attributes": "any one attribute",
    "noise": "being without random attributes",
    "users": "the number of users",
}
"""What the diagnostics take from a log, by their topics."""
TAKEN = " (at test alone)"
NEGATIVES, FORM = "the loss with its negatives", "the form of the loss at as many negatives"
POSITIONS, JOINED = "one position per event or per attribute", "how the attributes of an event are joined"
AND_WHERE = ", and with it where it is asked and among what"
AND_HISTORY = ", and with it how much history fits"
HISTORY_AT_ALL = "reading a history at all, beside what the head is told"
BEYOND = "shown to be worth more than the margin of {:g}"
WITHIN = "shown to be worth something, perhaps less than the margin"
HARM = "shown to do harm"
SAME = "equivalent within ±{:g} in every contrast"
OPEN = "left open, at least in part"
ASKED = "Which part of the model matters?"
NONE = "Nothing to tell of parts: no declared contrast changes one alone, {}."
HEAD = (
    "changed alone",
    "largest",
    "which is",
    "verdict",
    "median",
    "contrasts",
    "beyond the margin",
    "perhaps within it",
    "harm",
    "equivalent",
    "undetermined",
)


@dataclass(frozen=True)
class Worth:
    """The contrasts in which one thing alone changes, the largest gain first.

    Attributes:
        called: the thing, in words.
        small_by_t: names of those that are perhaps by less than the margin by t, though not by their intervals.
    """

    called: str
    contrasts: list[Contrast]
    small_by_t: frozenset[str] = frozenset()

    @property
    def largest(self) -> Contrast:
        """The one with the largest effect, whatever its sign and verdict."""
        return max(self.contrasts, key=lambda one: abs(one.effect))

    def gains(self, margin: float, *, beyond: bool) -> list[Contrast]:
        """Those that are shown to differ, by an interval that is beyond the margin whole and by t, or is not."""
        better = [one for one in self.contrasts if one.verdict == "better"]
        return [one for one in better if beyond == (not to_margin(one, margin) and one.name not in self.small_by_t)]


def parts(results: Results) -> list[Worth]:
    """The parts of sequence models that a declared contrast changes alone, in the order of the contrasts.

    A contrast with a side that is not clearly above popularity says little of a part, and is left out.
    """
    changes = plan.changes(results)
    found: dict[str, list[Contrast]] = {}
    for contrast in scope.trained(results, results.contrasts):
        if len(moved := changes(*contrast.variants)) == 1:
            gain = contrast if contrast.effect >= 0 else flipped(contrast)
            found.setdefault(_called(results, contrast, moved[0]), []).append(gain)
    small = frozenset(c.name for found_ in found.values() for c in found_ if few_seeds.is_small_by_t(results, c))
    return [_worth(called, contrasts, small) for called, contrasts in found.items()]


def _called(results: Results, contrast: Contrast, part: str) -> str:
    """What changes with a part: of a loss its negatives, unless both sides draw as many; or all that reads a history.

    Of objectives some differ in the places where they are asked as well, or in the classes among which they are.
    A side that reads none has nothing to read one with either. Of representations some differ in their positions, and
    with them in how much of a history fits, where that may make the difference.
    """
    sides = [choose.parts_of(results, side) for side in contrast.variants]
    if any(choose.declared(side).get("is_blind") for side in sides):
        return HISTORY_AT_ALL
    if part == "objective":
        asked = [(choose.labels(side), choose.declared(side)["classes"]) for side in sides]
        return f"{distance.called(part)}{AND_WHERE * (asked[0] != asked[1])}"
    if part == "representation":
        layouts = {choose.declared(side).get("layout") for side in sides}
        if len(layouts) == 1:
            return JOINED
        return f"{POSITIONS}{AND_HISTORY * bool(scope.unlike_histories(results, contrast))}"
    if part != "loss":
        return distance.called(part)
    left, right = (side["loss_options"].get("negatives") for side in sides)
    return FORM if left == right else NEGATIVES


def properties(results: Results) -> list[Worth]:
    """What the diagnostics change in the log, by topic, the log as it is over the changed one; none where not run.

    What fits are scored without that had it in training stands apart from what they were fitted anew without.
    """
    found: dict[str, list[Contrast]] = {}
    for one in results.diagnostics.contrasts if results.diagnostics else ():
        called = f"{TOPICS.get(one.question, one.question)}{TAKEN * is_at_test_alone(one.change)}"
        found.setdefault(called, []).append(flipped(diagnostics.as_contrast(one)))
    return [_worth(called, contrasts) for called, contrasts in found.items()]


def _worth(called: str, contrasts: Sequence[Contrast], small_by_t: frozenset[str] = frozenset()) -> Worth:
    return Worth(called, sorted(contrasts, key=lambda one: -one.effect), small_by_t)


def shown(results: Results) -> Html:
    """What is shown to be worth anything in words, over a line for each thing that was changed alone."""
    model, log = parts(results), properties(results)
    sides = _between(results)
    told = [paragraphs([NONE.format(sides)])]
    if model:
        told = [paragraphs([f"Changed alone, {sides}:"]), bullets(_told(results, model))]
    if log:
        fits = "with the best of each family on select, in fits of the diagnostics"
        told += [paragraphs([f"Of the log, {fits} ({other_changes.LINK}):"]), bullets(_told(results, log))]
    if not model and not log:
        return joined(told)
    limits = (
        "The largest of several estimates is likely more than what it estimates, the more so the more there are. "
        "What a part is worth hangs on what it is changed from, and on the other parts. "
        "Where the order is shuffled recency is lost along with it. What is taken at test alone, from fits that were "
        "trained with it, tells what these live on, and not how a fit without it would do."
    )
    numbers = folded("a line for each thing that was changed alone", _numbers(results, [*model, *log]))
    return joined([*told, paragraphs([limits], "source"), numbers])


def _between(results: Results) -> str:
    """Which variants are compared; without the rule of popularity nothing says who has left it."""
    above = any(results.over_popularity(row.variant) is not None for row in results.leaderboard)
    return (
        f"between sequence models of the arm {code(results.arm)}{' that are clearly above popularity' if above else ''}"
    )


def headline(results: Results) -> Html:
    """Which parts of a sequence model are shown to matter, and which are shown not to; nothing where none was asked."""
    model = parts(results)
    if not model:
        return Html("")
    kinds = _kinds(results, model)
    beyond = [f"{one.called}{_up_to(results, first)}" for one, first in kinds[BEYOND] if first]
    same = [one.called for one, _ in kinds[SAME]]
    which = f"of {count(len(model))} that a contrast changes alone, {_between(results)}"
    worth = [f"{raised(BEYOND.format(results.margin))}, {which}: {listing(beyond)}."]
    worth += _unfinished(results, [first for _, first in kinds[BEYOND] if first])
    if not beyond:
        worth = [f"None is {BEYOND.format(results.margin)}, {which}."]
    if same:
        worth.append(f"{raised(SAME.format(results.margin))}: {listing(same)}.")
    return paragraphs([f"<strong>{ASKED}</strong> {f' {TURN}'.join(worth)}"], "prose headline")


def _unfinished(results: Results, shown: Sequence[Contrast]) -> list[str]:
    """How many of the contrasts that show it have a side that was best at the end of the budget, a sentence."""
    found = [one for one in shown if unfinished_sides(results, [one])]
    if not found:
        return []
    which = "The contrast that shows it has" if len(shown) == 1 else "Each of the contrasts that show it has"
    if len(found) < len(shown):
        have = "has" if len(found) == 1 else "have"
        which = f"Of the {count(len(shown))} contrasts that show it {count(len(found))} {have}"
    return [f"{which} an unfinished side, which might have learned more."]


def _kinds(results: Results, asked: Sequence[Worth]) -> dict[str, list[tuple[Worth, Contrast | None]]]:
    """What is shown to be worth more than the margin, what something, what harm, and what not, the largest first.

    Each stands beside the contrast that shows it, or beside none where none does.
    """
    kinds: dict[str, list[tuple[Worth, Contrast | None]]] = {kind: [] for kind in (BEYOND, WITHIN, HARM, SAME, OPEN)}
    for one in sorted(asked, key=lambda one: -abs(one.largest.effect)):
        beyond, within = (one.gains(results.margin, beyond=is_beyond) for is_beyond in (True, False))
        harms = [flipped(c) for c in one.contrasts[::-1] if c.verdict == "worse"]
        told = {BEYOND: beyond, WITHIN: [] if beyond else within, HARM: harms}
        for kind, found in told.items():
            kinds[kind] += [(one, first) for first in found[:1]]
        if not any(told.values()):
            alike = all(c.verdict == "equivalent" for c in one.contrasts)
            kinds[SAME if alike else OPEN].append((one, None))
    return kinds


def _told(results: Results, asked: Sequence[Worth]) -> list[str]:
    """A sentence for each kind that there is."""
    told = {
        kind: [
            f"{one.called}{_up_to(results, first, *_sides(results, first)) if first else ''}" for one, first in found
        ]
        for kind, found in _kinds(results, asked).items()
    }
    return [f"{raised(kind.format(results.margin))}: {listing(found)}." for kind, found in told.items() if found]


def _up_to(results: Results, one: Contrast, *which: str) -> str:
    told = ", ".join([number(one.effect), *which])
    return f" (up to {told}{few_seeds.by_t(results, [one])}{late(one)})"


def _sides(results: Results, one: Contrast) -> list[str]:
    """The sides of a contrast, and how many of them are unfinished where any is; of the log the sides alone."""
    unfinished = "" if isinstance(one, Diagnosis) else unfinished_sides(results, [one])
    return [over(one), *([unfinished] if unfinished else [])]


def _numbers(results: Results, asked: Sequence[Worth]) -> Html:
    margin, contrasts = results.margin, [contrast for one in asked for contrast in one.contrasts]
    caption = (
        f"{plural(len(contrasts), 'contrast')} in which one declared part alone changes, with what it brings "
        f"along; effects in {PRIMARY}, of a part told in the direction of the gain, of the log as it is over the "
        f"changed one. Beyond the margin: shown to be worth more than {margin:g}; perhaps within it: shown to be worth "
        "something, not more; "
        "harm, of the log alone: shown to cost something; median, largest: of the effects, whatever their verdicts; "
        "those of a part have no sign here, so that noise makes their median larger"
    )
    if any(is_unbounded(one.largest) for one in asked):
        caption += f"; an interval of −1 to +1: {NO_BOUND}"
    lines = [_line(one, margin, "" if isinstance(one.largest, Diagnosis) else _behind(results, one)) for one in asked]
    return table(list(HEAD), lines, caption)


def _behind(results: Results, one: Worth) -> str:
    """How many sides of the largest contrast are unfinished, where any is, and what its verdict hangs on."""
    unfinished = unfinished_sides(results, [one.largest])
    return f"{f', {unfinished}' if unfinished else ''}{hedged(results)(one.largest)}"


def _line(one: Worth, margin: float, behind: str) -> list[Cell]:
    most, verdicts = one.largest, Counter(c.verdict for c in one.contrasts)
    is_of_the_log = isinstance(most, Diagnosis)
    return [
        words(one.called.removeprefix("the ")),
        effect(most),
        Cell(over(most), over(most), "words long"),
        Cell(f"{most.verdict}{to_margin(most, margin)}{late(most)}{behind}", most.verdict, "words long"),
        decimal(median(c.effect for c in one.contrasts)),
        whole(len(one.contrasts)),
        *(whole(len(one.gains(margin, beyond=is_beyond))) for is_beyond in (True, False)),
        whole(verdicts["worse"]) if is_of_the_log else words(DASH),
        *(whole(verdicts[verdict]) for verdict in ("equivalent", "undetermined")),
    ]
