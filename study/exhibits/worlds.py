"""The page Worlds: how much of what can be reached each variant reaches where the truth is known."""

import plotly.graph_objects as go

from study import params
from study.exhibits.figures import draw, inert, row_height
from study.exhibits.markup import Html, bullets, code, escape, joined, listing, paragraphs
from study.exhibits.prose import number, percent, plural, sentence, signed, within
from study.exhibits.records import Estimate
from study.exhibits.result_file import read_if_made
from study.exhibits.source import short
from study.exhibits.tables import Cell, brackets, decimal, estimate, name, table, whole, words
from study.exhibits.world_records import Reached, Validity, World, Worlds
from study.exhibits.world_verdicts import tally
from study.params.worlds import NAMES
from study.paths import world_file

HIGHEST = "The leaders were picked by these same recalls, so the highest of several is biased slightly upwards."
NOT_RUN = "The worlds have not been run yet: <code>dvc repro</code> runs every arm."
RISING = "↑"
"""Marks the share of a variant with a fit whose best round was its last."""
CHECK = "run `python -m study worlds --repeat 400`"
"""What makes the file of the validity check, which is no stage of the pipeline."""
COLOURS = [[0.0, "#ffffff"], [0.5, "#8cc5e3"], [1.0, "#0072b2"]]


def load() -> Worlds:
    """The results of the worlds, which no snapshot enters.

    Raises:
        UserError: a file is broken.
    """
    found = [read_if_made(world_file(world), World) for world in NAMES]
    checked = read_if_made(world_file("validity"), Validity, CHECK)
    return Worlds([world for world in found if world is not None], checked)


def answer(found: Worlds) -> Html:
    """For each world what leads, and how often the verdicts are the truth."""
    if not found.worlds:
        return paragraphs([NOT_RUN])
    items = [_leader(world) for world in found.worlds]
    several = [HIGHEST] if any(len(world.variants) > 1 for world in found.worlds) else []
    notes = [tally(found), *_beyond(found.worlds), *several, _intervals(found.worlds), _origin(found.worlds)]
    return joined([bullets(items), paragraphs(notes)])


def _intervals(worlds: list[World]) -> str:
    """Of which level the intervals are, and how few seeds they know."""
    level = f"The intervals of recall and of shares are those of {percent(1 - params.load().statistics.alpha)}"
    several = [row.seeds for world in worlds for row in world.variants if row.seeds > 1]
    if not several:
        return f"{level} over users and seeds."
    return (
        f"{level} over users and seeds. Of {plural(min(several), 'seed')} a fit they are too narrow where seeds make "
        "most of the variance (<em>Protocol</em>), and so are those of the verdicts below."
    )


def _leader(world: World) -> str:
    label = f"<strong>{escape(world.world)}:</strong>"
    if _is_out_of_reach(world) and world.promises_more_than_chance:
        best = _most(world.variants)
        return (
            f"{label} the oracle is not clearly ahead of {code(world.base)}, so no share of its lead is told; "
            f"{_reach(best)} most, {_points(best[0].above_chance)} points of recall@10 above chance."
        )
    if _is_out_of_reach(world):
        far = max(world.variants, key=lambda row: abs(row.above_chance))
        return (
            f"{label} there is nothing to learn, and the largest distance from chance is that of {code(far.variant)}, "
            f"{_points(far.above_chance)} points of recall@10."
        )
    best = _most(world.variants)
    counts = _most([row for row in world.variants if row.family == "counting"])
    than = f"; of the counting rules, {_reach(counts)} most, {_share(counts[0])}" if counts else ""
    if world.base in {row.variant for row in counts}:
        than = f"; no counting rule reaches more than {code(world.base)}, with which that share begins"
    return f"{label} {_reach(best)} {_share(best[0])} of the reachable recall{than * (counts != best)}."


def _is_out_of_reach(world: World) -> bool:
    """Whether the oracle is not clearly ahead of popularity, so that no share is told."""
    return all(row.share is None for row in world.variants)


def _most(rows: list[Reached]) -> list[Reached]:
    """Those of the highest recall: rules that count the same thing have it together."""
    most = max((_value(row.recall) for row in rows), default=None)
    return [row for row in rows if _value(row.recall) == most]


def _reach(rows: list[Reached]) -> str:
    return f"{listing([code(row.variant) for row in rows])} {'reaches' if len(rows) == 1 else 'reach'}"


def _value(estimate: Estimate) -> float:
    assert estimate.estimate is not None
    return estimate.estimate


def _share(row: Reached) -> str:
    assert row.share is not None
    low, high = (percent(value) for value in (row.share.low, row.share.high))
    return f"{percent(row.share.estimate)} (interval {low} to {high})"


def _points(value: float) -> str:
    return signed(100 * value, 1)


def _beyond(worlds: list[World]) -> list[str]:
    """A variant that is beyond the oracle by more than noise would be an error of the simulator or a leak."""
    beyond = [
        f"{code(row.variant)} in {escape(world.world)}"
        for world in worlds
        for row in world.variants
        if row.beats_oracle
    ]
    if beyond:
        return [f"Beyond the oracle by more than noise, which cannot be: {listing(beyond)}."]
    return ["No variant is beyond the oracle by more than noise."]


def _origin(worlds: list[World]) -> str:
    made = dict.fromkeys((world.revision, world.budget) for world in worlds)
    told = listing([f"revision {code(short(revision))} with the budget {code(budget)}" for revision, budget in made])
    return sentence(f"these numbers are those of {told}")


def heat_map(found: Worlds) -> Html:
    """The share of the reachable recall of each variant in each world; points above chance where nothing is."""
    if not found.worlds:
        return joined([])
    variants = list(dict.fromkeys(row.variant for world in found.worlds for row in world.variants))
    cells = [[_cell(world, variant) for world in found.worlds] for variant in variants]
    texts = [[_text(cell) for cell in line] for line in cells]
    shares = [[_colour(cell) for cell in line] for line in cells]
    trace = go.Heatmap(
        x=[inert(world.world) for world in found.worlds],
        y=[inert(variant) for variant in variants],
        z=shares,
        text=texts,
        texttemplate="%{text}",
        zmin=0,
        zmax=1,
        colorscale=COLOURS,
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="%{y} in %{x}: %{text}<extra></extra>",
    )
    caption = (
        f"Share of the reachable recall@10, from popularity (0 %) to the oracle (100 %){_without_reach(found.worlds)}."
    )
    if any(RISING in text for line in texts for text in line):
        caption += f" {RISING}: the best round of a fit was its last, so longer training may reach more."
    return draw(
        [trace],
        caption,
        height=row_height(len(variants)) + 30,
        xaxis={"type": "category", "side": "top", "showgrid": False},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False},
    )


def _without_reach(worlds: list[World]) -> str:
    """What is shown of the worlds whose oracle is not clearly ahead, for a caption; nothing without one."""
    names = [world.world for world in worlds if _is_out_of_reach(world)]
    if not names:
        return ""
    where = f"world{'s' if len(names) > 1 else ''} {listing(names)}"
    return (
        f"; in the {where}, where the oracle is not clearly ahead of popularity, points above the recall of a random "
        "ranking"
    )


def _cell(world: World, variant: str) -> Reached | None:
    return next((row for row in world.variants if row.variant == variant), None)


def _text(cell: Reached | None) -> str:
    if cell is None:
        return ""
    if cell.share is None:
        return _points(cell.above_chance)
    return percent(cell.share.estimate, 0) + (f" {RISING}" if cell.is_unfinished else "")


def _colour(cell: Reached | None) -> float | None:
    return None if cell is None or cell.share is None else cell.share.estimate


def oracles(found: Worlds) -> Html:
    """What can be reached in each world, and the size of its log."""
    if not found.worlds:
        return joined([])
    rows = [
        [
            words(world.world),
            estimate(world.oracle.recall),
            _promised(world),
            decimal(_value(_base(world).recall)),
            whole(world.items),
            whole(world.users),
            whole(world.events),
            whole(world.trained_key_actions),
            whole(world.queries),
            decimal(world.relevant, 2),
        ]
        for world in found.worlds
    ]
    head = [
        "world",
        "oracle",
        "by its gains",
        "popularity",
        "items",
        "users",
        "events",
        "trained on",
        "queries",
        "relevant",
    ]
    caption = (
        f"Recall@10 of the oracle on the test windows, {_brackets('users')}; by its gains: the recall that it "
        "expects itself, by what each candidate adds to it in the mean, which lies inside that interval but for "
        "chance, and where that is numerical the two ends that enclose it; recall@10 of popularity; size "
        "of the log, key actions trained on, test queries and their mean number of relevant candidates"
    )
    return table(head, rows, caption)


def _promised(world: World) -> Cell:
    oracle = world.oracle
    ends = "" if oracle.low is None else f" [{number(oracle.low)}, {number(oracle.high)}]"
    return Cell(f"{number(oracle.expected)}{ends}", oracle.expected)


def _base(world: World) -> Reached:
    return next(row for row in world.variants if row.variant == world.base)


def every_variant(found: Worlds) -> Html:
    """Recall and share with their intervals; which fits had their best round last."""
    rows = [
        [
            words(world.world),
            name(row.variant),
            estimate(row.recall),
            Cell("" if row.share is None else within(row.share), None if row.share is None else row.share.estimate),
            whole(row.seeds),
            Cell(", ".join(map(str, row.rounds)) + (" (last)" if row.is_unfinished else ""), row.rounds[0]),
        ]
        for world in found.worlds
        for row in world.variants
    ]
    head = ["world", "variant", "recall@10", "share of the reachable", "seeds", "best round"]
    caption = (
        "Every variant of the worlds' own roster in every world, with default settings, but smaller batches and the "
        "context of the world; last: the best round was the last, so more may help"
    )
    return table(head, rows, f"{caption}; {_brackets()}{_rough(found.worlds)}") if rows else joined([])


def _brackets(over: str = "users and seeds") -> str:
    return brackets(params.load().statistics.alpha, over)


def _rough(worlds: list[World]) -> str:
    """That an interval of few seeds is rough, where one leaves the range that a recall has; for a caption."""
    shown = [row for world in worlds for row in world.variants if not _is_within(row.recall)]
    if not shown:
        return ""
    few = plural(min(row.seeds for row in shown), "seed")
    return f"; where some seeds did not learn and others did, an interval of {few} is rough, and may leave 0 to 1"


def _is_within(recall: Estimate) -> bool:
    return all(bound is None or 0 <= bound <= 1 for bound in (recall.low, recall.high))
