"""The page Plan: what was declared beforehand, drawn from `params.yaml`."""

from collections.abc import Callable
from typing import Any

from study.exhibits import choose, cube
from study.exhibits.key_action import allowed, candidate
from study.exhibits.markup import Html, bullets, code, escape, joined, listing, paragraphs
from study.exhibits.prose import count, members, plural, worded
from study.exhibits.results import Results
from study.exhibits.tables import Cell, name, table, words
from study.params import Params
from study.params.budget import Compared
from study.params.question import Question
from study.params.roster import SequenceEntry

PARTS = (
    "representation",
    "architecture",
    "blocks",
    "objective",
    "loss",
    "head",
    "pretrain",
    "budget_in",
    "labels",
    "context",
)
"""The factors of a sequence variant; the options of its loss belong to the loss."""
HISTORY = "the history that fits"
"""What a representation brings along."""
PUBLISHED: dict[str, dict[str, Any]] = {
    "like SASRec (Kang and McAuley, 2018)": {"architecture": "causal", "objective": "next_line", "loss": "bce"},
    "like gSASRec (Petrov and Macdonald, 2023)": {"architecture": "causal", "objective": "next_line", "loss": "gbce"},
    "like BERT4Rec (Sun and others, 2019)": {
        "architecture": "bidirectional",
        "objective": "masked_event",
        "loss": "softmax",
    },
    "like PinnerFormer (Pancha and others, 2022)": {
        "representation": "sum",
        "architecture": "causal",
        "objective": "horizon",
        "loss": "sampled_softmax",
    },
    "like GRU4Rec (Hidasi and others, 2016)": {"architecture": "gru"},
    "like RepeatNet (Ren and others, 2019)": {"head": "repeat_aware", "is_blind": None},
    "like CoLES (Babaev and others, 2022)": {"objective": "next_token_contrastive"},
    "like TIFU-KNN (Hu and others, 2020)": {"rule": "tifu_knn"},
    "LambdaMART (Burges, 2010)": {"loss": "lambdarank"},
    "BPR (Rendle and others, 2009)": {"loss": "bpr"},
    "Sampled softmax with log-Q correction (Bengio and Senécal, 2008; Yi and others, 2019)": {
        "loss": "sampled_softmax"
    },
    "Focal loss (Lin and others, 2017)": {"loss": "focal"},
}
"""Published methods, each by the parts that make a variant one; *like* where the rest of the recipe is this study's."""
MEANING = (
    "Objective: what is predicted where a prefix ends, the next token, the candidate of the next line, all candidates "
    "of the next moment or of the horizon, or what was hidden; pretrained on: the objective of the first part of the "
    "budget; labels: at which of its places that is asked in training, which are the ends of moments for the next "
    "moment and, with cut-offs between them, for the horizon, and every event or token for the others; budget counts: "
    "what the cap on a round is a number of; blocks: the depth of the architecture; the losses are explained on "
    "Objective and loss"
)
UNLIKE = (
    "One that is <em>like</em> a method has the parts that the method is known by, and is unlike it in the rest: a "
    "sequence model of this study reads the times of events and, where its representation is not the candidate, all "
    "their attributes instead of the ids of items alone, and ranks with averaged weights."
)


def sequence_parts(params: Params, arm: Compared) -> dict[str, dict[str, str]]:
    """The factors of each sequence variant of an arm, as words."""
    found = {name_: entry for name_, entry in params.entries(arm).items() if isinstance(entry, SequenceEntry)}
    entries = {
        name_: entry.model_dump()
        | {
            "loss": choose.loss_of(entry.model_dump()),
            "labels": choose.labels(entry.model_dump()),
            "context": _context(entry),
            "budget_in": choose.counted(entry.model_dump()),
        }
        | choose.unread(entry.model_dump())
        for name_, entry in found.items()
    }
    return {name_: {part: str(entry[part] or "none") for part in PARTS} for name_, entry in entries.items()}


def _context(entry: SequenceEntry) -> str:
    return f"{entry.context} {'tokens' if choose.is_of_tokens(entry.model_dump()) else 'events'}"


def anchor(variants: dict[str, dict[str, str]]) -> str:
    """The variant from which most others differ in exactly one factor; of equals the first."""
    return max(variants, key=lambda name_: sum(len(moved(variants, name_, other)) == 1 for other in variants))


def moved(variants: dict[str, dict[str, str]], start: str, variant: str) -> list[str]:
    """The factors in which a variant differs from another one.

    With the representation its context moves, too, and with the objective the share of the prefixes that it asks. An
    architecture that is blind has no history to read, and nothing to read it with.
    """
    found = [part for part in PARTS if variants[variant][part] != variants[start][part]]
    brought = {"context"} if "representation" in found else set()
    if "none" in (variants[variant]["blocks"], variants[start]["blocks"]):
        brought |= set(choose.UNREAD)
    asked = {variants[name_]["labels"] for name_ in (start, variant)}
    if "objective" in found and not asked & {choose.HIDDEN, choose.SAMPLED}:
        brought.add("labels")
    return [part for part in found if part not in brought]


def changes(results: Results) -> Callable[[str, str], list[str]]:
    """The factors in which two variants of the arm differ; none where one of them is no sequence variant."""
    variants = sequence_parts(results.params, results.arm)
    return lambda left, right: moved(variants, right, left) if {left, right} <= set(variants) else []


def brings_history(results: Results, left: str, right: str) -> bool:
    """Whether two sequence variants differ in their representations and, with these, in how much history they see."""
    first, second = (sequence_parts(results.params, results.arm)[one] for one in (left, right))
    return all(first[part] != second[part] for part in ("representation", "context"))


def summary(results: Results) -> Html:
    """How many variants, where they are anchored, and how many steps they lie away."""
    variants = sequence_parts(results.params, results.arm)
    if not variants:
        return paragraphs(["No sequence variant is declared."])
    start = anchor(variants)
    families = [entry.family for entry in results.params.entries(results.arm).values()]
    are = "is" if len(families) == 1 else "are"
    declared = f"{plural(len(families), 'variant')} {are} declared: {members(families)}."
    parts = listing([f"{worded(part)} {code(value)}" for part, value in variants[start].items()])
    if len(variants) == 1:
        return paragraphs([f"{declared} The sequence model is {code(start)}: {parts}. Nothing moves away from it."])
    one = [v for v in variants if len(moved(variants, start, v)) == 1]
    by_the_way = [
        code(v)
        for v in one
        if variants[v]["context"] not in ("none", variants[start]["context"])
        and "context" not in moved(variants, start, v)
    ]
    seen = f" ({listing(by_the_way)} with {HISTORY})" if by_the_way else ""
    move = "moves" if len(one) == 1 else "move"
    same = [code(v) for v in variants if v != start and not moved(variants, start, v)]
    rest = [v for v in variants if len(moved(variants, start, v)) > 1]
    cells = [v for v in rest if v in results.params.factorial.cells]
    more = f"; {count(len(rest))} {'moves' if len(rest) == 1 else 'move'} several" if rest else ""
    if cells:
        more += f", {count(len(cells))} of them as {'a cell' if len(cells) == 1 else 'cells'} of the factorial below"
    if same:
        more += f"; {listing(same)} {'moves' if len(same) == 1 else 'move'} none"
    text = (
        f"{declared} The sequence models are anchored at {code(start)}: {parts}. {count(len(one))} of "
        f"them {move} exactly one factor away from it{seen}{more}."
    )
    return paragraphs([text])


def moves(results: Results) -> Html:
    """Every sequence variant, one factor per column, with what differs from the anchor marked; says so without two."""
    variants = sequence_parts(results.params, results.arm)
    if len(variants) < 2:
        return paragraphs(["Nothing, since the arm has no two sequence variants."])
    start = anchor(variants)
    shown = sorted(variants, key=lambda v: (v != start, len(moved(variants, start, v)), _first(variants, start, v)))
    columns = [part for part in PARTS if len({parts[part] for parts in variants.values()}) > 1]
    away = [len(moved(variants, start, v)) for v in variants]
    once, several = away.count(1), sum(parts > 1 for parts in away)
    move = "moves" if once == 1 else "move"
    caption = (
        "The sequence variants of the plan, with the factors that vary. Marked: the factors that are moved away from "
        f"the anchor {start}. "
        f"{plural(once, 'variant')} {move} one factor, {count(several)} several. {MEANING}"
    )
    rows = [[name(v), *_cells(variants, start, v, columns)] for v in shown]
    return table(["variant", *map(worded, columns)], rows, caption)


def _first(variants: dict[str, dict[str, str]], start: str, variant: str) -> int:
    return next((PARTS.index(part) for part in moved(variants, start, variant)), -1)


def _cells(variants: dict[str, dict[str, str]], start: str, variant: str, columns: list[str]) -> list[Cell]:
    differs = moved(variants, start, variant)
    values = {part: worded(variants[variant][part]) for part in columns}
    return [Cell(escape(value), value, "words moved" if part in differs else "words") for part, value in values.items()]


def factorial(results: Results) -> Html:
    """The cells of the factorial as a cube, or whatever it is, with the variant of each."""
    plan = results.params.factorial
    if missing := [code(cell) for cell in plan.cells if cell not in results.params.variants]:
        return paragraphs(
            [f"The factorial is not whole: {listing(missing)} {'is' if len(missing) == 1 else 'are'} in no roster."]
        )
    factors = listing([f"{code(f)} ({code(low)} or {code(high)})" for f, (low, high) in plan.factors.items()])
    text = (
        f"One full factorial, {plural(len(plan.cells), 'cell')} of {factors}, so that effects can be told apart from "
        "their interactions: what one factor gains may depend on another."
    )
    rows = [[name(cell), *(words(level) for level in levels)] for cell, levels in plan.cells.items()]
    counted = " or ".join(sorted({choose.counted(choose.parts_of(results, cell)) for cell in plan.cells}))
    cells = table(["variant", *plan.factors], rows, f"The variant of each cell, all under the same cap on {counted}")
    if len(plan.factors) != cube.DIMENSIONS:
        return joined([paragraphs([text]), cells])
    return joined([paragraphs([text]), cube.picture(plan, dict.fromkeys(plan.cells, ""), "The factorial"), cells])


def published(results: Results) -> Html:
    """Which variants are methods that others published."""
    dumped = {v: entry.model_dump() for v, entry in results.params.variants.items()}
    entries = {v: entry | choose.declared(entry) for v, entry in dumped.items()}
    items, is_unlike = [], False
    for method, parts in PUBLISHED.items():
        found = [v for v, entry in entries.items() if all(entry.get(part) == value for part, value in parts.items())]
        if found:
            items.append(f"{method}: {listing([code(v) for v in found])}.")
            is_unlike |= method.startswith("like ") and any(entries[v]["family"] == "sequence" for v in found)
    if not items:
        return paragraphs(["No variant is a published method."])
    return joined([bullets(items), paragraphs([UNLIKE] if is_unlike else [])])


def arms(results: Results) -> Html:
    """The other comparisons: each has its own question, variants, contrasts and budget."""
    params = results.params
    rows = [
        [
            name(arm),
            name(params.asked_by(arm)),
            *(Cell(told, None, "words long") for told in _asked(params.questions[params.asked_by(arm)])),
            words(count(len(params.entries(arm)))),
            words(count(len(params.declared(arm)))),
            words("run" if results.beside(arm) is not None else "not run"),
        ]
        for arm in params.arms
    ]
    head = ["arm", "question", "key action", "ranked", "variants", "contrasts", "here"]
    return table(
        head, rows, "The arms of the roster; ranked: the candidates of each query, or the users of each cut-off"
    )


def _asked(question: Question) -> tuple[str, str]:
    """The key action of a question, and what is ranked."""
    return allowed(question), candidate(question)
