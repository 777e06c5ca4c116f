"""The part of the page Worlds about what each world is made to show, and whether its log shows it."""

from collections.abc import Iterator, Mapping

from study.exhibits import choose
from study.exhibits.markup import Html, joined
from study.exhibits.prose import percent, signed
from study.exhibits.tables import Cell, name, table, words
from study.exhibits.world_records import World, Worlds
from study.params import load
from study.params.roster import SequenceEntry, Single

ENOUGH, MOST, FEW = 0.95, 0.85, 0.4
"""Shares of the reachable recall: of counting where taste decides; where events decide of what reads them in their
order, at least, and of rules that count, below."""
OWN = "personal-frequency"
HORIZON, MOMENT = "sum-horizon", "sum-next-moment"
Row = list[Cell]


def made_to_show(found: Worlds) -> Html:
    """What is asked of the worlds that are made to show one thing, and what is reached; nothing where none was run."""
    roster = load().roster
    rows = [row for world in found.worlds for row in _asked(world, roster)]
    caption = (
        "What a world is made to show, in shares of the reachable recall or by the verdict of a contrast, and what its "
        "log shows; where that is less than asked for, its dials or its size are wrong"
    )
    head = ["world", "is made to show", "side", "asked for", "reached", "shown"]
    return table(head, rows, caption) if rows else joined([])


def _asked(world: World, roster: Mapping[str, Single]) -> Iterator[Row]:
    shares = world.shares
    if world.world == "frequency" and OWN in shares:
        yield _least(world, "that counting is enough", OWN, shares[OWN], ENOUGH)
    if world.world in {"order", "binding"}:
        forward = [variant for variant in shares if _reads_events_forward(roster.get(variant))]
        counted = [row.variant for row in world.variants if row.family == "counting" and row.variant in shares]
        if forward:
            best = max(forward, key=shares.__getitem__)
            yield _least(world, "that events in their order are enough", best, shares[best], MOST)
        if counted:
            best = max(counted, key=shares.__getitem__)
            is_shown, told = shares[best] < FEW, "that counting is not"
            yield _row(world, told, best, f"below {percent(FEW)}", percent(shares[best]), is_shown=is_shown)
    for one in world.contrasts:
        if world.world == "delay" and (one.left, one.right) == (HORIZON, MOMENT):
            reached = f"{one.verdict}, {signed(one.effect)}"
            told, side = "that the horizon is better than the next moment", f"{HORIZON} over {MOMENT}"
            yield _row(world, told, side, "better", reached, is_shown=one.verdict == "better")


def _least(world: World, told: str, variant: str, share: float, least: float) -> Row:
    return _row(world, told, variant, f"at least {percent(least)}", percent(share), is_shown=share >= least)


def _row(world: World, told: str, side: str, asked: str, reached: str, *, is_shown: bool) -> Row:
    return [
        words(world.world),
        words(told),
        name(side),
        words(asked),
        words(reached),
        words("yes" if is_shown else "no"),
    ]


def _reads_events_forward(entry: Single | None) -> bool:
    """Whether a variant reads events one after another, in their order, and no later one."""
    if not isinstance(entry, SequenceEntry):
        return False
    found = choose.declared(entry.model_dump())
    return bool(found["layout"] == "event" and found["reads_order"] and not found["sees_later"])
