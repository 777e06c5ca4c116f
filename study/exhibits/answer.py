"""An answer of Findings: a sentence that says what its contrasts settle, and what stands beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from study.exhibits.markup import bullets
from study.exhibits.prose import raised, sentence
from study.exhibits.records import Contrast

BESIDE = "Further contrasts, and what limits this answer"


@dataclass(frozen=True)
class Answer:
    """A clause with effect, interval and verdict, and what else was asked, or limits it, a clause each; HTML.

    `rests_on` are the contrasts that settle it, and `margin` is their margin of equivalence, None where there are none.
    """

    lead: str
    beside: list[str] = field(default_factory=list)
    rests_on: list[Contrast] = field(default_factory=list)
    margin: float | None = None

    @property
    def whole(self) -> str:
        """Everything, in one clause."""
        return semicolons(self.lead, *self.beside)


def semicolons(*clauses: str) -> str:
    """The clauses that say something, one after the other."""
    return "; ".join(filter(None, clauses))


def of(lead: str, *beside: str, rests_on: Sequence[Contrast] = (), margin: float | None = None) -> Answer:
    """The answer; of what stands beside it empty clauses are left out."""
    return Answer(lead, [clause for clause in beside if clause], list(rests_on), margin if rests_on else None)


def shown(answer: Answer, asked: str = "", link: str = "") -> str:
    """The answer as a sentence, behind its question and before a link, over what stands beside it, folded."""
    question = f"<strong>{asked}</strong> " if asked else ""
    where = f"; see {link}" if answer.lead.endswith(")") else f" ({link})"
    told = _lined(f"{question}{raised(answer.lead)}{where if link else ''}.")
    if not answer.beside:
        return told
    items = bullets(_lined(sentence(clause)) for clause in answer.beside)
    return f'{told}<details class="beside"><summary>{BESIDE}</summary>{items.text}</details>'


def _lined(told: str) -> str:
    """With every semicolon, comma or full stop behind contrasts at the end of their line, not on the next one."""
    return re.sub(r"((?:</small>|</span>)+)([;,.])( |$)", r"\2\1\3", told)
