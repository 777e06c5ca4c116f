"""All answers of Findings in one figure: the contrasts that each rests on, in units of their margins."""

from dataclasses import dataclass

from study.exhibits.answers import QUESTIONS
from study.exhibits.effects import margin_band, tally, verdict_marks
from study.exhibits.figures import EDGE, draw, inert, shortened
from study.exhibits.markup import Html
from study.exhibits.prose import DAGGER, dagger, itself, late, plural, ranging
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.params.statistics import PRIMARY

ROW = 20
"""Height of a row, in CSS pixels: small ones, since there are many."""
AGAIN = " (as above)"
"""Behind a contrast that another question rests on as well."""


@dataclass(frozen=True)
class Mark:
    """A contrast in the row `row` of the figure; `asked` by a question whose margin it is `margin`."""

    row: int
    contrast: Contrast
    margin: float
    asked: str

    @property
    def in_margins(self) -> Contrast:
        """The contrast with its effect and interval in units of the margin."""
        one = self.contrast
        told = {"effect": one.effect / self.margin, "low": one.low / self.margin, "high": one.high / self.margin}
        return one.model_copy(update=told)

    @property
    def text(self) -> str:
        """What is told of it where the pointer is, in units of its metric."""
        one = self.contrast
        found = f"{ranging(one)}, {one.verdict}{late(one)}"
        return f"<b>{inert(one.left_variant)} over {inert(one.right_variant)}</b><br>{found}"


def figure(results: Results) -> Html:
    """A row for each question, and below it one for each contrast that settles it; nothing where no answer has one."""
    rows, marks = [], []
    for question in QUESTIONS:
        answer = question.answer(results)
        rows.append(f"<b>{inert(question.asked)}</b>")
        for contrast in answer.rests_on:
            marks.append(Mark(len(rows), contrast, answer.margin or results.margin, question.asked))
            label = inert(f"{shortened(sides(contrast))}{DAGGER if contrast.after_test else ''}")
            rows.append(f"{label}{AGAIN * (label in rows)}")
    if not marks:
        return Html("")
    shown = [mark.in_margins for mark in marks]
    places = list(range(len(rows)))
    return draw(
        verdict_marks(shown, [float(mark.row) for mark in marks], [mark.text for mark in marks]),
        _caption(results, marks),
        height=110 + ROW * len(rows),
        showlegend=True,
        xaxis={"title": {"text": "difference, in margins"}, "tickformat": "+~g", "nticks": 8},
        yaxis={"tickvals": places, "ticktext": rows, "tickfont": {"size": 11}, "range": [places[-1] + EDGE, -EDGE]},
        shapes=margin_band(1),
    )


def sides(contrast: Contrast) -> str:
    """Left over right; of a variant over itself under another condition the condition alone."""
    left, right = contrast.variants
    return f"{left} over {itself(left, right) or right}"


def _caption(results: Results, marks: list[Mark]) -> str:
    shown = list({mark.contrast.variants: mark.contrast for mark in marks}.values())
    other = {mark.asked: mark.margin for mark in marks if mark.margin != results.margin}
    units = "".join(f", and {margin:g} of recall among the top 5 % for '{asked}'" for asked, margin in other.items())
    return (
        f"What the answers rest on: {plural(len(shown), 'contrast')} ({tally(shown)}), left over right, each with the "
        "interval that its verdict used, in units of the margin of equivalence, which is shaded "
        f"({results.margin:g} of {PRIMARY}{units}). A question without a mark has no contrast that could settle "
        f"it{dagger(shown)}."
    )
