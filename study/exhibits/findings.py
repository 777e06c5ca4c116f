"""The page Findings: the answer first, every sentence computed."""

import plotly.graph_objects as go

from study.exhibits import advice, agreement, answers, choose, contrasts, resolution, scope
from study.exhibits.data import COMPLETE_JOURNEY
from study.exhibits.figures import draw, error_bars, family_style, folded, inert, names_axis, row_height, vertical
from study.exhibits.key_action import allowed
from study.exhibits.markup import Html, bullets, code, escape, joined, listing, paragraphs
from study.exhibits.prose import (
    count,
    members,
    number,
    percent,
    plural,
    seconds,
    sentence,
    verdict_sentence,
    within,
)
from study.exhibits.records import PRIMARY, Contrast, Row
from study.exhibits.results import Results
from study.exhibits.tables import Cell, decimal, estimate, name, table, words

COUNTING = "counting"
SEQUENCE = "sequence"


def headline(results: Results) -> Html:
    """What the study was made for, answered in one sentence."""
    return answers.headline(results)


def answer(results: Results) -> Html:
    """Every question of the study, each answered in one sentence."""
    note = (
        "Effects are differences in the primary metric, with the interval that the verdict used in brackets: "
        f"{PRIMARY} on test, and recall among the top 5 % for who will buy."
    )
    return joined([answers.answers(results), paragraphs([note], "source")])


def repeated(results: Results) -> Html:
    """Which headline contrasts another snapshot confirms or corrects; nothing where none is compared."""
    found = agreement.headline(results).text
    link = 'All contrasts of both stand in <a href="snapshots.html">Snapshots</a>.'
    return joined([Html(found), paragraphs([link], "source")]) if found else Html("")


def common_advice(results: Results) -> Html:
    """What teams are commonly advised, marked by this log's own contrasts."""
    return advice.marks(results)


def against_counting(results: Results) -> Html:
    """What everything that was compared with the best counting rule gains and costs."""
    against = choose.against_counting(results)
    return joined([bullets(_challenge(results, contrast) for contrast in against), paragraphs([_champion(results)])])


def _challenge(results: Results, contrast: Contrast) -> str:
    spent, rule = (results.cost[variant] for variant in (contrast.left_variant, contrast.right_variant))
    cost = (
        f"Its search took {seconds(spent.tune_seconds)} and a refit {seconds(spent.refit_seconds)}, "
        f"against {seconds(rule.tune_seconds)} and {seconds(rule.refit_seconds)} for the counting rule."
    )
    has_lost = contrast.verdict == "worse" and results.row(contrast.left_variant).family == SEQUENCE
    finding = f" {_training(results, contrast.left_variant)}" if has_lost else ""
    return f"{sentence(verdict_sentence(contrast, results.power.margin))} {cost}{finding}"


def _training(results: Results, variant: str) -> str:
    search = results.search(variant)
    course = (
        "its best round was the last that the budget allowed, so more training might narrow the gap"
        if results.row(variant).unfinished
        else f"it was best on stop after round {count(search.rounds)} of {count(search.last_round)}, so it had stopped "
        "improving within its budget"
    )
    return f"The sequence model loses to counting here: {course} (its curves are in <em>Tuning</em>)."


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
        f"{which}, from {least} to {most}{reference}."
    )
    return draw(
        [_dots(member, [row for row in order if row.family == member]) for member in families],
        caption,
        height=row_height(len(order)),
        showlegend=True,
        shapes=[vertical(rule.recall)] if rule else [],
        xaxis={"title": {"text": f"test {PRIMARY}"}, "tickformat": ".3~f", "nticks": 6},
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
    """Every declared contrast, one sentence per family of contrasts."""
    return folded(
        f"all {plural(len(results.contrasts), 'declared contrast')}, a sentence for each topic",
        contrasts.sentences(results, results.contrasts),
    )


def price(results: Results) -> Html:
    """The best of each family and what it took."""
    rows = [_price(results, row) for row in results.best_of_each().values()]
    head = ["family", "best on select", "select", "test", "search", "refit, per seed"]
    return table(head, rows, f"{PRIMARY} of the best variant of each family, and its cost on the machine of this run")


def _price(results: Results, row: Row) -> list[Cell]:
    cost = results.cost[row.variant]
    took = (Cell(seconds(value), value) for value in (cost.tune_seconds, cost.refit_seconds))
    return [words(row.family), name(row.variant), decimal(row.select), estimate(row.test), *took]


def resolved(results: Results) -> Html:
    """How much this log could show at all."""
    return bullets(resolution.sentences(results))


def caveats(results: Results) -> Html:
    """What all of this is conditional on."""
    told = [_one_search(results), *_by_hand(results), _one_log(results), _one_processor(), *_perhaps_simulated(results)]
    told += [_only_actors(results), *_small(results), *_unfinished(results), *scope.after_one_round(results)]
    return bullets([*told, *_at_popularity(results), *_late(results)])


def _one_search(results: Results) -> str:
    tuned = sum(row.tuned for row in results.leaderboard)
    trials = results.budget.trials
    return (
        f"<strong>One search per variant.</strong> Each of {plural(tuned, 'tuned variant')} had one search of "
        f"{plural(trials, 'trial')}; the intervals cover users and seeds, not the luck of another search."
    )


def _by_hand(results: Results) -> list[str]:
    """That the first trials are no blind ones, and how often one was chosen."""
    searched = {row.variant: results.search(row.variant) for row in results.leaderboard if row.family == SEQUENCE}
    if not searched:
        return []
    first = sum(search.chosen == 0 for search in searched.values())
    return [
        "<strong>Defaults found by hand.</strong> The first trial of each search has the declared defaults. They were "
        "found on stop and select of the log that the study was made with, those of the sequence models mostly with "
        f"one of them (the log of what did not work says how); {count(first)} of {plural(len(searched), 'search')} of "
        "sequence models chose them."
    ]


def _one_processor() -> str:
    return (
        "<strong>One type of processor.</strong> Another one rounds sums otherwise: a search there may choose another "
        "trial, which can turn a verdict at a border and with it an answer. Some of the reasons in the table of "
        "scorings (<em>Protocol</em>) tell of such turns."
    )


def _small(results: Results) -> list[str]:
    """How large the sequence models are, and how much of the log a fit reads."""
    rows = [row for row in results.leaderboard if row.family == SEQUENCE]
    if not rows:
        return []
    sizes = [results.cost[row.variant].parameters or 0 for row in rows]
    entries = [choose.parts_of(results, row.variant) for row in rows]
    deep = [code(row.variant) for row, entry in zip(rows, entries, strict=True) if entry["blocks"] > 1]
    depth = f"one block ({listing(deep)} more)" if deep else "one block"
    read = results.budget.rounds * results.budget.positions
    return [
        f"<strong>Small models, trained briefly.</strong> The sequence models have {count(min(sizes))} to "
        f"{count(max(sizes))} parameters and {depth}, and a fit reads at most {count(read)} events, of a log of "
        f"{count(results.data.events)}. What gains from more of either was not asked; one block cannot compose flat "
        "tokens to events before it compares them, so that depth may matter most there."
    ]


def _perhaps_simulated(results: Results) -> list[str]:
    if results.data.source != COMPLETE_JOURNEY:
        return []
    return [
        "<strong>Perhaps simulated.</strong> The sources of this log disagree on whether it is real (see "
        "<em>Data</em>). If it is simulated, all of this says something of a simulator."
    ]


def _one_log(results: Results) -> str:
    windows = plural(results.question.windows.test, "test window")
    others = listing([code(other) for other in results.params.compare_with])
    repeated = f"what {others} says of it stands above" if results.params.compare_with else "until it is repeated"
    return (
        f"<strong>One log.</strong> Everything holds for {code(results.manifest.snapshot)} and its {windows}, "
        f"{repeated}{'' if results.params.compare_with else ' on another snapshot'}."
    )


def _only_actors(results: Results) -> str:
    asked = results.question
    return (
        f"<strong>Only users who act.</strong> A query exists where a user takes the key action ({allowed(asked)}) "
        f"within {asked.horizon}; all numbers are conditional on that, and say nothing of who will act."
    )


def _unfinished(results: Results) -> list[str]:
    names = [code(row.variant) for row in results.leaderboard if row.unfinished]
    if not names:
        return []
    whose = "its" if len(names) == 1 else "their"
    searched = {row.variant: results.search(row.variant) for row in results.leaderboard if row.family == SEQUENCE}
    nearly = [code(v) for v, search in searched.items() if search.rounds == search.last_round - 1]
    rest = f", and {listing(nearly)} one round before it" if nearly else ""
    return [
        f"<strong>Unfinished.</strong> {listing(names)} had {whose} best round at the end of the budget{rest}; more "
        "training might help. The cap is the same for all, but a refit takes as many rounds as its variant's chosen "
        "trial was best after: one dip of a curve makes it a round shorter."
    ]


def _at_popularity(results: Results) -> list[str]:
    names = [code(row.variant) for row in results.leaderboard if results.at_popularity(row.variant)]
    if not names:
        return []
    its = "its" if len(names) == 1 else "their"
    return [
        f"<strong>Not above popularity.</strong> {listing(names)} gained less than the margin over popularity on "
        f"select: at this budget {its} contrasts say little of what is compared."
    ]


def _late(results: Results) -> list[str]:
    """The contrasts of all arms that are no plan made beforehand."""
    names = [code(name) for name in results.params.after_test.get(results.params.snapshot.name, [])]
    if not names:
        return []
    return [
        f"<strong>Declared after test was seen.</strong> {listing(names)}: declared, or given the sides that they "
        "have, after the scores of test of their arm were known. They are tested like the others, but their verdicts "
        "are those of a second look (Protocol lists every scoring of test)."
    ]
