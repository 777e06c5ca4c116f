"""The page Protocol: spans, budgets, statistics, and how often test was looked at."""

from datetime import date, timedelta
from typing import get_args

import plotly.graph_objects as go

from study.exhibits import chance, choose, source
from study.exhibits.colours import BLUE, GREEN, GREY, ORANGE
from study.exhibits.figures import draw
from study.exhibits.key_action import allowed, clock
from study.exhibits.markup import Html, bullets, code, escape, listing, paragraphs
from study.exhibits.prose import count, percent, plural
from study.exhibits.records import Window
from study.exhibits.results import Results
from study.exhibits.tables import name, table, whole, words
from study.params.budget import Arm, Budget
from study.params.statistics import POWER, PRIMARY

DAY_MILLISECONDS = 86_400_000
WIDTH = (
    "How wide the intervals are: where users and seeds are both drawn, their interaction counts up to three times "
    "(Owen, 2007), so intervals are wide, more so the more two variants err on the same users; where few seeds make "
    "most of the variance, or fewer than some twenty users are asked, intervals are too narrow, and p too small "
    "(decisions 53 and 73 in the repository say by how much). The first favours <em>undetermined</em>; against the "
    "second, each declared contrast of the arms main, catalogue, young and who is judged by Student's t as well, and "
    "the pages name the verdicts that it would not pass; those of the diagnostics, the factorial but for its simple "
    "effects, the worlds, and changes of effects between snapshots, are not. The spread of the seeds themselves stands "
    "on the pages of the topics of the main arm, Catalogue and Young; of the arm who it is in the published "
    "<code>spread.json</code>; of the diagnostics and the worlds no seeds are published."
)
FEW = (
    "With few users, a difference larger than the margin may be true though it shows in none of those who were asked. "
    "A bootstrap resample without any difference, since nobody in it differs or gains and losses cancel, then says "
    "nothing, and counts as unknown. How many users count as few follows from the rule of three (Hanley and "
    "Lippman-Hand, 1983) at the level that a family leaves to one of its contrasts, users being counted as if all "
    "weighed as much as the one who weighs most. A handful of users may all lean to the same side by chance; while "
    "that is likelier than this level, every resample is unknown."
)
FAMILIES = (
    "The error rate is controlled within each family, for each kind of test: every arm, the factorial, the "
    "diagnostics, every world, the contrasts of another snapshot and the changes from it to this one are families of "
    "their own; the leak alarm is not adjusted. So a false verdict is likelier over the whole report than in one "
    "family, and an answer or a mark of an advice that combines verdicts of several families is no single test."
)
COLUMNS = {
    "trials": "trials",
    "rounds": "rounds",
    "positions": "events a round",
    "boosting_rounds": "trees",
    "patience": "patience",
    "stop_queries": "stop queries",
    "users": "users",
    "seeds": "seeds",
}
_COLOURS = {"train": GREY, "stop": ORANGE, "select": BLUE, "test": GREEN}


def question(results: Results) -> Html:
    """What is asked, in this study's parameters."""
    return paragraphs([of_a_query(results), *clock(results.question)])


def of_a_query(results: Results) -> str:
    """What a query is and what is relevant to it, in sentences."""
    asked = results.question
    candidate = " · ".join(code(column) for column in asked.candidate_columns)
    return (
        f"A key action is an event whose {allowed(asked)}; the candidate is its {candidate}. A query is a user and a "
        f"cut-off T, {_cutoffs(results)}; relevant are the distinct candidates of the user's "
        f"key actions in the window of {asked.horizon} from T on. The whole catalogue is ranked: everything "
        "that occurred before T."
    )


def _cutoffs(results: Results) -> str:
    asked = results.question
    if asked.sessions:
        return "after one of the moments of its session"
    if asked.horizon_minutes:
        return f"one every {asked.horizon}"
    return f"a local midnight in {escape(results.data.timezone)}"


def spans(results: Results) -> Html:
    """The spans on a calendar, each window a bar."""
    horizon = timedelta(days=results.question.study_days)
    windows = results.data.windows
    first, stop = results.data.days[0][0], windows[0].day
    traces = [_bar("train", [first], [stop - first], [f"train: {first} to {stop - timedelta(days=1)}"])]
    for span in dict.fromkeys(window.span for window in windows):
        shown = [window for window in windows if window.span == span]
        traces.append(_bar(span, [w.day for w in shown], [horizon] * len(shown), [_hover(w) for w in shown]))
    told = "; ".join(f"{plural(len(trace.y), 'window')} of {trace.name} from {trace.base[0]}" for trace in traces[1:])
    caption = f"The spans in order of time: train from {first} on; {told}."
    return draw(
        traces,
        caption,
        height=200,
        barmode="overlay",
        bargap=0.4,
        xaxis={"type": "date", "nticks": 7},
        yaxis={"autorange": "reversed"},
    )


def _bar(span: str, days: list[date], lengths: list[timedelta], texts: list[str]) -> go.Bar:
    return go.Bar(
        base=[day.isoformat() for day in days],
        x=[length.days * DAY_MILLISECONDS for length in lengths],
        y=[span] * len(days),
        orientation="h",
        name=span,
        marker={"color": _COLOURS[span], "line": {"color": "white", "width": 1}},
        hovertext=texts,
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _hover(window: Window) -> str:
    return f"{window.span}: cut-off {window.day}, {plural(window.queries, 'query')}"


def budgets(results: Results) -> Html:
    """What every tuned variant may spend."""
    manifest = results.manifest
    spent = results.budget
    at = f"at {listing([percent(rung) for rung in spent.rungs])} of the cap; " if spent.rungs else ""
    rows: list[tuple[str, int, str]] = [
        ("trials per tuned variant", spent.trials, _proposed(spent)),
        (
            "rungs",
            len(spent.rungs),
            f"{at}the better half of a batch goes on (successive halving, Jamieson and Talwalkar, 2016); what is "
            "fitted in one round has none, so all its trials are read on select",
        ),
        (
            "rounds, sequence models",
            spent.rounds,
            f"of {count(spent.positions)} events offered in training{_in_tokens(results)}",
        ),
        ("rounds, boosting", spent.boosting_rounds, "trees"),
        (
            "training queries of aggregates",
            results.params.features.max_queries,
            f"at most, each with the user's own candidates, {count(results.params.features.popular)} popular ones and "
            f"{count(results.params.features.sampled)} of the rest",
        ),
        ("patience", spent.patience, "readings of stop in a row without anything better, after which a trial ends"),
        ("queries of each stop window", spent.stop_queries, "at most; the same for all"),
        ("seeds of the refit", spent.seeds, "where a fit depends on its seed"),
    ]
    cells = [[words(what), whole(amount), words(note)] for what, amount, note in rows]
    return table(["what", "amount", "meaning"], cells, f"Budget {manifest.budget}, the same for every tuned variant")


def _proposed(spent: Budget) -> str:
    """Where the settings of the trials come from."""
    first = f"in batches of {count(spent.batch)}; the first uses the defaults, the rest of its batch is drawn at random"
    if spent.trials <= spent.batch:
        return first
    return (
        f"{first}, and every further batch is proposed by Optuna's multivariate TPE (Bergstra and others, 2011) from "
        "the trials before it"
    )


def budgets_of_arms(results: Results) -> Html:
    """The budget of every arm, of the size that it was run with, of main's where it was not run."""
    declared = results.params.budgets
    spent = [(arm, size) for arm in get_args(Arm) for size in _sizes(results, arm)]
    rows = [
        [name(arm), words(size), *(whole(getattr(declared.of(size).of(arm), key, None)) for key in COLUMNS)]
        for arm, size in spent
    ]
    caption = (
        f"The budget of every arm{_of_the_accounting(results)}; a dash stands for what it does not have: the arms "
        "without a leaderboard of their own tune nothing; where there are no more trials than in a batch, none is "
        "guided by another"
    )
    return table(["arm", "budget", *COLUMNS.values()], rows, caption)


def _of_the_accounting(results: Results) -> str:
    """That a round of the arm `tokens` counts tokens, where the variant that it is about does; or nothing."""
    entry = results.params.variants.get(str(results.params.tokens.get("variant")))
    counts_tokens = entry is not None and choose.counted(entry.model_dump()) == "tokens"
    return "; a round of the arm tokens has so many tokens, not events" if counts_tokens else ""


def _sizes(results: Results, arm: Arm) -> list[str]:
    """The sizes of the budget that an arm was run with."""
    return list(dict.fromkeys(size for _, size in source.made_by(results, arm))) or [results.manifest.budget]


def _in_tokens(results: Results) -> str:
    """Whose rounds count positions instead: those of a flat model, which are tokens."""
    entries = {variant: entry.model_dump() for variant, entry in results.params.entries(results.arm).items()}
    names = [variant for variant, entry in entries.items() if choose.counted(entry) == "tokens"]
    return f"; of as many tokens for {listing(names)}" if names else ""


def statistics(results: Results) -> Html:
    """How estimates become intervals and verdicts."""
    settings = results.params.statistics
    estimates = (
        f"Estimate: the mean over queries of the mean over seeds. Intervals are percentiles of "
        f"{count(settings.resamples)} paired bootstrap resamples of users, all windows of a user together and each "
        "variant's seeds drawn independently; since a mean of S drawn seeds varies too little, its deviation from the "
        "mean of all S is stretched by the root of S / (S \N{MINUS SIGN} 1). Windows are not drawn: intervals are of "
        "those that there are (<em>Findings</em> says how these differ)."
    )
    tests = (
        "Of R resamples with k on the wrong side of zero, p is 2 (k + 1) / (R + 1) for a difference; for equivalence "
        "it is (k + 1) / (R + 1), with the k of the margin that more of them lie beyond. The tests of an arm, of the "
        f"diagnostics and between snapshots draw {count(settings.resamples)} resamples for each contrast of their "
        "family, since Holm divides alpha among them, and the factorial uses those of its arm; those of the worlds "
        f"draw {count(settings.resamples)} in all. "
        f"{chance.error_of_p(results)}"
    )
    shown = (
        "The interval that stands with a verdict has the level of the step of Holm that decided, where j contrasts "
        "have a p at least as great: 1 \N{MINUS SIGN} alpha / j for a difference, 1 \N{MINUS SIGN} 2 alpha / j for "
        "equivalence. Each interval has its level by itself: that all of a family hold together is less likely. All "
        "contrasts from the step on at which Holm stops share that step, and one that stays <em>undetermined</em> is "
        "shown with the wider of its two intervals. The smallest difference to be found with "
        f"{percent(POWER)} power is the median standard error of the contrasts times the sum of the normal quantiles "
        "of the two-sided alpha and of the power."
    )
    verdicts = (
        f"Margin, fixed beforehand: {settings.margin:g} {PRIMARY}, and {settings.who_margin:g} of the recall among the "
        f"top users in the arm {code('who')}. <em>Equivalent</em>: two one-sided tests, "
        f"Holm-adjusted, below {settings.alpha:g}; else <em>better</em> or <em>worse</em>: Holm-adjusted p below "
        f"{settings.alpha:g}; else <em>undetermined</em>."
    )
    declared = (
        f"Of {plural(len(results.params.contrasts), 'contrast')} that {code('params.yaml')} declares, "
        f"{count(len(results.contrasts))} belong to the arm {code(results.arm)}, which Holm adjusts together; a side "
        "called “best” is the variant of its family that is best on select."
    )
    return bullets([estimates, tests, verdicts, shown, declared, WIDTH, FEW, FAMILIES])
