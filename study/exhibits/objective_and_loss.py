"""The page Objective and loss: what a model is asked for, and how a wrong answer is paid."""

from collections.abc import Sequence

from study.exhibits import choose, scope, topic
from study.exhibits.losses import plain_bce
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import count, number, percent, plural, worded
from study.exhibits.results import Results
from study.params.parts import names_in
from study.params.roster import SequenceEntry

MODEL, SLICES = "study.models.sequence", "study.training.contrast"
"""Say how long a model is pre-trained, and what the contrastive term compares; read as text, for no page imports them.
"""


def losses(results: Results) -> Html:
    """What the contrasts of losses show, and which loss is another one on this catalogue."""
    return joined([topic.verdicts(results, "loss"), paragraphs(plain_bce([results]))])


def notes(results: Results) -> Html:
    """Which rounds a pre-trained model has left, and what the contrastive term compares; nothing without either."""
    entries = results.params.entries(results.arm)
    sequences = {name: entry for name, entry in entries.items() if isinstance(entry, SequenceEntry)}
    pretrained = {name: entry.pretrain for name, entry in sequences.items() if entry.pretrain}
    contrastive = [n for n, e in sequences.items() if choose.declared(e.model_dump())["contrasts_parts"]]
    told = [_pretrained(results, name, objective) for name, objective in pretrained.items()]
    return paragraphs([*told, *([_contrastive(results, contrastive)] if contrastive else [])])


def _pretrained(results: Results, variant: str, objective: str) -> str:
    share: float = names_in(MODEL)["PRETRAINED_SHARE"]
    rounds = results.budget.rounds
    first = min(max(1, round(share * rounds)), rounds - 1)
    if not first:
        return f"In a budget of one round {code(variant)} is not pre-trained."
    return (
        f"Pre-training takes no rounds of its own: of the {plural(rounds, 'round')} that every side has, "
        f"{code(variant)} spends the first {count(first)} ({percent(first / rounds)}) on the {worded(objective)}, and "
        "learns its own objective in the rest alone."
    )


def _contrastive(results: Results, variants: Sequence[str]) -> str:
    found = names_in(SLICES)
    events = number(found["SLICE"] / scope.tokens_of_event(results), 1)
    has = "has" if len(variants) == 1 else "have"
    return (
        f"The contrastive term, which {listing(list(map(code, variants)))} {has}, compares short pieces: each step "
        f"draws {plural(found['USERS'], 'user')} and of each two slices of {plural(found['SLICE'], 'token')}, about "
        f"{events} events of this log on average. Users with less than two slices take no part. Its loss is InfoNCE "
        f"(van den Oord and others, 2018) at temperature {found['TEMPERATURE']:g}: of each slice the other one of the "
        "same user is to be told from those of the other users. The slices are after CoLES (Babaev and others, 2022), "
        "which has another loss, one with a margin. Longer pieces, or more users to tell apart, were not tried."
    )
