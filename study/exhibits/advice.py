"""The advice that teams commonly get, and what the declared contrasts of this log say to each part of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from study.exhibits import across, choose, few_seeds, loss_advice, optimizer_steps, scope
from study.exhibits.advice_part import MARKS, Part, between_users, head_of, part_of, shared
from study.exhibits.markup import Html, bullets, code, escape, joined, listing, paragraphs
from study.exhibits.power_of_who import hardly_shown
from study.exhibits.prose import count, late, number, over, percent, sentence, signed, worded
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.exhibits.tables import Cell, effect, name, p_value, table, words
from study.params.statistics import PRIMARY

LAYOUTS: tuple[choose.Parts, choose.Parts] = {"layout": "event"}, {"layout": "token"}
"""The sides of a contrast of one position per event with flattened tokens."""
SUM = "sum"
"""The representation that adds up the embeddings of an event."""


@dataclass(frozen=True)
class Advice:
    """What is advised, and how its parts are found in the results of the main arm.

    `factor` is what the advice is called in the factorial, which tells where it holds and where it does not; `note` is
    what its contrasts leave open together.
    """

    text: str
    parts: Callable[[Results], list[Part]]
    factor: str = ""
    note: Callable[[Results], str] = lambda _: ""


def event_level(results: Results) -> list[Part]:
    """One position per event against flattened tokens, under each objective and between users."""
    found = choose.about(results, *LAYOUTS, "representation")
    parts = [replace(part_of(results, c, _objective(results, c)), besides=_unlike(results, c)) for c in found]
    return parts + between_users(results, *LAYOUTS, "representation")


def _unlike(results: Results, contrast: Contrast) -> str:
    """What two representations differ in besides."""
    found = scope.unlike_objectives(results, contrast), scope.unlike_histories(results, contrast)
    return " and ".join(told for told in found if told)


def _objective(results: Results, contrast: Contrast) -> str:
    """Objective and head of the sides, of both where their objectives differ."""
    left, right = (choose.parts_of(results, v) for v in contrast.variants)
    against = f" against {worded(right['objective'])}" if right["objective"] != left["objective"] else ""
    told = f"objective {worded(left['objective'])}{against}, head {worded(left['head'])}"
    return f"{told}{', as short a history' if choose.is_short(results, contrast.left_variant) else ''}"


def encoder(results: Results) -> list[Part]:
    """Positions that see later ones against such as do not but read the order too, all else equal."""
    sides = {"sees_later": True}, {"sees_later": False, "reads_order": True}
    found = choose.about(results, *sides, "architecture")
    parts = {c.name: choose.parts_of(results, c.left_variant) for c in found}
    labels = {name: f"labels {choose.labels(entry)}" for name, entry in parts.items()}
    return [part_of(results, c, shared(head_of(parts[c.name]), labels[c.name])) for c in found]


def _other_embeddings(results: Results, asked: Sequence[Contrast]) -> str:
    """Of which event-level representations the parts speak, and what the contrasts say of the others against these."""
    known = scope.lefts(results, asked, "representation")
    found = choose.about(results, {"layout": "event"}, {"representation": tuple(known)}, "representation")
    others = [c for c in found if choose.parts_of(results, c.left_variant)["representation"] not in known]
    if not others:
        return ""
    told = listing([f"{code(c.left_variant)} {signed(c.effect)}, {c.verdict}{late(c)}" for c in others])
    sums = "the sum of an event's embeddings"
    of_known = sums if known == [SUM] else f"the representation {listing([code(worded(one)) for one in known])}"
    return f" All of this is said of {of_known}; against that: {told}."


def _of_event_level(results: Results) -> str:
    """What the parts leave open, and by what histories that differ are taken to matter not."""
    found = choose.about(results, *LAYOUTS, "representation")
    histories, taken = scope.other_histories(results, found), optimizer_steps.told(results) if found else ""
    more = [sentence(histories)] if histories else []
    return "".join([_other_embeddings(results, found), *(f" {one}" for one in more), f" {taken}" if taken else ""])


def _of_encoder(results: Results) -> str:
    """Where a causal model is that is asked more often, beside one that sees later events, at the same budget."""
    told = []
    for left in dict.fromkeys(part.contrast.left_variant for part in encoder(results)):
        entry = choose.parts_of(results, left)
        kept = ("representation", "objective", "loss", "loss_options", "head", "context", "pretrain")
        wanted = {key: entry[key] for key in kept} | {"architecture": "causal", "prefixes": False}
        tested = {v for c in results.contrasts if left in c.variants for v in c.variants}
        known = {row.variant: choose.parts_of(results, row.variant) for row in results.leaderboard}
        oftener = [v for v, p in known.items() if v not in tested and all(p.get(k) == w for k, w in wanted.items())]
        if oftener:
            best = max(oftener, key=lambda v: results.row(v).select)
            told.append(
                f" At the same budget {code(best)}, causal with labels {choose.labels(known[best])}, has {PRIMARY} "
                f"{number(results.row(best).recall)} where {code(left)} has {number(results.row(left).recall)} with "
                f"labels {choose.labels(entry)}; no contrast tests that, and "
                f"{listing(['the labels', *['their depth'] * (known[best]['blocks'] != entry['blocks'])])} differ, too."
            )
    return "".join(told)


ADVICE = [
    Advice("Event-level embeddings instead of flattened tokens", event_level, "representation", _of_event_level),
    Advice("An encoder-style (bidirectional) model", encoder, note=_of_encoder),
    Advice("A ranking loss (BPR, LambdaRank or softmax) instead of binary cross-entropy", loss_advice.ranking_loss),
    Advice("The full softmax where the catalogue is small", loss_advice.softmax, note=loss_advice.negatives),
    Advice(
        "BPR, a ranking loss, instead of the full softmax where the catalogue is larger", loss_advice.instead_of_softmax
    ),
]


def marks(results: Results) -> Html:
    """Each advice with its mark, part by part, and the contrasts behind the marks."""
    found = {advice.text: advice.parts(results) for advice in ADVICE}
    rows = [_row(text, part) for text, parts in found.items() for part in parts]
    head = ["advice", "mark here", "effect", "following it", "instead of"]
    head += ["why", "where", "level", "p (differ)", "p (equivalent)"]
    caption = (
        "The contrast behind each mark, told so that a positive effect speaks for the advice, with the interval that "
        "its verdict used. An equivalence contradicts the advice: following it gains nothing that matters; a gain with "
        "an interval that ends below the margin is too small to support it. Level: of that interval, by the step of "
        "Holm that the verdict took; p values, that the sides differ and that they are equivalent, are Holm-adjusted "
        f"over the contrasts of their arm{_student(found.values())}"
    )
    items = bullets(
        f"<strong>{one.text}:</strong> {told(found[one.text])}{_by_cell(results, one.factor)}{one.note(results)}"
        for one in ADVICE
    )
    return joined([items, *_of_few(results, found.values()), table(head, rows, caption)]) if rows else items


def _of_few(results: Results, found: Iterable[Sequence[Part]]) -> list[Html]:
    """That marks between users are open since their arm hardly shows an equivalence, a paragraph; or none."""
    who = results.beside("who")
    names = set() if who is None else {contrast.name for contrast in who.contrasts}
    is_open = any(
        part.contrast.verdict == "undetermined" and part.contrast.name in names for parts in found for part in parts
    )
    power = hardly_shown(who) if who is not None and is_open else ""
    told = f"Between users of one cut-off {power}: a contrast that is open there speaks for neither side."
    return [paragraphs([told])] if power else []


def _student(found: Iterable[Sequence[Part]]) -> str:
    """What "by t" says, for a caption; nothing where no part has another verdict by it."""
    is_told = any(few_seeds.is_told(part.behind) for parts in found for part in parts)
    return f"; by t: by {few_seeds.BY_STUDENT}" if is_told else ""


def _by_cell(results: Results, factor: str) -> str:
    """What the factorial says of the factor of an advice, a sentence; nothing where it has none."""
    found = across.told(results, factor) if factor else ""
    return f" {sentence(found)}" if found else ""


def told(parts: Sequence[Part]) -> str:
    """The marks of an advice as a sentence, one mark where all parts agree.

    Contrasts that speak for neither side are counted, where there are several: the table has each with its reason.
    """
    if not parts:
        return "<em>undetermined here</em>: no contrast about it was run."
    clauses = []
    for mark in MARKS:
        shown = [part for part in parts if part.mark == mark]
        if shown:
            speaking = "its contrast" if len(shown) == len(parts) == 1 else plural_of(shown)
            is_counted = mark == "undetermined" and len(shown) > 1
            why = _counted(shown) if is_counted else f": {_where(shown)}"
            clauses.append(f"<em>{mark} here</em> by {speaking}{why}")
    return "; ".join(clauses) + "."


def _counted(parts: Sequence[Part]) -> str:
    kinds = [part.kind for part in parts]
    often = sorted(dict.fromkeys(kinds), key=kinds.count, reverse=True)
    numbered = f": {listing([f'{count(kinds.count(kind))} {kind}' for kind in often])}"
    return f"{f' {kinds[0]}' if len(often) == 1 else numbered}, each in the table below"


def _where(parts: Sequence[Part]) -> str:
    by_reason = {reason: [p for p in parts if p.reason == reason] for reason in dict.fromkeys(p.reason for p in parts)}
    clauses = [f"{reason} ({listing([_sides(part) for part in shown])})" for reason, shown in by_reason.items()]
    return ", ".join(clauses)


def plural_of(parts: Sequence[Part]) -> str:
    """How many contrasts speak."""
    return "one contrast" if len(parts) == 1 else f"{count(len(parts))} contrasts"


def _sides(part: Part) -> str:
    c = part.contrast
    return f"{over(c)}, {escape(part.where)}, {signed(c.effect)}{part.hedges}"


def _row(text: str, part: Part) -> list[Cell]:
    c = part.contrast
    return [
        words(text),
        words(part.mark),
        effect(c),
        name(c.left_variant),
        name(c.right_variant),
        Cell(f"{part.reason}{part.hedges}", part.reason, "words long"),
        words(part.where),
        Cell(percent(c.level, 2), c.level),
        *(p_value(p) for p in (c.p_difference, c.p_equivalence)),
    ]
