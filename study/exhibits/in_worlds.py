"""What both sides of a contrast reach in simulated logs, where it is known how much can be reached."""

from collections.abc import Sequence

from study.exhibits import worlds
from study.exhibits.markup import Html, joined
from study.exhibits.prose import percent, plural, turned
from study.exhibits.records import Contrast
from study.exhibits.tables import Cell, name, table
from study.exhibits.world_records import World


def beside(contrasts: Sequence[Contrast]) -> Html:
    """A line for each contrast whose two variants ran in the worlds; nothing where none did.

    A column stands for each world in which there is anything to reach.
    """
    shown = [world for world in worlds.load().worlds if world.shares]
    rows = {
        one.variants: [name(one.left_variant), name(one.right_variant), *(_both(world, one) for world in shown)]
        for one in contrasts
        if any(set(one.variants) <= world.shares.keys() for world in shown)
    }
    if not rows:
        return joined([])
    seeds = max(row.seeds for world in shown for row in world.variants)
    caption = (
        "The same two variants in simulated logs, with default settings and without a search (see Worlds): what "
        "left and right reach of the reachable recall@10, and the verdict where the contrast is declared there; where "
        f"none stands no contrast was tested, and the shares are those of {plural(seeds, 'seed')} of a network"
    )
    return table(["left", "right", *(world.world for world in shown)], list(rows.values()), caption)


def _both(world: World, contrast: Contrast) -> Cell:
    shares, (left, right) = world.shares, contrast.variants
    if not {left, right} <= shares.keys():
        return Cell("", None)
    found = [one for one in world.contrasts if {one.left, one.right} == {left, right}]
    verdicts = [f", {one.verdict if one.left == left else turned(one.verdict)}" for one in found]
    told = f"{percent(shares[left], 0)} and {percent(shares[right], 0)}{''.join(verdicts[:1])}"
    return Cell(told, shares[left] - shares[right])
