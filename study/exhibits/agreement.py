"""Does another snapshot confirm what the declared contrasts say here, or correct it, and did their effects change?"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Literal, get_args

from study.exhibits import effect_changes, few_seeds, search_luck
from study.exhibits.data import local_day
from study.exhibits.markup import Html, code, escape, listing, paragraphs
from study.exhibits.prose import DAGGER, aside, count, dagger, marked, number, plural, to_margin
from study.exhibits.records import Contrast, Tested
from study.exhibits.results import Results
from study.exhibits.snapshot_pairs import Pair, both_hold, called, otherwise, pair_of
from study.exhibits.snapshot_records import Change
from study.exhibits.source import not_run
from study.exhibits.tables import Cell, effect, name, table, words
from study.params.statistics import BEST

Standing = Literal["confirmed", "compatible", "corrected", "undetermined on one", "undetermined on both"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
WORDS: dict[Standing, str] = {"undetermined on one": "undetermined on one of the two runs"}
"""Standings that a sentence spells out."""


def amounts(standings: Iterable[Standing], *, spelled_out: bool) -> list[str]:
    """How many stand how, in the order of `STANDINGS`: "2 confirmed", or spelled out "2 are confirmed"."""
    known = Counter(standings)
    told = {one: number for one in STANDINGS if (number := known[one])}
    if not spelled_out:
        return [f"{count(many)} {one}" for one, many in told.items()]
    return [f"{count(many)} {'is' if many == 1 else 'are'} {WORDS.get(one, one)}" for one, many in told.items()]


@dataclass(frozen=True)
class Repeated:
    """One declared contrast on both snapshots, the margin of equivalence, and which verdict is open by t, if one is."""

    there: Contrast
    here: Contrast
    margin: float
    open_there: str = ""
    open_here: str = ""

    @property
    def standing(self) -> Standing:
        """What the two verdicts say of each other."""
        return standing(self.there, self.here, self.margin)

    @property
    def sign(self) -> str:
        """Whether the effects have one sign."""
        product = self.there.effect * self.here.effect
        return "kept" if product > 0 else "turned" if product < 0 else "none"

    @property
    def is_headline(self) -> bool:
        """Whether it is about the best of a family, whichever variant that is on a snapshot."""
        return is_headline(self.here)


def standing(there: Tested, here: Tested, margin: float) -> Standing:
    """What the verdicts of an effect on two runs say of each other.

    An equivalence and a difference that may be below the margin can both be true: neither corrects the other.
    """
    verdicts = [there.verdict, here.verdict]
    open_ones = verdicts.count("undetermined")
    if open_ones:
        return "undetermined on both" if open_ones == 2 else "undetermined on one"
    if verdicts[0] == verdicts[1]:
        return "confirmed"
    differing = [side for side in (there, here) if side.verdict != "equivalent"]
    may_be_small = len(differing) == 1 and bool(to_margin(differing[0], margin))
    return "compatible" if may_be_small else "corrected"


def is_headline(contrast: Contrast) -> bool:
    """The same of a contrast of one snapshot."""
    return any(side.startswith(BEST) for side in (contrast.left, contrast.right))


def repeated(pair: Pair) -> list[Repeated]:
    """The contrasts that are declared alike on both snapshots, in their order."""
    known = {contrast.declared: contrast for contrast in pair.there.contrasts}
    margin = pair.here.margin
    both = [(known[c.declared], c) for c in pair.here.contrasts if c.declared in known]
    by_t = few_seeds.by_t
    return [Repeated(there, c, margin, by_t(pair.there, [there]), by_t(pair.here, [c])) for there, c in both]


def headline(results: Results, *, changes: bool = False) -> Html:
    """For each other snapshot which contrasts it confirms or corrects, and with `changes` which effects changed.

    Of a run on the same events how far they moved, in any case.
    """
    return paragraphs(
        [
            sentence
            for other in results.params.compare_with
            for pair in [pair_of(results, other)]
            for sentence in (unknown(results, other) if pair is None else _told_of(pair, changes=changes))
        ]
    )


def unknown(results: Results, other: str) -> list[str]:
    """Why another snapshot says nothing of the arm, a sentence."""
    lead = f"<strong>On the snapshot {code(other)}</strong>"
    if asked_otherwise := otherwise(results, other):
        return [
            f"{lead} the arm {code(results.arm)} asked another question ({listing(list(map(code, asked_otherwise)))}): "
            "nothing there confirms or corrects what stands here."
        ]
    return [f"{lead} nothing is known yet. {not_run(results.arm).replace('this snapshot', 'it')}"]


def _told_of(pair: Pair, *, changes: bool) -> list[str]:
    """What another snapshot says of the contrasts, a paragraph, and with `changes` a second one of their effects."""
    known = repeated(pair)
    cuts = _cut(pair, known) if changes or pair.is_one_log else []
    return [
        " ".join([_headline(pair, known), *cuts]),
        *([effect_changes.sentences(pair, _alike(known))] if changes and known else []),
    ]


def _headline(pair: Pair, every: Sequence[Repeated]) -> str:
    """What another snapshot says of the contrasts about the best of a family, which name no variant; then of others."""
    same = [one for one in every if is_the_same(pair, one)]
    known = [one for one in every if one not in same]
    asked = [one for one in known if one.is_headline]
    lead = called(pair)
    if not asked:
        why = "could come out otherwise" if any(one.is_headline for one in same) else "was declared as here"
        told = f"{lead} no headline contrast, one about the best of a family, {why}."
    else:
        told = (
            f"{lead}, of {plural(len(asked), 'headline contrast')}, those about the best of a family, "
            f"{'; '.join(_told(asked, standing) for standing in STANDINGS if _of(asked, standing))}."
        )
    others = [one for one in known if not one.is_headline]
    more = [f"Of the other contrasts that both have, {count(len(others))}, {_tally(others)}."] if others else []
    return " ".join([told, *_lacking(pair, every), *more, *_of_here_alone(pair), *_not_counted(same)])


def is_the_same(pair: Pair, one: Repeated) -> bool:
    """Whether nothing was repeated: rules, which have no seeds, that both searches set alike, on the same events."""
    if not pair.is_one_log or one.there.effect != one.here.effect:
        return False
    both = [(pair.there, one.there), (pair.here, one.here)]
    return all(side.row(variant).family == "counting" for side, found in both for variant in found.variants)


def _not_counted(same: Sequence[Repeated]) -> list[str]:
    """That contrasts are left out, since they could not have come out otherwise, a sentence; or none."""
    names = [code(one.here.name) for one in same]
    are, what = ("is", "number") if len(names) == 1 else ("are", "numbers")
    told = f"{listing(names)} {are} the very same {what}, between rules that both searches set alike, and not counted."
    return [told] if names else []


def _lacking(pair: Pair, known: Sequence[Repeated]) -> list[str]:
    """The headline contrasts that the other snapshot does not have, or not as here, a sentence each kind; or none."""
    both, there = {one.here.name for one in known}, {contrast.name for contrast in pair.there.contrasts}
    asked = [contrast for contrast in pair.here.contrasts if is_headline(contrast) and contrast.name not in both]
    kinds = {
        "not run there": [contrast for contrast in asked if contrast.name not in there],
        "declared otherwise there": [contrast for contrast in asked if contrast.name in there],
    }
    return [
        f"{listing([f'{code(c.name)}{aside(c)}' for c in shown])} {'was' if len(shown) == 1 else 'were'} {why}."
        for why, shown in kinds.items()
        if shown
    ]


def _of_here_alone(pair: Pair) -> list[str]:
    """How many contrasts that are about no best of a family the other snapshot does not have, a sentence; or none."""
    there = {contrast.name for contrast in pair.there.contrasts}
    alone = [contrast for contrast in pair.here.contrasts if contrast.name not in there and not is_headline(contrast)]
    if not alone:
        return []
    return [f"{plural(len(alone), 'further contrast')} of here {'was' if len(alone) == 1 else 'were'} not run there."]


def _cut(pair: Pair, known: Sequence[Repeated]) -> list[str]:
    """That the other snapshot has the same events, or events of the same days, a sentence; or none."""
    if pair.is_one_log:
        return [_of_one_log(pair, known)]
    there, here = pair.there.data, pair.here.data
    began = {local_day(card.first, card.timezone) for card in (there, here)}
    ended, ends = (datetime.fromisoformat(card.last) for card in (there, here))
    if there.source == here.source and len(began) == 1 and ended != ends:
        when = "an earlier" if ended < ends else "a later"
        return [f"{code(pair.names[0])} is {when} cut of the same log, so agreement is weak evidence."]
    if days := both_hold(pair):
        both = f"Both snapshots hold the days from {days[0]} to {days[1]}"
        return [f"{both}: where these are the same events, agreement is weak evidence."]
    return []


def _of_one_log(pair: Pair, known: Sequence[Repeated]) -> str:
    """What two runs on the same events can differ in, and how far the effects of their contrasts lie apart."""
    there, here = pair.there.manifest, pair.here.manifest
    seeds, luck = ", and the seed", ""
    if there.seed != here.seed:
        seeds = f", the seeds were {there.seed} there and {here.seed} here"
        luck = "the luck of the searches, of the training, and of the order inside a moment, which is drawn; or "
    budget = "" if there.budget == here.budget else ", of the budget"
    told = (
        f"The events are the same{seeds}: what moved is {luck}what is another of the code{budget} or of the machine. "
        "Agreement says nothing of another log."
    )
    moves = {one.here.name: abs(one.here.effect - one.there.effect) for one in known if not is_the_same(pair, one)}
    if not moves:
        return told
    most = max(moves, key=moves.__getitem__)
    return (
        f"{told} An effect moved by {number(median(moves.values()))} in the median, and at most by "
        f"{number(moves[most])} ({code(most)}).{search_luck.told(pair)}"
    )


def _alike(found: Sequence[Repeated]) -> list[tuple[Contrast, Contrast]]:
    return [(one.there, one.here) for one in found]


def _tally(others: Sequence[Repeated]) -> str:
    """Which are corrected, and how many stand otherwise."""
    corrected = _told(others, "corrected") if _of(others, "corrected") else "none is corrected"
    rest = amounts((one.standing for one in others if one.standing != "corrected"), spelled_out=True)
    return f"{corrected}; {listing(rest)}" if rest else corrected


def _told(asked: Sequence[Repeated], standing: Standing) -> str:
    shown = _of(asked, standing)
    is_are = "is" if len(shown) == 1 else "are"
    clauses = [f"{code(one.here.name)}{_verdicts(one)}" for one in shown]
    return f"{len(shown)} {is_are} <strong>{WORDS.get(standing, standing)}</strong>: {listing(clauses)}"


def _verdicts(one: Repeated) -> str:
    """Both verdicts where they differ, and that the contrast is no plan made beforehand; or nothing."""
    sides = {"there": (one.there, one.open_there), "here": (one.here, one.open_here)}
    unlike = one.there.verdict != one.here.verdict
    told = [f"{side.verdict} {place}{is_open}" for place, (side, is_open) in sides.items() if unlike or is_open]
    told += effect_changes.unplanned(one.there, one.here)
    return f" ({', '.join(told)})" if told else ""


def _of(asked: Sequence[Repeated], standing: Standing) -> list[Repeated]:
    return [one for one in asked if one.standing == standing]


def contrast_table(pair: Pair) -> Html:
    """Every contrast that both snapshots have: what both say together, the change, effect and verdict on each."""
    found = repeated(pair)
    if not found:
        return paragraphs([f"No contrast of the arm {code(pair.here.arm)} is declared alike on both."])
    (other, this), changes = pair.names, effect_changes.known(pair, _alike(found))
    both = [side for one in found for side in (one.there, one.here)]
    same = sum(is_the_same(pair, one) for one in found)
    moved = [one for one in found if not is_the_same(pair, one)]
    told = amounts((one.standing for one in moved), spelled_out=False)
    told += [f"{count(same)} the very same numbers"] * bool(same)
    kept = sum(one.sign == "kept" for one in found)
    draw = ", with other candidates held back on each" if pair.has_another_draw else ""
    lead = (
        f"Arm {code(pair.here.arm)}{draw}: of {plural(len(found), 'contrast')} that "
        f"{'is' if len(found) == 1 else 'are'} declared alike, {listing(told)}; the sign is kept by {kept}. "
        f"{effect_changes.sentences(pair, _alike(found))}"
    )
    tested = effect_changes.HEAD if changes else []
    effects = [f"effect, {other}", "verdict", f"effect, {this}", "verdict"]
    head = ["contrast", "together", *tested, *effects, "sign", "sides"]
    caption = (
        f"Declared contrasts of the arm {pair.here.arm} on {other} and on {this}, with the intervals that their "
        "verdicts used; confirmed: one and the same settled verdict; corrected: better against worse, or equivalent "
        "against a difference shown to be beyond the margin; compatible: equivalent on one, on the other a "
        "difference that may be below the margin; by t: by the t distribution, see Protocol"
        f"{effect_changes.legend(pair) if changes else ''}{dagger(both)}"
    )
    lines = [_line(one, changes[one.here.name] if changes else None) for one in found]
    return Html(paragraphs([lead]).text + table(head, lines, caption).text)


def _line(one: Repeated, change: Change | None) -> list[Cell]:
    sides = [one.there.variants, one.here.variants]
    told = [" over ".join(escape(variant) for variant in pair) for pair in dict.fromkeys(sides)]
    return [
        name(marked(one.here)),
        words(one.standing),
        *(effect_changes.cells(change) if change else []),
        effect(one.there),
        words(f"{one.there.verdict}{DAGGER if one.there.after_test else ''}{one.open_there}"),
        effect(one.here),
        words(f"{one.here.verdict}{one.open_here}"),
        words(one.sign),
        Cell(", then ".join(told), told[-1], "words long"),
    ]
