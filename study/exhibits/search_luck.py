"""How far two runs on the same events lie apart, against what the spread of their seeds explains."""

import numpy as np
import polars as pl

from study.exhibits.markup import code, listing
from study.exhibits.prose import count, number, over, plural
from study.exhibits.results import Results
from study.exhibits.snapshot_pairs import Pair
from study.metrics.few_seeds import judge_by_student
from study.params.statistics import PRIMARY

Seeds = dict[str, list[float]]


def told(pair: Pair) -> str:
    """How far apart two runs are that drew with another seed, sentences behind another; or nothing."""
    if pair.there.manifest.seed == pair.here.manifest.seed:
        return ""
    return "".join(f" {sentence}" for sentence in [*_of_recalls(pair), *left_open(pair), *_of_defaults(pair)])


def _of_recalls(pair: Pair) -> list[str]:
    """By how much more than seeds explain the recalls of two runs differ, a sentence; or none.

    Both runs are scored on the same users and queries, so that users have no part in what lies between them.
    """
    ratio, variants = beyond_seeds(*(_by_seed(side) for side in (pair.there, pair.here)))
    if ratio is None or pair.has_another_draw:
        return []
    more = (
        "so the rest of what a search draws has a part as well: an interval that covered another search would be wider "
        "than those shown, most where the part of the seeds is large"
        if ratio > 1
        else "so no more of a search shows in them"
    )
    return [
        f"On the same queries, the recalls of {plural(variants, 'variant')} with several seeds differ between the "
        f"runs by {number(ratio, 1)} times the variance that their seeds explain, {more}; two runs tell it roughly."
    ]


def left_open(pair: Pair) -> list[str]:
    """Which verdicts of this run would not be passed if the seeds' part were as large as the runs lie apart; or none.

    Those that stand by t alone are asked: the others are told to hang on few seeds as it is.
    """
    ratio, _ = beyond_seeds(*(_by_seed(side) for side in (pair.there, pair.here)))
    if ratio is None or ratio <= 1 or pair.has_another_draw or pair.there.manifest.seed == pair.here.manifest.seed:
        return []
    results = pair.here
    settled = [c for c in results.contrasts if c.verdict == results.by_student[c.name].verdict != "undetermined"]
    by = judge_by_student(
        results.queries([PRIMARY]),
        [one.variants for one in results.contrasts],
        PRIMARY,
        margin=results.margin,
        alpha=results.params.statistics.alpha,
        of_seeds=ratio,
    )
    anew = {one.name: found.verdict for one, found in zip(results.contrasts, by, strict=True)}
    left = [f"{over(one)} ({one.verdict})" for one in settled if anew[one.name] != one.verdict]
    lead = f"Were the part of the seeds {number(ratio, 1)} times as large in every contrast, by t"
    if not settled:
        return []
    if not left:
        every = "the one settled verdict" if len(settled) == 1 else f"all {count(len(settled))} settled verdicts"
        return [f"{lead} {every} of {code(pair.names[1])} would stand."]
    return [
        f"{lead} {count(len(left))} of {plural(len(settled), 'settled verdict')} of {code(pair.names[1])} would not "
        f"be passed: {listing(left)}."
    ]


def _of_defaults(pair: Pair) -> list[str]:
    """How many searches kept the declared defaults in both runs, a sentence; or none."""
    there = {row.variant for row in pair.there.leaderboard}
    rows = [row.variant for row in pair.here.leaderboard if row.tuned and row.variant in there]
    chosen = {v: [side.search(v) for side in pair.sides] for v in rows}
    kept = [
        v
        for v, both in chosen.items()
        if [one.chosen for one in both] == [0, 0] and both[0].chosen_trial.settings == both[1].chosen_trial.settings
    ]
    if not kept:
        return []
    has = "has" if len(kept) == 1 else "have"
    return [
        "Every search begins with the declared defaults, so that the two are not drawn apart altogether: "
        f"{count(len(kept))} of {plural(len(rows), 'variant')} kept them in both and {has} the same settings there."
    ]


def beyond_seeds(there: Seeds, here: Seeds) -> tuple[float | None, int]:
    """The squared differences of the means over seeds by their variance, over variants, and of how many variants.

    It is expected to be 1 where seeds alone part the runs; None where no variant has several seeds in both.

    Args:
        there, here: the recall of each seed, by variant.
    """
    both = [(np.array(there[v]), np.array(here[v])) for v in there if v in here]
    several = [sides for sides in both if min(map(len, sides)) > 1]
    apart = sum(float(left.mean() - right.mean()) ** 2 for left, right in several)
    explained = sum(float(side.var(ddof=1)) / len(side) for sides in several for side in sides)
    return (apart / explained if explained else None), len(several)


def _by_seed(results: Results) -> Seeds:
    """The recall of each seed of each variant; of an arm that publishes no queries none."""
    if not results.publishes_queries:
        return {}
    means = results.queries([PRIMARY]).group_by("variant", "seed").agg(pl.col(PRIMARY).mean()).sort("variant", "seed")
    return {
        str(variant): rows[PRIMARY].to_list() for (variant,), rows in means.group_by("variant", maintain_order=True)
    }
