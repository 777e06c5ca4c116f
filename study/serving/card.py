"""The model card of an exported variant: what it is, what it reached, how to rank with it, and its limits."""

from importlib import import_module
from typing import Any

from study.events.check import wanted
from study.exhibits.key_action import eligible
from study.params.question import Question, WhatQuestion, WhoQuestion
from study.params.roster import SequenceEntry
from study.questions.kind import kind_of
from study.serving.bundle import Bundle, Exported
from study.serving.published import Published

CARD = """# {variant}

{what}

| | |
|---|---|
| family | {family} |
| made of | {parts} |
| fitted numbers | {parameters:,} |
{catalogue}| on select | {metric} {select:.4f} |
| on test | {test} |
| snapshot | {snapshot}, SHA-256 `{data_hash}` |
| weights | refit {refit}, of everything before the first test window, seed {seed} of the study |
| code | exported at revision {revision} |
| packages | {versions} |

## Rank with it

On a machine with this code and this folder, which FOLDER stands for, without the data it was trained on:

```sh
python -m study rank --model FOLDER --log events.parquet --cutoff now{depth} --out ranks.parquet
```

The log is a file or folder as a snapshot's source may be, with the columns {columns}. A cut-off without a time zone is
in {timezone}. Out comes {out}

## Limits

{limits}
"""


def card(bundle: Bundle, chosen: dict[str, Any], results: Published | None) -> str:
    """The card as Markdown.

    Args:
        chosen: the trial that the search chose.
        results: None where the published results are not of this run.
    """
    exported, question = bundle.exported, bundle.exported.question
    return CARD.format(
        variant=exported.variant,
        what=_asked(question),
        family=exported.entry.family,
        parts=_parts(exported),
        parameters=bundle.model.parameters(),
        catalogue=f"| known candidates | {len(bundle.vocabulary.candidates):,} |\n" if question.kind == "what" else "",
        metric=kind_of(question).PRIMARY,
        select=chosen["select"],
        test=_test(results),
        snapshot=exported.snapshot.name,
        data_hash=exported.data_hash,
        refit=exported.refit,
        seed=exported.seed,
        revision=exported.revision,
        versions=", ".join(f"{name} {version}" for name, version in exported.versions.items()),
        depth=" -k 10" if question.kind == "what" else "",
        columns=", ".join(f"`{name}`" for name in wanted(exported.snapshot)),
        timezone=exported.snapshot.timezone,
        out=_out(question),
        limits="\n".join(f"- {limit}" for limit in _limits(bundle)),
    )


def _asked(question: Question) -> str:
    acts = " and ".join(f"{column} is {allowed}" for column, allowed in question.told.items())
    window = question.horizon if question.sessions else f"the next {question.horizon}"
    if isinstance(question, WhoQuestion):
        return f"Ranks users by whether they act in {window}: {acts}."
    candidate = " and ".join(question.candidate_columns)
    return f"Ranks every known {candidate} by whether a user acts on it in {window}: {acts}."


def _parts(exported: Exported) -> str:
    shown = exported.entry.model_dump(exclude={"question", "arm", "family"}, exclude_defaults=True)
    settings = ", ".join(f"{name} {value:.4g}" for name, value in exported.settings.items())
    parts = ", ".join(f"{name} {value}" for name, value in shown.items())
    return f"{parts}; {settings or 'nothing tuned'}"


def _test(results: Published | None) -> str:
    if results is None:
        return "not known: the published results are of another run, or there are none"
    test = results.test
    fits = f"mean over {results.seeds} refits" if results.seeds > 1 else "one fit"
    level = results.level
    interval = "" if level is None else f"{level:g} % interval {test.low:.4f} to {test.high:.4f}, "
    return (
        f"{results.metric} {test.estimate:.4f}, {interval}{fits}; budget {results.budget}, revision {results.revision}"
    )


def _out(question: Question) -> str:
    if isinstance(question, WhoQuestion):
        return (
            f"`user_id, rank, score`: one row for each user {_ranked(question)}, by user; the first of all users has "
            "rank 1."
        )
    return (
        f"`user_id, rank, candidate, score`: the first k candidates of each user {_ranked(question)}, by user, then "
        "rank. A score is comparable inside a user alone; it is empty where the model cannot score the candidate, "
        "which then stands behind all that it can."
    )


def _ranked(question: Question) -> str:
    """Which users `rank` is asked about."""
    if question.sessions:
        return f"whose session may still go on, begun in the {question.horizon_minutes} minutes before the cut-off"
    if isinstance(question, WhoQuestion):
        return f"with an event in the {eligible(question.eligible_days)} before the cut-off"
    return "with an event before the cut-off"


def _limits(bundle: Bundle) -> list[str]:
    exported, question = bundle.exported, bundle.exported.question
    limits = [
        "Weights, vocabularies and the popularity that breaks ties are those of the training log; they do not change "
        "with the log that is ranked.",
        _population(exported),
    ]
    if exported.thinned_to is not None:
        limits.append(
            f"It was trained on at most {exported.thinned_to:,} events; if its log had more, on those of some users. "
            "Counts of a candidate over all users, which it reads, are larger in a larger log than they were in "
            "training: to rank the users of one, train on it without `most_events`."
        )
    if isinstance(question, WhatQuestion):
        limits.append(
            "All known candidates are ranked, whether or not they occur in the new log. So are those that only the new "
            "log has: by what that log tells of them where the variant reads it, as aggregates and composed candidates "
            "do, and else behind all known ones."
        )
        limits.append("The results are of users who did act in the window; a score says nothing of whether one will.")
        if question.held_back:
            share = f"{100 * question.held_back:g} %"
            limits.append(f"It was trained without {share} of the candidates, held back to see how new ones fare.")
    else:
        limits.append("A score orders users; it is no calibrated probability.")
    if question.sessions:
        limits.append(
            "A session is asked about right after what it did last, as in training; how long it has been silent since "
            "then makes no difference."
        )
    elif exported.entry.family != "sequence":
        limits.append(_cutoffs(question))
    return limits


def _cutoffs(question: Question) -> str:
    """Which cut-offs it was trained on, and what another one is to it."""
    if question.horizon_minutes is not None:
        return (
            f"It was trained on cut-offs {question.horizon} apart, and takes the one it is given for one of them. What "
            "is counted in days elsewhere it counts in sevenths of that, back from the cut-off."
        )
    return (
        "It was trained on cut-offs at local midnights. What it is told of a user and a candidate ends with the day "
        "before the cut-off, or counts the day of it as the youngest."
    )


def _population(exported: Exported) -> str:
    """From where it knows what other users do."""
    entry = exported.entry
    if isinstance(entry, SequenceEntry) and not import_module(entry.parts()["head"]).COMPOSES:
        return "It reads a user's own events alone: a log of the users to rank, with their whole histories, is enough."
    return (
        "What is counted as of the cut-off (recent popularity, neighbours, aggregates, what describes a candidate) is "
        "counted in the log that is ranked: give the whole log of all users, not its last weeks alone, nor "
        "that of the few who are asked about."
    )
