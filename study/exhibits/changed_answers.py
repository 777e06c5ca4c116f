"""Which conclusions of Findings are other words on another snapshot: numbers always move, and are no change."""

import re
from collections.abc import Sequence

from study.errors import UserError
from study.exhibits.answer import clauses
from study.exhibits.answers import QUESTIONS, Question
from study.exhibits.markup import Html, bullets, code, escape, joined, listing, paragraphs
from study.exhibits.prose import SILENT, plural
from study.exhibits.result_file import REPRODUCE
from study.exhibits.scoring_log import TOO_MANY
from study.exhibits.snapshot_pairs import Pair, shared

EVIDENCE = re.compile(r'(?:;[^;<>]*,|[:;])?\s*<span class="evidence">.*?</span>')
TAGS = re.compile(r"<[^>]+>")
NUMBERS = re.compile(
    r"[+\N{MINUS SIGN}]?((\d+\.\d+|\d[\d,]*) (s|min|h)\b|\d+\.\d+"
    r"|\d[\d,]*(?=( to \d[\d,]*)? (candidates?|events?|tokens?|positives?|MB)\b| %))"
    r"|(\(|; )((both|all [\w,]+) models compared|of the [\w,]+ models compared,)[^()]*(\)|(?=\)))"
)
"""What is measured; how many contrasts say a thing is a part of the conclusion."""
ASIDES = re.compile(
    r" \([^()]*(declared after test was seen|run anew|not ahead in|not shown in|undetermined (on|in))[^()]*\)"
    r"|, declared after test was seen"
)
"""What is said of a contrast beside its verdict: when it was declared, and what other runs and metrics say."""
NOT_COMPARED = (
    "The answers of both snapshots are not compared in words, since those of {0} cannot be composed with today's "
    "parameters ({1}). A run of it with these would change that."
)
ALIKE = "What both say in the same words is left out."
NO_MORE = "nothing that is not told on the other"
PARTLY = " Not answered, or in part alone, on one of the snapshots, and so not compared in words"
Answers = tuple[Question, str, str]
"""A question, its answer on the other snapshot and on this one."""


def changed(pair: Pair) -> Html:
    """Old conclusions against new ones, of the questions that both snapshots answer, by what both have studied."""
    both, variants, contrasts = shared(pair)
    try:
        told = _answers(both)
    except UserError as error:
        why = escape(str(error).removesuffix(f"; {REPRODUCE}"))
        return paragraphs([NOT_COMPARED.format(code(pair.names[0]), why)])
    silent = [question.asked for question, *answers in told if any(SILENT in answer for answer in answers)]
    comparable = [one for one in told if one[0].asked not in silent]
    turned = [one for one in comparable if wording(one[1]) != wording(one[2])]
    lead = f"{len(turned)} of {plural(len(comparable), 'answer')} changed in more than numbers."
    lead += f" {ALIKE}" * bool(turned)
    left = f"{PARTLY}: {escape(' '.join(silent))}" if silent else ""
    items = [bullets(_change(one, pair.names) for one in turned)] if turned else []
    return joined([paragraphs([lead + left + _without(variants, contrasts)]), *items])


def _without(variants: Sequence[str], contrasts: Sequence[str]) -> str:
    """What only one of the snapshots has, without which both are answered, a sentence; or nothing."""
    told = [listing(list(map(code, variants)))] if variants else []
    told += [f"{plural(len(contrasts), 'contrast')} ({', '.join(map(code, contrasts))})"] if contrasts else []
    if not told:
        return ""
    return (
        f" Both are answered without what only one of them has, so that an answer may be another than that of "
        f"<em>Findings</em>: {' and '.join(told)}."
    )


def _answers(pair: Pair) -> list[Answers]:
    """What every question is answered there and here.

    Raises:
        UserError: the results there are broken.
    """
    pair.there.check()
    return [(question, question.answer(pair.there).whole, question.answer(pair.here).whole) for question in QUESTIONS]


def _change(one: Answers, names: tuple[str, str]) -> str:
    """The clauses of either answer that the other has not in its words."""
    question, *answers = one
    told = [clauses(conclusion(answer)) for answer in answers]
    known = [{wording(clause) for clause in found} for found in told]
    own = [[clause for clause in found if wording(clause) not in known[1 - at]] for at, found in enumerate(told)]
    own = own if any(own) else told
    sides = [f"On {code(name)}: {'; '.join(found) or NO_MORE}." for name, found in zip(names, own, strict=True)]
    return f"<strong>{question.asked}</strong><br>{'<br>'.join(sides)}"


def conclusion(answer: str) -> str:
    """An answer, HTML, without the contrasts that it rests on and the words that lead to them."""
    return EVIDENCE.sub("", answer)


def wording(answer: str) -> str:
    """The words of a conclusion, without markup and asides, and with everything that is measured alike."""
    return NUMBERS.sub("#", ASIDES.sub("", TAGS.sub("", conclusion(answer).replace(TOO_MANY, ""))))
