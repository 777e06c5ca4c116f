"""What each part of a sequence model, and each property of the log, is worth where it alone changes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from study.exhibits import diagnostics, distance, few_seeds, other_changes, plan, scope
from study.exhibits.clauses import hedged
from study.exhibits.markup import Html, joined, listing, paragraphs
from study.exhibits.prose import flipped, late, number, over, plural, signed, to_margin
from study.exhibits.records import Contrast, Diagnosis
from study.exhibits.results import Results
from study.exhibits.tables import Cell, decimal, table, whole, words
from study.params.statistics import PRIMARY

TOPICS = {
    "order": "the order of the moments",
    "time": "the times of the moments",
    "recent": "what users did before their last events",
    "attributes": "any one attribute",
    "noise": "being without random attributes",
    "users": "the number of users",
}
"""What the diagnostics take from a log, by their topics."""
BEYOND = "shown to be worth more than the margin of {:g}"
WITHIN = "shown to be worth something, perhaps less than the margin"
HARM = "shown to do harm"
NOTHING = "not shown to be worth anything"
HEAD = (
    "changed alone",
    "contrasts",
    "beyond the margin",
    "perhaps within it",
    "equivalent",
    "undetermined",
    "median",
    "largest",
    "which is",
    "verdict",
)


@dataclass(frozen=True)
class Worth:
    """The contrasts in which one thing alone changes, the largest gain first."""

    called: str
    contrasts: list[Contrast]

    @property
    def largest(self) -> Contrast:
        """The one with the largest effect, whatever its sign and verdict."""
        return max(self.contrasts, key=lambda one: abs(one.effect))

    def gains(self, margin: float, *, beyond: bool) -> list[Contrast]:
        """Those that are shown to differ, by an interval that is beyond the margin whole, or is not."""
        return [one for one in self.contrasts if one.verdict == "better" and (not to_margin(one, margin)) == beyond]


def parts(results: Results) -> list[Worth]:
    """The parts of sequence models that a declared contrast changes alone, those that the study asks about first.

    A contrast with a side that is not clearly above popularity says little of a part, and is left out.
    """
    changes = plan.changes(results)
    found: dict[str, list[Contrast]] = {part: [] for part in (*distance.ASKED, *plan.PARTS)}
    for contrast in scope.trained(results, results.contrasts):
        if len(moved := changes(*contrast.variants)) == 1:
            found[moved[0]].append(contrast)
    gains = {part: [one if one.effect >= 0 else flipped(one) for one in found[part]] for part in found}
    return [_worth(distance.called(part), contrasts) for part, contrasts in gains.items() if contrasts]


def properties(results: Results) -> list[Worth]:
    """What the diagnostics change in the log, by topic, the log as it is over the changed one; none where not run."""
    found: dict[str, list[Contrast]] = {topic: [] for topic in TOPICS}
    for one in results.diagnostics.contrasts if results.diagnostics else ():
        found.setdefault(one.question, []).append(flipped(diagnostics.as_contrast(one)))
    return [_worth(TOPICS.get(topic, topic), contrasts) for topic, contrasts in found.items() if contrasts]


def _worth(called: str, contrasts: Sequence[Contrast]) -> Worth:
    return Worth(called, sorted(contrasts, key=lambda one: -one.effect))


def shown(results: Results) -> Html:
    """What is shown to be worth anything in words, over a line for each thing that was changed alone."""
    model, log = parts(results), properties(results)
    if not model:
        return paragraphs(["Nothing to tell: no declared contrast changes one part of a sequence model alone."])
    told = [f"Changed alone, between sequence models that are clearly above popularity, {_told(results, model)}."]
    if log:
        fits = "with the best of each family on select, in fits of the diagnostics"
        told.append(f"Of the log, {fits} ({other_changes.LINK}), {_told(results, log)}.")
    told.append(
        "The largest of several estimates is likely more than what it estimates, the more so the more there are. What "
        "a part is worth hangs on what it is changed from, and on the other parts, which a contrast holds fixed."
    )
    return joined([paragraphs(told), _numbers(results, [*model, *log])])


def _told(results: Results, asked: Sequence[Worth]) -> str:
    """What is shown to be worth more than the margin, what something, what harm, and what nothing, a clause each."""
    margin = results.margin
    kinds: dict[str, list[str]] = {BEYOND.format(margin): [], WITHIN: [], HARM: [], NOTHING: []}
    for one in sorted(asked, key=lambda one: -abs(one.largest.effect)):
        gains = [c for c in one.contrasts if c.verdict == "better"]
        harms = [flipped(c) for c in one.contrasts[::-1] if c.verdict == "worse"]
        if gains:
            is_beyond = bool(one.gains(margin, beyond=True))
            kinds[BEYOND.format(margin) if is_beyond else WITHIN].append(f"{one.called}{_up_to(results, gains[0])}")
        if harms:
            kinds[HARM].append(f"{one.called}{_up_to(results, harms[0])}")
        if not gains and not harms:
            kinds[NOTHING].append(one.called)
    return "; ".join(f"{kind}: {listing(found)}" for kind, found in kinds.items() if found)


def _up_to(results: Results, one: Contrast) -> str:
    return f" (up to {number(one.effect)}, {over(one)}{few_seeds.by_t(results, [one])})"


def _numbers(results: Results, asked: Sequence[Worth]) -> Html:
    margin, contrasts = results.margin, [contrast for one in asked for contrast in one.contrasts]
    caption = (
        f"{plural(len(contrasts), 'contrast')} in which one thing alone changes, by what that is; effects in "
        f"{PRIMARY}, of a part told in the direction of the gain, of the log as it is over the changed one. Beyond the "
        f"margin: shown to be worth more than {margin:g}; perhaps within it: shown to be worth something, not more; "
        "median, largest: of the effects, whatever their verdicts"
    )
    return table(list(HEAD), [_line(results, one) for one in asked], caption)


def _line(results: Results, one: Worth) -> list[Cell]:
    margin, most, verdicts = results.margin, one.largest, Counter(c.verdict for c in one.contrasts)
    behind = "" if isinstance(most, Diagnosis) else hedged(results)(most)
    return [
        words(one.called.removeprefix("the ")),
        whole(len(one.contrasts)),
        *(whole(len(one.gains(margin, beyond=is_beyond))) for is_beyond in (True, False)),
        *(whole(verdicts[verdict]) for verdict in ("equivalent", "undetermined")),
        decimal(median(c.effect for c in one.contrasts)),
        Cell(f"{signed(most.effect)} [{signed(most.low)}, {signed(most.high)}]", most.effect),
        Cell(over(most), over(most), "words long"),
        Cell(f"{most.verdict}{to_margin(most, margin)}{late(most)}{behind}", most.verdict, "words long"),
    ]
