"""An answer of Findings: a short sentence, all contrasts that settle it, and what stands beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from study.exhibits.markup import bullets
from study.exhibits.prose import raised, sentence
from study.exhibits.records import Contrast

BEHIND = "All that settles it"
BESIDE = "Further contrasts, and what limits this answer"
BETWEEN = re.compile(r"(?<!&lt)(?<!&gt)(?<!&amp)(?<!&quot)(?<!&#x27); ")
EXAMPLES = re.compile(r"\((?:[^()]|\([^()]*\))*</strong>(?:[^()]|\([^()]*\))*\)")
"""Parentheses that hold a contrast with its verdict."""
TURN = '<span class="turn"></span>'
"""Between what stands on lines of its own."""


@dataclass(frozen=True)
class Answer:
    """A clause with effect, interval and verdict, and what else was asked, or limits it, a clause each; HTML.

    `short` is what a reader sees of `lead` first, all of it where there is no shorter one. `rests_on` are the contrasts
    that settle it, and `margin` is their margin of equivalence, None where there are none.
    """

    lead: str
    short: str
    beside: list[str] = field(default_factory=list)
    rests_on: list[Contrast] = field(default_factory=list)
    margin: float | None = None

    @property
    def whole(self) -> str:
        """Everything, in one clause."""
        return semicolons(self.lead, *self.beside)


@dataclass(frozen=True)
class Told:
    """A clause of an answer, with every contrast that it is made of, and with an example of these; HTML."""

    whole: str
    short: str

    @classmethod
    def alike(cls, told: str) -> "Told":
        """A clause that is as short as it is."""
        return cls(told, told)

    def led_by(self, where: str) -> "Told":
        """The same behind what holds for all of it."""
        return Told(f"{where}, {self.whole}", f"{where}, {self.short}")


def in_turn(*clauses: Told) -> Told:
    """The clauses, one after the other."""
    return Told(*(semicolons(*(getattr(one, kind) for one in clauses)) for kind in ("whole", "short")))


def semicolons(*clauses: str) -> str:
    """The clauses that say something, one after the other."""
    return "; ".join(filter(None, clauses))


def of(
    lead: str, *beside: str, short: str = "", rests_on: Sequence[Contrast] = (), margin: float | None = None
) -> Answer:
    """The answer; of what stands beside it empty clauses are left out."""
    told = [clause for clause in beside if clause]
    return Answer(lead, short or lead, told, list(rests_on), margin if rests_on else None)


def shown(answer: Answer, asked: str = "", link: str = "") -> str:
    """The short answer as a sentence, behind its question and before a link, over the rest, folded."""
    question = f"<strong>{asked}</strong> " if asked else ""
    where = f"; see {link}" if answer.short.endswith(")") else f" ({link})"
    told = _lined(f"{question}{_in_lines(raised(answer.short))}{where if link else ''}.")
    if answer.short != answer.lead:
        told += _folded(BEHIND, f"<div>{_lined(sentence(answer.lead))}</div>")
    items = bullets(_lined(sentence(clause)) for clause in answer.beside)
    return told + (_folded(BESIDE, items.text) if answer.beside else "")


def clauses(answer: str) -> list[str]:
    """An answer, HTML, parted at the semicolons that stand in no parentheses and end no entity."""
    parts = [""]
    for piece in BETWEEN.split(answer):
        is_inside = parts[-1].count("(") > parts[-1].count(")")
        if is_inside:
            parts[-1] += f"; {piece}"
        else:
            parts.append(piece)
    return parts[1:]


def _in_lines(short: str) -> str:
    """A line for each clause, and the contrasts that it is shown by set apart from what it says."""
    return EXAMPLES.sub(r'<span class="examples">\g<0></span>', f"; {TURN}".join(clauses(short)))


def _folded(summary: str, told: str) -> str:
    return f'<details class="beside"><summary>{summary}</summary>{told}</details>'


def _lined(told: str) -> str:
    """With every semicolon, comma or full stop behind contrasts at the end of their line, not on the next one."""
    return re.sub(r"(</small>(?:</span>)?)([;,.])( |$)", r"\2\1\3", told)
