"""The part of the page Worlds about what the variants are told there, and which of them come to the same."""

from collections.abc import Mapping, Sequence

from study.exhibits import choose
from study.exhibits.markup import Html, code, escape, listing, paragraphs
from study.exhibits.prose import percent, sentence
from study.exhibits.results import SEQUENCE
from study.exhibits.world_records import World, Worlds
from study.params import load
from study.params.parts import OBJECTIVES, names_in
from study.params.roster import SequenceEntry

COUNTED, COUNTED_TOGETHER = "personal-decay", "co-occurrence"
COUNTABLE = "frequency"
"""The world in which counting is enough."""
TOKEN, FLAT, EVENT = "flat-next", "flat-next-moment", "sum-next-moment"
"""Two models whose positions are tokens, which differ in their objective, and one of events with that of the second."""


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
    """What sequence models reach where counting is enough, those that are told the user's own counts by themselves."""
    shares = {
        row.variant: world.shares[row.variant]
        for world in worlds
        if world.world == COUNTABLE
        for row in world.variants
        if row.family == SEQUENCE and row.variant in world.shares
    }
    if not shares:
        return []
    told, untold = (
        {v: share for v, share in shares.items() if _is_told_counts(v) == is_told} for is_told in (True, False)
    )
    lead = f"In {COUNTABLE}, where the user's own counts are enough, sequence models"
    reach = f"reach {_range(untold or told)} of the reachable recall at this budget"
    heads = "with a head that is told them"
    if not untold:
        return [f"{lead} {heads} {reach}."]
    if not told:
        more = f"; none {heads} is in the worlds, so that they say nothing of it"
    else:
        more = f", and those {heads} {_range(told)}"
    return [f"{lead} that are not told these counts {reach}{more}."]


def _is_told_counts(variant: str) -> bool:
    """Whether the head of a sequence variant is told the user's own counts."""
    entry = load().roster.get(variant)
    return isinstance(entry, SequenceEntry) and bool(choose.declared(entry.model_dump())["reads_own"])


def _range(shares: Mapping[str, float]) -> str:
    return " to ".join(dict.fromkeys(percent(pick(shares.values())) for pick in (min, max)))


def _recalls(worlds: Sequence[World], *variants: str) -> list[dict[str, float | None]]:
    """The recalls of variants in the worlds that have all of them."""
    known = [{row.variant: row.recall.estimate for row in world.variants} for world in worlds]
    return [recalls for recalls in known if set(variants) <= set(recalls)]


def _flat(worlds: Sequence[World]) -> list[str]:
    """How much models of tokens reach beside one of events, and what differs between them."""
    reached = [{row.variant: row.share for row in world.variants if row.share is not None} for world in worlds]
    ladder = [variant for variant in (TOKEN, FLAT, EVENT) if any(variant in shares for shares in reached)]
    told = [
        f"{listing([percent(shares[variant].estimate) for variant in ladder])} in {escape(world.world)}"
        for world, shares in zip(worlds, reached, strict=True)
        if set(ladder) <= set(shares)
    ]
    if EVENT not in ladder or len(ladder) == 1 or not told:
        return []
    is_tested = any({one.left, one.right} <= set(ladder) for world in worlds for one in world.contrasts)
    untested = "" if is_tested else ", which no contrast tests"
    lead = f"of the reachable recall {listing(list(map(code, ladder)))} reach {'; '.join(told)}{untested}"
    return [sentence(lead), *_what_differs(ladder)]


def _what_differs(ladder: Sequence[str]) -> list[str]:
    """What neighbours of the ladder do not have in common, where the flat ones are asked, and how far they see."""
    token, flat, event = map(code, (TOKEN, FLAT, EVENT))
    told = []
    if TOKEN in ladder and FLAT in ladder:
        told.append(f"{token} and {flat} differ in their objective alone, {flat} and {event} in their representation.")
    elif TOKEN in ladder:
        told.append(
            "The two differ in their objectives, too, so that these shares do not tell tokens from the next token as "
            "what is asked for."
        )
    if TOKEN in ladder:
        asked = percent(names_in(f"{OBJECTIVES}.next_token")["READ_SHARE"])
        told.append(
            f"In training {token} is asked wherever a candidate of a key action comes next, and at {asked} of its "
            "other positions."
        )
    told.append(
        "The context of a flat model has a token for every column of as many events as the others see; where values "
        "are missing, which have no token, it sees more events than they do."
    )
    return told
