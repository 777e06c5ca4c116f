"""Tables that sort on a click of their head (report/_static/book.js) and scroll sideways on a phone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from study.exhibits.markup import Html, code, escape
from study.exhibits.prose import DASH, count, number, percent, ranging, signed, within
from study.exhibits.records import Estimate, Tested
from study.metrics.few_seeds import EffectByStudent

LONG = 36  # characters; text beyond it may wrap


@dataclass(frozen=True)
class Cell:
    """What a cell shows (HTML) and what it sorts by; numbers are set flush right."""

    text: str
    key: float | str | None
    css: str = "number"

    @property
    def html(self) -> str:
        """The cell as `td`."""
        return f'<td class="{self.css}" data-key="{escape("" if self.key is None else self.key)}">{self.text}</td>'


def words(value: object) -> Cell:
    """Plain text; nothing and a dash sort last."""
    text = str(value)
    return Cell(escape(text), None if text in {"", DASH} else text, "words" if len(text) <= LONG else "words long")


def name(value: object) -> Cell:
    """A name from parameters or data."""
    return Cell(code(value), str(value), "words")


def decimal(value: float | None, digits: int = 4) -> Cell:
    """A decimal number."""
    return Cell(number(value, digits), value)


def p_value(value: float) -> Cell:
    """A p value; one that rounds to nothing is told by its bound."""
    return Cell(number(value) if value >= 0.0001 else "&lt; 0.0001", value)


def whole(value: float | None) -> Cell:
    """A whole number."""
    return Cell(count(value), value)


def estimate(value: Estimate) -> Cell:
    """An estimate with its interval; sorts by the estimate."""
    return Cell(within(value), value.estimate)


TESTED = ("effect", "low", "high", "level", "p (differ)", "p (equivalent)")
"""What was computed of a tested effect, by the heads of its columns."""


def tested(one: Tested) -> list[Cell]:
    """The cells of these columns."""
    return [
        *(Cell(signed(value), value) for value in (one.effect, one.low, one.high)),
        Cell(percent(one.level, 2), one.level),
        p_value(one.p_difference),
        p_value(one.p_equivalence),
    ]


def effect(value: Tested | EffectByStudent) -> Cell:
    """An effect with the interval that its verdict used; sorts by the effect."""
    return Cell(ranging(value), value.effect)


def brackets(alpha: float, over: str = "users and seeds") -> str:
    """What stands in the brackets behind an estimate, for a caption."""
    return f"in brackets: the {percent(1 - alpha)} interval over {over}"


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]], caption: str) -> Html:
    """A table whose columns are named in `head`.

    Args:
        head: plain text per column.
        rows: as many cells as columns each.
        caption: plain text.
    """
    titles = "".join(f'<th scope="col"><button type="button">{escape(title)}</button></th>' for title in head)
    body = "".join("<tr>" + "".join(cell.html for _, cell in zip(head, row, strict=True)) + "</tr>" for row in rows)
    return Html(
        f'<div class="exhibit"><div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table class="sortable"><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'
        f'<p class="caption">{escape(caption)}</p></div>'
    )
