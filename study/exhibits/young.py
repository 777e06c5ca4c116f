"""The page Young candidates: can what training never saw be ranked?"""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl

from study.exhibits import anew, choose, contrasts, evidence, source
from study.exhibits.colours import BLUE, ORANGE
from study.exhibits.few_seeds import BY_STUDENT
from study.exhibits.figures import draw, error_bars, inert, names_axis, row_height
from study.exhibits.key_action import candidates
from study.exhibits.marks import TRAINING
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import DASH, count, dagger, marked, number, percent, plural, signed, within, worded
from study.exhibits.records import Contrast, Row
from study.exhibits.results import Results
from study.exhibits.snapshot_pairs import pairs_of
from study.exhibits.tables import Cell, brackets, decimal, estimate, name, table, words
from study.metrics.few_seeds import ByStudent, judge_by_student
from study.params.statistics import PRIMARY

PARTS = ("known", "young")
YOUNG = f"{PRIMARY}/young"
NONE = paragraphs(["No relevant candidate in the test windows is young, so nothing is said of ranking them."])
ON_YOUNG = pl.col(YOUNG).fill_null(0.0) * pl.col("young") / pl.col("relevant")
"""Of the recall of a query what is found among the young ones."""
STYLES = ((BLUE, "circle"), (ORANGE, "diamond"))


def answer(results: Results | None) -> Html:
    """How many candidates are young, what that costs everyone, and who finds some of them."""
    if results is None:
        return Html("")
    rows = with_young(results)
    if not rows:
        return NONE
    columns = ["relevant", "outside", "young"]
    queries = results.queries(columns).unique(["user_id", "cutoff"], keep="any")
    relevant, outside, young = (int(queries[column].sum()) for column in columns)
    best = max(rows, key=of_young)
    place = [row.variant for row in results.leaderboard].index(best.variant) + 1
    most = (
        f"{code(best.variant)} finds most: {within(best.estimates[YOUNG])}, picked by this very recall on test; on "
        f"select, over all candidates, it is number {count(place)} of {count(len(results.leaderboard))}"
    )
    found = most if best.estimates[YOUNG].estimate else "no variant finds any"
    asked = int((queries["young"] > 0).sum())
    text = (
        f"{candidates(results.question, results.data.catalogue, results.data.young)} "
        f"Of {plural(relevant, 'relevant candidate')} in the test windows {percent(young / relevant)} are young: held "
        f"back from all that a model was fitted on; {count(asked)} of {plural(len(queries), 'query')} "
        f"{'has' if asked == 1 else 'have'} one. The ceiling: {count(outside)}, {percent(outside / relevant)}, lie "
        "outside the catalogue at their cut-off, so that no ranking has them, on average "
        f"{percent(results.power.ceiling)} of what is relevant to a query. Of the young ones alone, {found}. "
        f"Intervals cover users and seeds, not which candidates are held back{_with_others(results, rows)}."
    )
    return paragraphs([text, _how_long(results)])


def _with_others(results: Results, rows: list[Row]) -> str:
    """What the best, and the best of those composed, find where a run on the same events holds other candidates back.

    Nothing where none does, or of one that finds none here, and so is nobody in particular.
    """
    leading = [max(some, key=of_young) for some in (rows, composed(results, rows)) if some]
    asked = {row.variant for row in leading if of_young(row)}
    told = [
        f"{anew.lead(pair)}, {code(row.variant)} finds {within(row.estimates[YOUNG])}"
        for pair in pairs_of(results)
        if pair.has_another_draw
        for row in with_young(pair.there)
        if row.variant in asked
    ]
    return f": {'; '.join(told)}" if told else ""


def of_young(row: Row) -> float:
    """The recall of young candidates on test."""
    return row.estimates[YOUNG].estimate or 0.0


def _how_long(results: Results) -> str:
    """For how long the young have been in histories where settings are chosen, and where they are tested."""
    windows, horizon = results.question.windows, results.question.horizon
    first, last = windows.stop, windows.stop + windows.select - 1
    each = "" if results.question.sessions else f" of {horizon}"
    early = f"{first} to {last} windows" if last > first else plural(first, "window")
    late = f"none to {windows.test - 1}" if windows.test > 1 else "none"
    return (
        "Young candidates enter histories only after the span that a model is fitted on: on select, which chooses the "
        f"settings and the best variant, {early}{each} before a query, on test {late}. So what counts a user's own "
        "events with young candidates has more to count on select than on test, and may be favoured there."
    )


def with_young(results: Results) -> list[Row]:
    """The declared variants that have a recall of young candidates; none where no relevant one of test is young."""
    found = {row.variant: row.estimates.get(YOUNG) for row in results.leaderboard}
    known = {variant for variant, young in found.items() if young is not None and young.estimate is not None}
    known &= set(results.params.entries(results.arm))
    return [row for row in results.leaderboard if row.variant in known]


def composed(results: Results, rows: Sequence[Row]) -> list[Row]:
    """Those of the rows whose candidates are composed from attributes."""
    return [row for row in rows if choose.declared(choose.parts_of(results, row.variant)).get("composes")]


def of_young_alone(results: Results, rows: list[Row]) -> str:
    """The recall of young candidates of the variants that a reader asks for, each with what it is."""
    most = max(rows, key=of_young)
    best = results.best_of_each().get("counting")
    if not most.estimates[YOUNG].estimate:
        return f"{number(0.0)} by every variant"
    roles = {"finds most on test": most.variant, "is best on select": results.leaderboard[0].variant}
    roles |= {"is the best counting rule": best.variant} if best else {}
    ranked = sorted(rows, key=of_young, reverse=True)
    made = composed(results, ranked)
    if made and made[0] is not most:
        roles["finds most on test of those composed from attributes"] = made[0].variant
    parts = []
    for row in ranked:
        if known := [role for role, variant in roles.items() if variant == row.variant]:
            parts.append(f"{within(row.estimates[YOUNG])} by {code(row.variant)}, which {listing(known)}")
    return "; ".join(parts)


@dataclass(frozen=True)
class PartsOfRecall:
    """Of which two parts an effect in recall@10 is the sum: what is gained on known candidates, and on young ones."""

    known: float
    young: float


def parts_of_recall(results: Results) -> dict[str, PartsOfRecall]:
    """The parts of the recall of each variant: estimates, which no contrast tests."""
    rows = results.queries([PRIMARY, YOUNG, "young", "relevant"])
    means = rows.group_by("variant").agg(ON_YOUNG.mean().alias("young"), pl.col(PRIMARY).mean().alias("all"))
    return {
        row["variant"]: PartsOfRecall(row["all"] - row["young"], row["young"]) for row in means.iter_rows(named=True)
    }


def parts_of_effect(found: dict[str, PartsOfRecall], contrast: Contrast) -> PartsOfRecall:
    """The parts of the effect of a contrast, from those of its sides."""
    left, right = found[contrast.left_variant], found[contrast.right_variant]
    return PartsOfRecall(left.known - right.known, left.young - right.young)


def judged_on_young(results: Results) -> dict[str, ByStudent]:
    """What a t distribution says of the part of each declared contrast that is gained on young candidates.

    Exploratory: no contrast declares it. The family are the contrasts of the arm. The margin is one of all recall, of
    which the young have a small part, so that its equivalences say little here.
    """
    rows = results.queries([YOUNG, "young", "relevant"]).with_columns(ON_YOUNG.alias("part"))
    pairs, alpha = [c.variants for c in results.contrasts], results.params.statistics.alpha
    found = judge_by_student(rows, pairs, "part", margin=results.margin, alpha=alpha)
    return {c.name: by for c, by in zip(results.contrasts, found, strict=True)}


def told_on_young(results: Results, contrast: Contrast, by: ByStudent, gained: float) -> str:
    """Whether a difference in that part is shown by t; a dash where neither side finds a young one.

    Args:
        results: of the arm young.
        contrast: in either direction.
        by: of this contrast, see `judged_on_young`.
        gained: on young candidates, in the direction of the contrast.
    """
    recalls = [results.row(variant).estimates[YOUNG].estimate for variant in contrast.variants]
    if not any(recalls):
        return DASH
    if by.p_difference >= results.params.statistics.alpha:
        return "no difference shown"
    return "better" if gained > 0 else "worse"


def effects(results: Results | None) -> Html:
    """Each effect over all candidates as the sum of what is gained on known and on young ones."""
    if results is None or not with_young(results) or not results.contrasts:
        return Html("")
    recalls = parts_of_recall(results)
    found = {c.name: parts_of_effect(recalls, c) for c in results.contrasts}
    by_t = judged_on_young(results)
    lines = [
        [
            name(marked(c)),
            *(Cell(signed(value), value) for value in (c.effect, found[c.name].known, found[c.name].young)),
            words(told_on_young(results, c, by_t[c.name], found[c.name].young)),
            words(f"{c.left_variant} over {c.right_variant}"),
        ]
        for c in results.contrasts
    ]
    caption = (
        f"The effect of each declared contrast in {PRIMARY} over all relevant candidates, and the two parts that it is "
        f"the sum of: hits among the known and hits among the young ones, each as a share of all that is relevant to a "
        f"query. No contrast tests a part; young, by t: what {BY_STUDENT} says of the last of them where "
        "either side finds a young one, Holm-adjusted over "
        "these contrasts, which was asked when test had been scored; no equivalence is told of it, since the margin is "
        f"one of all recall, and young candidates are a small part of what is relevant{dagger(results.contrasts)}"
    )
    lead = paragraphs(["What an effect over all candidates consists of:"])
    return joined([lead, table(["contrast", "effect", "on known", "on young", "young, by t", "sides"], lines, caption)])


def verdicts(results: Results | None) -> Html:
    """What the contrasts of candidate sides show."""
    return source.NOTHING if results is None else contrasts.section(results, results.contrasts)


def seeds(results: Results | None) -> Html:
    """The seeds of the variants, against which an effect is to be held."""
    return Html("") if results is None else evidence.seeds(results, results.contrasts)


def board(results: Results | None) -> Html:
    """All variants, with their recall of known and of young candidates."""
    if results is None or not with_young(results):
        return source.NOTHING if results is None else NONE
    head = [
        "variant",
        "head",
        "select",
        "test, all",
        *(f"test, {part}" for part in PARTS),
        "nDCG",
        "training",
    ]
    caption = (
        f"{PRIMARY} over all relevant candidates, and over the known and over the young ones alone, each averaged over "
        f"the queries that have some ({brackets(results.params.statistics.alpha)}); head: plain and repeat-aware have "
        "an id table, composed ones vectors made of attributes, with id both; "
        f"training: {TRAINING}; sorted by select"
    )
    return table(head, [_line(results, row) for row in results.leaderboard], caption)


def _line(results: Results, row: Row) -> list[Cell]:
    head = results.params.variants[row.variant].model_dump().get("head", "")
    return [
        name(row.variant),
        words(worded(head)),
        decimal(row.select),
        estimate(row.test),
        *(estimate(row.estimates[f"{PRIMARY}/{part}"]) for part in PARTS),
        decimal(row.estimates["ndcg@10"].estimate),
        words(results.training(row.variant)),
    ]


def parts(results: Results | None) -> Html:
    """Recall of known and of young candidates, variant by variant."""
    if results is None or not with_young(results):
        return Html("")
    traces = [_marks(results.leaderboard, part, style) for part, style in zip(PARTS, STYLES, strict=True)]
    told = "; ".join(
        f"{row.variant} {' and '.join(number(row.estimates[f'{PRIMARY}/{part}'].estimate) for part in PARTS)}"
        for row in results.leaderboard
    )
    return draw(
        traces,
        f"Test {PRIMARY} of known and of young candidates apart, with "
        f"{percent(1 - results.params.statistics.alpha)} intervals over users and seeds: {told}.",
        height=row_height(len(results.leaderboard)) + 30,
        showlegend=True,
        xaxis={"title": {"text": f"test {PRIMARY}"}, "tickformat": ".2~f", "rangemode": "tozero"},
        yaxis=names_axis(r.variant for r in results.leaderboard),
    )


def _marks(rows: list[Row], part: str, style: tuple[str, str]) -> go.Scatter:
    found = [row.estimates[f"{PRIMARY}/{part}"] for row in rows]
    return go.Scatter(
        x=[one.estimate for one in found],
        y=[inert(row.variant) for row in rows],
        error_x=error_bars(found, color=style[0]),
        mode="markers",
        marker={"color": style[0], "symbol": style[1], "size": 9},
        name=part,
        hovertemplate=f"<b>%{{y}}</b><br>{part}: %{{x:.4f}}<extra></extra>",
    )
