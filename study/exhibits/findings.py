"""The page Findings: the answer first, every sentence computed."""

import plotly.graph_objects as go

from study.exhibits import agreement, anew, answers, choose, contrasts, few_seeds, protocol, repeats, resolution
from study.exhibits.figures import draw, error_bars, family_style, folded, inert, names_axis, row_height, vertical
from study.exhibits.key_action import is_among_others
from study.exhibits.markup import Html, bullets, code, escape, joined, paragraphs
from study.exhibits.prose import (
    DAGGER,
    count,
    members,
    number,
    percent,
    plural,
    raised,
    seconds,
    sentence,
    verdict_sentence,
    within,
)
from study.exhibits.records import Contrast, Row
from study.exhibits.results import SEQUENCE, Results
from study.exhibits.scoring_log import beside_other_work
from study.exhibits.tables import Cell, decimal, estimate, name, table, words
from study.params.statistics import PRIMARY

COUNTING = "counting"


def answer(results: Results) -> Html:
    """Every question of the study, each answered in a short sentence over all that settles it."""
    windows, settings = results.question.windows, results.params.statistics
    among_others = is_among_others(results.question, results.data.event_types)
    others = " alone, not of the other events of this log" if among_others else ""
    asked = (
        f"{protocol.of_a_query(results)} {raised(PRIMARY)}: of what is relevant to a query the share that is ranked "
        f"among the first ten, on average over queries. A counting rule ranks by counts of key actions{others}, and "
        'learns no weights (<a href="plan.html">Plan</a>). An arm: a part of the study with a question and a budget of '
        f"its own. {DAGGER}: declared after test was seen. Every contrast, and what limits an answer, is folded below "
        "it."
    )
    note = (
        "Effects are differences in the primary metric, with the interval that the verdict used in brackets: "
        f"{PRIMARY} on test, and recall among the top 5 % for who will buy. {_levels(results)} Equivalent: shown to "
        f"differ by less than the margin, {settings.margin:g} ({settings.who_margin:g} for who will buy). Select: the "
        f"{plural(windows.select, 'window')} before test, on which settings and the best of a family are chosen. "
        "Unfinished: its best round was the last of the budget. Head: plain, or repeat-aware, which adds the user's "
        "own counts. Objective: what a prefix of a history is asked for in training, the next token or line, all "
        "candidates of the next moment that has one, or all of the horizon, the days that the question is about. The "
        "history that fits: what a context holds, which is fewer events where each takes several tokens. Moment: the "
        "events of a user that have one time. Aggregates: numbers about a user and a candidate before a cut-off, which "
        "trees or a regression learn from. A hybrid: trees that are told the scores of a sequence model beside "
        f"aggregates. An average: the mean of the standardised scores of several variants, or of the seeds of "
        "one. Test: the "
        f"{plural(windows.test, 'window')} behind select, which scoring and the diagnostics alone read. Other runs "
        "differ: a run on the same events has another verdict, one on other events another one that is settled, or the "
        "effect is shown to have changed."
        f"{_by_t(results)}"
    )
    read = (
        "Parentheses hold one contrast for each verdict that is shown, left over right, with its effect and the "
        "interval that its verdict used; how many more have that verdict stands there or in the sentence. It is the "
        "one that was declared first; of contrasts with counting, and of what to ship, the best on select. Of shuffled "
        "orders those alone count there that a model was trained on too, where there are any."
    )
    words_ = folded("what the words of the answers mean", paragraphs([read, note], "source"))
    return joined([paragraphs([asked], "source"), words_, answers.answers(results)])


def _levels(results: Results) -> str:
    """Of which levels the intervals are that stand in brackets, a sentence."""
    alone = f"Intervals of a recall have a level of {percent(1 - results.params.statistics.alpha)}"
    if not results.contrasts:
        return f"{alone}."
    least, most = (percent(f(c.level for c in results.contrasts), 2) for f in (min, max))
    levels = least if least == most else f"{least} to {most}"
    return (
        f"{alone}, those of an effect that of the step of Holm which decided, in the arm {code(results.arm)} {levels}."
    )


def _by_t(results: Results) -> str:
    """What "by t" says in the answers; nothing where it leaves no verdict open, and nothing else is told by it."""
    late = results.every()[1:]
    if not late and not any(few_seeds.unsure(arm, asked) for arm, asked in few_seeds.of_arms(results)):
        return ""
    told = f" By t: by {few_seeds.BY_STUDENT}, whose tails are wider where seeds or users are few"
    asked = (
        " Tests by t in nDCG@10 and precision@10, of young candidates alone, of changes with the catalogue and of who "
        "will buy were added when test had been scored."
    )
    return f"{told}.{asked if late else ''}"


def repeated(results: Results) -> Html:
    """Which headline contrasts another snapshot confirms or corrects; nothing where none is compared."""
    if not results.params.compare_with:
        return Html("")
    link = 'All contrasts of both stand in <a href="snapshots.html">Snapshots</a>.'
    named = joined([agreement.headline(results, changes=True), paragraphs([link], "source")])
    return joined([paragraphs(repeats.in_short(results)), folded("the other runs contrast by contrast", named)])


def against_counting(results: Results) -> Html:
    """The best on select, and what everything that was compared with the best counting rule gains and costs."""
    each = bullets(_challenge(results, contrast) for contrast in choose.against_counting(results))
    return joined([paragraphs([_champion(results)]), folded("each contrast with it, and what both sides took", each)])


def _challenge(results: Results, contrast: Contrast) -> str:
    spent, rule = (results.cost[variant] for variant in contrast.variants)
    cost = (
        f"Its search took {seconds(spent.tune_seconds)} and a refit {seconds(spent.refit_seconds)}, "
        f"against {seconds(rule.tune_seconds)} and {seconds(rule.refit_seconds)} for the counting rule."
    )
    has_lost = contrast.verdict == "worse" and results.row(contrast.left_variant).family == SEQUENCE
    finding = f" {_training(results, contrast.left_variant)}" if has_lost else ""
    since = anew.changed_since(results)(contrast)
    return f"{sentence(f'{verdict_sentence(contrast, results.margin)}{since}')} {cost}{finding}"


def _training(results: Results, variant: str) -> str:
    search = results.search(variant)
    course = f"it was best on stop after round {count(search.rounds)} of {count(search.last_round)}"
    if results.row(variant).unfinished:
        course = "its best round was the last that the budget allowed, so more training might narrow the gap"
    elif not results.is_a_round_short(variant):
        course += ", so it had stopped improving within its budget"
    return f"A sequence model loses to counting here: {course} (its curves are in <em>Tuning</em>)."


def _champion(results: Results) -> str:
    best = results.leaderboard[0]
    return (
        f"Of all {plural(len(results.leaderboard), 'variant')}, {code(best.variant)} ({escape(best.family)}) is best "
        f"on select; on test its {PRIMARY} is {within(best.test)}."
    )


def standing(results: Results) -> Html:
    """Test recall@10 of the best of each family, with the best counting rule as a line."""
    return standings(results, list(results.best_of_each().values()), "the best of each family on select")


def standings(results: Results, rows: list[Row], which: str) -> Html:
    """Test recall@10 of some variants, with the best counting rule as a line.

    Args:
        results: of an arm.
        rows: the variants that are shown.
        which: what they are, for the caption.
    """
    order = sorted(rows, key=lambda row: row.recall)
    families = dict.fromkeys(row.family for row in rows)
    rule = results.best_of_each().get(COUNTING)
    reference = f"; dashed: {rule.variant}, the counting rule that is best on select" if rule else ""
    least, most = (f"{row.variant} ({number(row.recall)})" for row in (order[0], order[-1]))
    caption = (
        f"Test {PRIMARY} with {percent(1 - results.params.statistics.alpha)} intervals of "
        f"{which}, sorted by test, from {least} to {most}{reference}."
    )
    return draw(
        [_dots(member, [row for row in order if row.family == member]) for member in families],
        caption,
        height=row_height(len(order)),
        showlegend=True,
        shapes=[vertical(rule.recall)] if rule else [],
        xaxis={"title": {"text": f"test {PRIMARY}"}, "tickformat": ".4~f", "nticks": 6},
        yaxis=names_axis(row.variant for row in reversed(order)),
    )


def _dots(member: str, rows: list[Row]) -> go.Scatter:
    colour, symbol = family_style(member)
    estimates = [row.test for row in rows]
    return go.Scatter(
        x=[e.estimate for e in estimates],
        y=[inert(row.variant) for row in rows],
        error_x=error_bars(estimates, color=colour),
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 9},
        name=inert(member),
        text=[f"{within(e)}<br>select {number(row.select)}" for e, row in zip(estimates, rows, strict=True)],
        hovertemplate="<b>%{y}</b><br>%{text}<extra></extra>",
    )


def families(results: Results) -> Html:
    """How many variants of each family took part."""
    told = members([row.family for row in results.leaderboard])
    return paragraphs([f"{told} took part. Every interval below is the one that its verdict used."])


def contrast_sentences(results: Results) -> Html:
    """Every declared contrast, one sentence per family of contrasts; says so where there is none."""
    if not results.contrasts:
        return paragraphs(["No contrast is declared."])
    return folded(
        f"all {plural(len(results.contrasts), 'declared contrast')}, a sentence for each topic",
        contrasts.sentences(results, results.contrasts),
    )


def price(results: Results) -> Html:
    """The best of each family and what it took."""
    rows = [_price(results, row) for row in results.best_of_each().values()]
    head = ["family", "best on select", "select", "test", "search", "refit, per seed"]
    caption = f"{PRIMARY} of the best variant of each family, and its cost on the machine of this run"
    return table(head, rows, f"{caption}{beside_other_work(results)}")


def _price(results: Results, row: Row) -> list[Cell]:
    cost = results.cost[row.variant]
    took = (Cell(seconds(value), value) for value in (cost.tune_seconds, cost.refit_seconds))
    return [words(row.family), name(row.variant), decimal(row.select), estimate(row.test), *took]


def resolved(results: Results) -> Html:
    """How much this log could show at all."""
    return bullets(resolution.sentences(results))
