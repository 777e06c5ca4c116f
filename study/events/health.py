"""What is worth knowing of a log before it is studied: a card, and warnings in plain words."""

from math import ceil, log, sqrt

import numpy as np
import polars as pl
from scipy.special import ndtri

from study.events.doubtful_times import doubtful_times
from study.events.doubtful_users import doubtful_users
from study.events.facts import Facts
from study.events.log import Ints
from study.events.pace import RETURNING
from study.events.spans import Spans
from study.events.split import LEAST_EVENTS, held_back
from study.events.values import alike, asked_columns, named_nothing
from study.params.features import Features
from study.params.question import Question, WhatQuestion, WhoQuestion
from study.params.snapshot import Snapshot
from study.params.statistics import POWER, Statistics

DEVIATION = 0.0725
"""Of the difference in recall@10 of two variants over the queries of one user: about that of the default log's typical
contrast, which its published `power.json` tells."""
COIN = (0.4, 0.6)
RARE = 0.005
ONCE = 0.05
"""Share of those who act that act again below which a key action is one that is taken once, such as to subscribe."""
NEARLY_AN_ID = 0.2
"""Candidates per key action above which hardly any is acted on twice; per event, above which few occur again."""
FEW = 20
FOLDED = 0.5
"""The share of an attribute's values, as the events have them, that may look alike before it is said."""
UNBORN = 0.1
"""The share of what is relevant that nobody has met yet before it is said."""
AT_ONCE = 10_000
"""Candidates of which it is asked at a time whether one is held back: of many mostly one of the first is."""


def card(facts: Facts, spec: Snapshot) -> list[tuple[str, str]]:
    """What the log is like, as labels and values."""
    rows = [
        ("events", f"{facts.events:,}"),
        ("users", f"{len(facts.users.events):,}"),
        ("from, to (UTC)", f"{facts.first:%Y-%m-%d %H:%M}, {facts.last:%Y-%m-%d %H:%M}"),
        ("active days of a user", _middle(facts.users.days)),
        ("events of a user", _middle(facts.users.events)),
        ("event types", ", ".join(f"{name} {count:,}" for name, count in list(facts.types.items())[:10])),
    ]
    for name, kind in spec.coded.items():
        missing = facts.missing[name] / facts.events
        values = _several(facts.values[name], "value", "values")
        rows.append((f"attribute {name}", f"{kind}, {values}, {missing:.1%} missing"))
    return rows


def _middle(numbers: Ints) -> str:
    return f"median {np.median(numbers):.0f}, most {numbers.max():,}"


def asked(name: str, question: Question, spans: Spans, tables: dict[str, pl.LazyFrame]) -> list[tuple[str, str]]:
    """What a question finds in the log, likewise.

    Args:
        tables: the queries of stop, select and test.
    """
    asks = "about the rest of sessions" if question.sessions else f"of {question.horizon}"
    rows = [
        (f"{name}: windows", f"{sum(map(len, (spans.stop, spans.select, spans.test)))} {asks}"),
        (f"{name}: queries", ", ".join(f"{span} {_only(table, pl.len()):,}" for span, table in tables.items())),
    ]
    development = pl.concat([tables["stop"], tables["select"]])
    if isinstance(question, WhoQuestion):
        return [*rows, (f"{name}: users who act in a window", f"{_acting(development):.1%}")]
    relevant = _only(development, pl.col("relevant").list.len().sum())
    repeats = _only(development, pl.col("relevant").list.set_intersection("seen").list.len().sum())
    whole = ", with nothing held back" if question.held_back else ""
    return [
        *rows,
        (f"{name}: relevant candidates that repeat a key action{whole}", f"{repeats / max(relevant, 1):.1%}"),
    ]


def _only(table: pl.LazyFrame, asked: pl.Expr) -> int:
    return int(table.select(asked).collect(engine="streaming").item())


def _acting(development: pl.LazyFrame) -> float:
    return float(development.select("label").collect()["label"].to_numpy().mean())


def doubts(
    question: Question,
    tables: dict[str, pl.LazyFrame],
    candidates: pl.DataFrame,
    actions: int,
    settings: Statistics,
    contrasts: int,
    seed: int,
) -> list[str]:
    """What may spoil a question of this log, a sentence each.

    Args:
        tables: the queries of stop, select and test.
        candidates: of the log before test, with the time `first` of their first event and their number of `events`.
        actions: key actions that have a candidate.
        contrasts: the most that an arm which asks the question declares.
        seed: of the study, which draws the candidates that are held back.
    """
    development = pl.concat([tables["stop"], tables["select"]])
    evidence = -log(settings.alpha / max(contrasts, 1))
    if isinstance(question, WhoQuestion):
        return [*_rate(_acting(development)), *_few_act(tables["select"], ceil(evidence / settings.who_margin))]
    asked = tables["test"].group_by("user_id").len().select("len").collect(engine="streaming")["len"].to_numpy()
    users, queries, least = len(asked), int(asked.sum()), ceil(evidence / settings.margin)
    detectable = float(ndtri(1 - settings.alpha / 2) + ndtri(POWER)) * DEVIATION / sqrt(users)
    found = []
    if detectable > settings.margin:
        found.append(
            f"{_several(queries, 'query', 'queries')} of {_several(users, 'user', 'users')} on test: of differences "
            f"below {detectable:.3f} recall@10 many will stay undetermined, and of larger ones too where variants "
            "differ more from user to user than on the default log, seeds are few or contrasts many; the margin is "
            f"{settings.margin:g}: ask for more windows of test, with a longer log where they do not fit, or for a "
            "longer horizon, bring more users, or read the verdicts with that in mind"
        )
    if (alike := queries / asked.max(initial=1)) < least:
        found.append(
            f"{_several(users, 'user is', 'users are')} on test, with the weight of {alike:,.0f} of equal weight: "
            f"two variants that differ on hardly any of them stay undetermined; to call them equivalent takes {least:,}"
        )
    relevant = development.select("cutoff", "relevant").explode("relevant")
    found += _unborn(relevant, candidates)
    if question.held_back:
        found += _held(question, candidates, seed)
    return [*found, *_size(len(candidates), actions, int(candidates["events"].sum()))]


def _held(question: WhatQuestion, candidates: pl.DataFrame, seed: int) -> list[str]:
    """That no candidate is held back, so that nothing can be said of young ones."""
    often = candidates.filter(pl.col("events") >= LEAST_EVENTS)
    why = f"no candidate has {LEAST_EVENTS} events before test, so that none is held back"
    if often.height:
        end = int(often["first"].dt.timestamp("us").to_numpy().max()) + 1
        each = often.select("candidate", timestamp="first").iter_slices(AT_ONCE)
        drawn = ([one.select(pl.all().repeat_by(LEAST_EVENTS).explode())] for one in each)
        if any(held_back(one, question, end, seed) for one in drawn):
            return []
        why = (
            f"of the {often.height:,} candidates that may be held back, each with a probability of "
            f"{question.held_back:g}, this seed holds back none"
        )
    how = "raise held_back, choose a finer candidate" if often.height else "choose a coarser candidate"
    return [f"{why}, and nothing will be said of young ones; {how}, or bring a longer log"]


def once(actors: int, again: int) -> list[str]:
    """That those who act do so once: a ranking of users is about who has not done it yet then."""
    if again >= ONCE * actors:
        return []
    return [
        f"of {actors:,} users who act before test {again:,} do so again: who has acted stays among those who are "
        "ranked, so that a ranking mostly tells who has not acted yet; leave out what users do after it, or choose a "
        "key action that they repeat"
    ]


def _few_act(select: pl.LazyFrame, least: int) -> list[str]:
    """That too few act for *equivalent*, as far as select tells; users count as in `study.metrics.bootstrap.Draws`."""
    acting = select.filter(pl.col("label")).select("cutoff", "user_id").collect()
    if acting.is_empty():
        return []
    share = (1 / pl.len().over("cutoff")).alias("share")
    shares = acting.with_columns(share).group_by("user_id").agg(pl.col("share").sum())["share"].to_numpy()
    alike = acting["cutoff"].n_unique() / float(shares.max())
    if alike >= least:
        return []
    return [
        f"those who act on select weigh as much as {alike:,.0f} users of equal weight; if test is like it, two "
        f"variants that find nearly the same users stay undetermined; to call them equivalent takes {least:,}"
    ]


def _unborn(relevant: pl.LazyFrame, candidates: pl.DataFrame) -> list[str]:
    """That no ranking can hold much of what is relevant, since nobody has met it before the cut-off."""
    dated = relevant.join(candidates.lazy(), left_on="relevant", right_on="candidate")
    share = float(dated.select((pl.col("first") >= pl.col("cutoff")).mean()).collect().item() or 0)
    if share < UNBORN:
        return []
    return [
        f"{share:.0%} of what is relevant in stop and select occurs for the first time after its cut-off, so that no "
        "ranking can have it; choose a candidate that lasts longer, such as a kind or a topic"
    ]


def _rate(share: float) -> list[str]:
    if share > COIN[0]:
        like = "a coin toss" if share < COIN[1] else "the top 5 % of a ranking can hold but a small part of them"
        return [f"{share:.0%} of the users act in a window: {like}; ask for a rarer key action or a shorter horizon"]
    if share < RARE:
        return [f"{share:.2%} of the users act in a window: the intervals will be wide; widen the horizon"]
    return []


def _size(catalogue: int, actions: int, events: int) -> list[str]:
    if catalogue < FEW:
        return [f"the catalogue has {_several(catalogue, 'candidate', 'candidates')}: recall@10 is easy for everyone"]
    if catalogue <= NEARLY_AN_ID * actions:
        return []
    shared = f"{catalogue:,} candidates share {_several(actions, 'key action', 'key actions')}"
    if catalogue > NEARLY_AN_ID * events:
        return [f"{shared}: the candidate is nearly an id; choose a coarser one"]
    each = f"each candidate has {events / catalogue:,.0f} events on average"
    return [f"{shared}, though {each}: the key action is rare; choose a more frequent one, or bring a longer log"]


def _folded(facts: Facts, spec: Snapshot, questions: list[Question], settings: Features) -> list[str]:
    """Attributes of which a model sees little, a sentence each; a column that is a candidate anywhere is left out."""
    candidates = {column for question in questions for column in question.candidate_columns}
    found = []
    for name in [n for n, kind in spec.coded.items() if kind == "categorical" and n in facts.counts]:
        counts = facts.counts[name].drop_nulls("value")["count"].sort(descending=True).to_numpy()
        kept = counts[: settings.max_values]
        share = 1 - kept[kept >= settings.min_count].sum() / max(counts.sum(), 1)
        if name not in candidates and len(counts) and share > FOLDED:
            found.append(
                f"attribute {name}: in {share:.0%} of its events the value is rarer than features.min_count "
                f"({settings.min_count:,}) or not of the {settings.max_values:,} most frequent ones (max_values); such "
                "values look alike to every model: change the two, or leave the attribute out"
            )
    return found


def _several(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _told_apart(question: Question) -> list[str]:
    """The columns whose values a question tells apart: those of its key action, and those that are ranked."""
    return [*asked_columns(question), *question.candidate_columns]


def warnings(facts: Facts, spec: Snapshot, questions: list[Question], settings: Features) -> list[str]:
    """What may spoil a study of this log, a sentence each."""
    found = [*doubtful_times(facts), *doubtful_users(facts, spec.columns.user)]
    if facts.future:
        found.append(
            f"{_several(facts.future, 'event lies', 'events lie')} in the future; the windows end with the last event, "
            "so the test weeks do too"
        )
    if facts.repeated:
        found.append(
            f"{_several(facts.repeated, 'row repeats', 'rows repeat')} another one in every column; "
            "such rows are kept, as a basket may hold a line twice"
        )
    if facts.users.returning < RETURNING and any(question.horizon_days for question in questions):
        found.append(
            f"{facts.users.returning:.0%} of the users come back another day; ask about the rest of the session "
            "(sessions: true), or use a horizon of minutes"
        )
    named = dict.fromkeys(["event_type", *(column for question in questions for column in _told_apart(question))])
    found += [told for look in (alike, named_nothing) for column in named for told in look(column, facts.counts)]
    found += _folded(facts, spec, questions, settings)
    return found + [
        f"attribute {name} is empty in {facts.missing[name] / facts.events:.0%} of the events"
        for name in spec.coded
        if facts.missing[name] > 0.95 * facts.events
    ]
