"""How recall differs from one test window to the next, which no interval covers: resamples draw users and seeds."""

import polars as pl

from study.exhibits.data import local_day
from study.exhibits.markup import code
from study.exhibits.prose import number, plural, signed, within
from study.exhibits.results import Results
from study.params.statistics import PRIMARY


def told(results: Results) -> list[str]:
    """In which windows recall was measured, and how much it differs between them, a caveat; none without queries."""
    if not results.publishes_queries:
        return []
    best, rule = results.leaderboard[0].variant, results.best_of_each().get("counting")
    found = recalls(results, best)
    covered = "users and seeds" if results.budget.seeds > 1 else "users"
    lead = (
        f"<strong>These windows.</strong> Test has {plural(len(found), 'window')}{_when(results, found)}. Resamples "
        f"draw {covered} and no other windows, so no interval covers how windows differ."
    )
    if len(found) < 2:
        return [lead]
    values = f"{number(min(found.values()))} to {number(max(found.values()))}"
    lead += f" In one of them {PRIMARY} of {code(best)} is {values}; over all it is {within(results.row(best).test)}."
    if rule is not None and rule.variant != best:
        gains = [found[cutoff] - recall for cutoff, recall in recalls(results, rule.variant).items()]
        lead += (
            f" What it has over {code(rule.variant)} is {signed(min(gains))} to {signed(max(gains))} in one of them."
        )
    return [lead]


def recalls(results: Results, variant: str) -> dict[str, float]:
    """The recall of each test window, the mean over its queries and seeds, by its cut-off in UTC, the first first."""
    rows = results.queries([PRIMARY]).filter(variant=variant)
    means = rows.group_by("cutoff").agg(pl.col(PRIMARY).cast(pl.Float64).mean()).sort("cutoff")
    return {cutoff.isoformat(): recall for cutoff, recall in means.iter_rows()}


def _when(results: Results, found: dict[str, float]) -> str:
    """From which day to which day windows begin; nothing of a question on the study's own clock."""
    if results.question.horizon_minutes:
        return ""
    days = dict.fromkeys(local_day(cutoff, results.data.timezone) for cutoff in (min(found), max(found)))
    return f", which {'begins on' if len(found) == 1 else 'begin from'} {' to '.join(days)}"
