"""The part of the page Worlds about what the variants are told there, and which of them come to the same."""

from collections.abc import Sequence

from study.exhibits.markup import Html, code, escape, paragraphs
from study.exhibits.prose import percent, sentence
from study.exhibits.world_records import World, Worlds
from study.params import load
from study.params.parts import OBJECTIVES, names_in
from study.params.roster import SequenceEntry

COUNTED, COUNTED_TOGETHER = "personal-decay", "co-occurrence"
COUNTABLE = "frequency"
"""The world in which counting is enough."""
FLAT, EVENT = "flat-next", "sum-next-moment"
"""The model whose positions are tokens, and the one that differs from it in being told events."""


def notes(found: Worlds) -> Html:
    """Which variants come to the same in the worlds, and how tokens do beside events; nothing where none was run."""
    return paragraphs([*_same(found.worlds), *_flat(found.worlds), *_short_of_counting(found.worlds)])


def _same(worlds: Sequence[World]) -> list[str]:
    """That one rule is another one where each key action is a moment of its own."""
    shown = [(recalls[COUNTED], recalls[COUNTED_TOGETHER]) for recalls in _recalls(worlds, COUNTED, COUNTED_TOGETHER)]
    if not shown or any(one != other for one, other in shown):
        return []
    return [
        "Every purchase of these logs is a moment of its own, so no two candidates ever occur together: "
        f"{code(COUNTED_TOGETHER)} is {code(COUNTED)} there, and its recall is the same."
    ]


def _short_of_counting(worlds: Sequence[World]) -> list[str]:
    """What sequence models reach where counting is enough, and that none of them is told counts there, if so."""
    shares = {
        row.variant: row.share.estimate
        for world in worlds
        if world.world == COUNTABLE
        for row in world.variants
        if row.family == "sequence" and row.share is not None and row.share.estimate is not None
    }
    if not shares:
        return []
    reached = " to ".join(dict.fromkeys(percent(pick(shares.values())) for pick in (min, max)))
    roster = load().roster
    entries = [entry for variant in shares if isinstance(entry := roster.get(variant), SequenceEntry)]
    is_untold = len(entries) == len(shares) and not any("repeat" in entry.head for entry in entries)
    untold = (
        "; none of them has the repeat-aware head, which is told these counts, so that of this head the worlds say "
        "nothing"
    )
    return [
        f"In {COUNTABLE}, where the user's own counts are enough, sequence models reach {reached} of the reachable "
        f"recall at this budget{untold * is_untold}."
    ]


def _recalls(worlds: Sequence[World], *variants: str) -> list[dict[str, float | None]]:
    """The recalls of variants in the worlds that have all of them."""
    known = [{row.variant: row.recall.estimate for row in world.variants} for world in worlds]
    return [recalls for recalls in known if set(variants) <= set(recalls)]


def _flat(worlds: Sequence[World]) -> list[str]:
    """How much a model of tokens reaches beside one of events, and what else differs between the two."""
    shares = [(world.world, {row.variant: row.share for row in world.variants}) for world in worlds]
    told = [
        f"{percent(flat.estimate)} and {percent(event.estimate)} in {escape(world)}"
        for world, found in shares
        if (flat := found.get(FLAT)) is not None and (event := found.get(EVENT)) is not None
    ]
    if not told:
        return []
    is_tested = any({one.left, one.right} == {FLAT, EVENT} for world in worlds for one in world.contrasts)
    untested = "" if is_tested else ", which no contrast tests"
    asked = names_in(f"{OBJECTIVES}.next_token")["READ_SHARE"]
    return [
        sentence(f"of the reachable recall {code(FLAT)} and {code(EVENT)} reach {'; '.join(told)}{untested}"),
        "The two differ in their objectives, too, so that these shares do not tell tokens from the next token as what "
        "is asked for.",
        f"In training {code(FLAT)} is asked wherever a candidate of a key action comes next, and at {percent(asked)} "
        "of its other positions. Its context has a token for every column of as many events as the others see; where "
        "values are missing, which have no token, it sees more events than they do.",
    ]
