"""The declared contrasts as sentences, a forest and a table; several pages show a part of them."""

from collections.abc import Callable, Sequence

from study.exhibits import anew, at_popularity, few_seeds, hedges, other_measures, unlike_rounds
from study.exhibits.effects import margin_band, tally, verdict_marks
from study.exhibits.figures import draw, inert, names_axis, row_height
from study.exhibits.markup import Html, bullets, escape, joined, paragraphs
from study.exhibits.measures import MEASURES, NDCG, Measure
from study.exhibits.prose import dagger, marked, percent, plural, probability, sentence, signed, verdict_sentence
from study.exhibits.records import Contrast, variants_of
from study.exhibits.results import Results
from study.exhibits.tables import TESTED, Cell, name, table, tested, words
from study.params.statistics import PRIMARY

SUBJECTS = {
    "counting": "Within counting",
    "trees": "Aggregates against counting",
    "sequence": "Sequence models against the rest",
    "representation": "Representation",
    "objective": "Objective",
    "loss": "Loss",
    "architecture": "Architecture",
    "head": "Head",
    "hybrid": "Hybrids and averages",
}
NONE = (
    "No contrast of this run is about this. Contrasts are declared in <code>params.yaml</code>; a taste keeps those "
    "between its few variants."
)


def subject(question: str) -> str:
    """What a family of contrasts is about."""
    return SUBJECTS.get(question, question.capitalize())


def sentences(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """One sentence per family of contrasts, a clause per contrast."""
    items, since = [], anew.changed_since(results)
    for question in dict.fromkeys(contrast.question for contrast in contrasts):
        clauses = [_clause(results, c, since) for c in contrasts if c.question == question]
        items.append(f"<strong>{escape(subject(question))}:</strong> {'; '.join(clauses)}.")
    return bullets(items)


def _clause(results: Results, contrast: Contrast, since: Callable[[Contrast], str]) -> str:
    """The verdict, what it hangs on or leaves out, and what another run says of it."""
    told = verdict_sentence(contrast, results.margin)
    behind = f"{few_seeds.by_t(results, [contrast])}{hedges.of_the_verdict(results, contrast)}"
    return f"{told}{behind}{since(contrast)}"


def section(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """A sentence per contrast, what other measures say, and their forest; says so where none is declared."""
    if not contrasts:
        return paragraphs([NONE])
    since = anew.changed_since(results)
    found = bullets(sentence(_clause(results, one, since)) for one in contrasts)
    untrained = at_popularity.told(results, variants_of(contrasts))
    limits = [*([untrained] if untrained else []), *few_seeds.told([(results, contrasts)])]
    limits += unlike_rounds.named(results, contrasts)
    others = other_measures.otherwise(results, contrasts)
    return joined([found, paragraphs(limits), others, forest(contrasts, results.margin)])


def forest(
    contrasts: Sequence[Contrast], margin: float, metric: str = PRIMARY, unit: str = PRIMARY, *, is_brief: bool = False
) -> Html:
    """Effects in a metric with the interval that each verdict used; the margin of equivalence is shaded."""
    caption = (
        f"Effect of left over right in {metric} for {plural(len(contrasts), 'declared contrast')} "
        f"({tally(contrasts)}), each with the interval that its verdict used; shaded: the margin of equivalence, "
        f"±{margin:g}{dagger(contrasts)}."
    )
    return draw(
        verdict_marks(
            contrasts, [inert(marked(c)) for c in contrasts], [_hover(c, is_brief=is_brief) for c in contrasts]
        ),
        caption,
        height=row_height(len(contrasts)) + 30,
        showlegend=True,
        xaxis={"title": {"text": f"difference in {unit}"}, "tickformat": "+.4~f", "nticks": 6},
        yaxis=names_axis(marked(c) for c in contrasts),
        shapes=margin_band(margin),
    )


def _hover(contrast: Contrast, *, is_brief: bool) -> str:
    if is_brief:
        return f"{inert(contrast.left_variant)} over {inert(contrast.right_variant)}<br>{signed(contrast.effect)}"
    return (
        f"<b>{inert(contrast.name)}</b><br>{inert(contrast.left_variant)} over {inert(contrast.right_variant)}"
        f"<br>{signed(contrast.effect)}, {percent(contrast.level, 2)} interval [{signed(contrast.low)}, "
        f"{signed(contrast.high)}]<br>difference: {probability(contrast.p_difference)}; "
        f"equivalence: {probability(contrast.p_equivalence)}<br>{contrast.verdict}"
    )


def contrast_table(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """Everything that was computed for each contrast."""
    head = ["contrast", "verdict", *TESTED]
    measures = [measure.told for measure in MEASURES]
    head += ["of seeds", "by t", *measures, "left", "right"]
    rows = [
        [
            name(marked(c)),
            words(c.verdict),
            *tested(c),
            *_by_student(results, c),
            *(_lead(results, measure, c) for measure in MEASURES),
            name(c.left_variant),
            name(c.right_variant),
        ]
        for c in contrasts
    ]
    caption = (
        f"Declared contrasts in {PRIMARY}; level: of the interval from low to high, by the step of Holm that its "
        "verdict took; p values, that the sides differ and that they are equivalent, are Holm-adjusted over the "
        "contrasts of this arm; of seeds: the "
        f"part of the variance of the difference that is that of the seeds; by t: the verdict of "
        f"{few_seeds.BY_STUDENT} in the bootstrap's place; {' and '.join(measures)}: the "
        "effects in them, estimates that no declared contrast tests, bold where t shows a difference (Holm over the "
        f"contrasts of this arm; asked when test had been scored){dagger(contrasts)}"
    )
    return table(head, rows, caption)


def _lead(results: Results, measure: Measure, contrast: Contrast) -> Cell:
    found = results.leads.get(measure.told, {}).get(contrast.name)
    if found is not None:
        told = signed(found.effect)
        return Cell(f"<strong>{told}</strong>" if found.is_shown else told, found.effect)
    value = other_measures.effect(results, contrast) if measure is NDCG else None
    return words("") if value is None else Cell(signed(value), value)


def _by_student(results: Results, contrast: Contrast) -> list[Cell]:
    found = results.by_student.get(contrast.name)
    if found is None:
        return [words(""), words("")]
    return [Cell(percent(found.seed_share, 0), found.seed_share), words(found.verdict)]
