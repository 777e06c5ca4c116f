"""What the findings are conditional on."""

from study.exhibits import (
    at_popularity,
    by_window,
    chance,
    choose,
    declared_late,
    false_verdicts,
    few_seeds,
    scope,
    trained_for,
    unfinished,
    worlds,
)
from study.exhibits.key_action import allowed
from study.exhibits.losses import plain_bce
from study.exhibits.markup import Html, bullets, code, listing
from study.exhibits.prose import count, few_or_counted, members, number, plural, raised
from study.exhibits.results import SEQUENCE, Results
from study.exhibits.snapshot_pairs import Pair, pairs
from study.paths import LOG

TRIED = "sum-horizon"
"""The variant by which the defaults of sequence models were found, on the study's own log (`report/log.md`)."""
BRIEF = 3
"""How many times over a fit that is not called brief reads the log."""


def caveats(results: Results) -> Html:
    """What all of this is conditional on."""
    told = [
        _one_search(results),
        *_repeated(),
        *_few_seeds(results),
        *chance.borderline(results),
        *_shared_fits(results),
        *_by_hand(results),
        _one_log(results),
        *by_window.told(results),
        _one_processor(results),
        *_perhaps_simulated(results),
    ]
    told += [
        _only_actors(results),
        *_counts_inside(results),
        *_attributes(results),
        *scope.only_key_actions_counted(results),
        *scope.hardly_weighed(results),
        *_bce_twice(results),
        *trained_for.told(results),
        *_small(results),
        *_unfinished(results),
    ]
    told += [text for arm in results.every() for text in scope.after_one_round(arm)]
    return bullets([*told, *_at_popularity(results), *declared_late.told(results)])


def _one_search(results: Results) -> str:
    searched = [row for row in results.leaderboard if row.tuned]
    trials = results.budget.trials
    covered = "users and seeds" if results.budget.seeds > 1 else "users"
    again = list(map(code, _others(results, is_one_log=True)))
    moved = f" How far the searches of {listing(again)} moved the effects stands above." if again else ""
    arms = dict.fromkeys(code(p.here.arm) for _, p in _pairs(results) if p.is_one_log and p.here.arm != results.arm)
    if arms:
        moved += f" Variants of {listing(list(arms))} had another search each, too (<em>Snapshots</em>)."
    return (
        f"<strong>One search per variant.</strong> What is told of each of {plural(len(searched), 'tuned variant')} "
        f"rests on one search of {plural(trials, 'trial')}; the intervals cover {covered}, not the luck of another "
        "search, nor what other training data would have brought. Of what has seeds, select is read of one fit, so "
        "what was chosen has luck in its recall there. The best of a family is the best of as many searches "
        f"as it has tuned variants: {members([row.family for row in searched])}.{moved}"
    )


def _repeated() -> list[str]:
    """Where the validity check of the worlds found more false verdicts than the tests allow."""
    checked = worlds.load().validity
    found = false_verdicts.too_often(checked) if checked else []
    if not found:
        return []
    return [
        "<strong>False verdicts in simulated logs.</strong> Where logs of known truth were simulated again and again, "
        f"more had a false verdict than the tests allow, each by its own interval: {listing(found)} (<em>Worlds</em>)."
    ]


def _few_seeds(results: Results) -> list[str]:
    """The verdicts of all arms that rest on few seeds, or on few users."""
    return [f"<strong>Few seeds, or few users.</strong> {text}" for text in few_seeds.told(few_seeds.of_arms(results))]


def _shared_fits(results: Results) -> list[str]:
    """The contrasts of a variant with what is made of it, or of two that are made of the same."""
    made_of = {row.variant: {row.variant, *results.members(row.variant)} for row in results.leaderboard}
    names = [
        code(c.name)
        for c in results.contrasts
        if c.left_variant != c.right_variant and made_of[c.left_variant] & made_of[c.right_variant]
    ]
    if not names:
        return []
    compare = "compares" if len(names) == 1 else "compare"
    return [
        f"<strong>The same fits on both sides.</strong> {listing(names)} {compare} variants that have fits in common, "
        "one being made of the other's or both of another's. Seeds are drawn for each side by itself, as if they were "
        "other ones: such an interval may be wider than it need be."
    ]


def _by_hand(results: Results) -> list[str]:
    """That the first trials are no blind ones, and how often one was chosen."""
    searched = {row.variant: results.search(row.variant) for row in results.leaderboard if row.family == SEQUENCE}
    if not searched:
        return []
    first = sum(search.chosen == 0 for search in searched.values())
    return [
        "<strong>Defaults found by hand.</strong> The first trial of each search has the declared defaults. They were "
        "found on stop and select of the log that the study was made with, those of the sequence models mostly by "
        f"trying {_tried(results)} ({_where(results)} says how); {count(first)} of "
        f"{plural(len(searched), 'search')} of sequence models chose them.{_searched_more(results)}"
    ]


def _where(results: Results) -> str:
    """Where what was tried stands: the page shows it beside the study's own log alone."""
    own = results.data.is_own
    return "<em>What did not work</em> on the page Protocol" if own else f"{code(str(LOG))} in the repository"


def _tried(results: Results) -> str:
    """Which variant that was, of the roster of the study's own log; of another one its name may be another's."""
    return code(TRIED) if _has_tried(results) else "one variant"


def _has_tried(results: Results) -> bool:
    return results.data.is_own and TRIED in results.params.roster


def _searched_more(results: Results) -> str:
    """That by it one side of some contrasts was searched more than the other, a sentence; or nothing."""
    if not _has_tried(results) or not choose.about(results, {"layout": "event"}, {"layout": "token"}):
        return ""
    return " So in contrasts with flat models the event-level side had that search by hand as well."


def _one_processor(results: Results) -> str:
    runs = (
        " The arms main, catalogue, young and who were run in full more than once; which run speaks for an arm was "
        "decided when the scores of those until then had been seen. In main and young, verdicts turned between runs."
        if results.data.is_own
        else ""
    )
    return (
        "<strong>One type of processor.</strong> Another one rounds sums differently: a search there may choose "
        f"another trial, which can turn a borderline verdict and with it an answer.{runs} Reasons in the table of "
        "scorings (<em>Protocol</em>) tell of such turns, and why which run is shown."
    )


def _counts_inside(results: Results) -> list[str]:
    """Which networks beat counting with a counting term of their own."""
    variants = [one.left_variant for one in choose.winners(choose.against_counting(results))]
    entries = {variant: choose.parts_of(results, variant) for variant in variants}
    told = {contrast.left_variant for contrast in choose.over_blind(results)}  # by Does anything beat counting?
    counting = {variant: choose.declared(entry) for variant, entry in entries.items() if variant not in told}
    names = [code(variant) for variant, says in counting.items() if says.get("reads_own") and not says["is_blind"]]
    if not names:
        return []
    return [
        f"<strong>A counting rule inside.</strong> The repeat-aware head of {listing(names)} counts the user's own "
        "past with learned weights. It has no contrast with such a head alone, so how much of the gain over counting "
        "is the network's, nothing here says."
    ]


def _attributes(results: Results) -> list[str]:
    """That no sequence model was left without the attributes; nothing where none reads an event, or one was."""
    if not any(row.family == SEQUENCE for row in results.leaderboard) or choose.over_candidates(results):
        return []
    return [
        "<strong>No model of candidates alone.</strong> No contrast is with a sequence model that reads the candidates "
        "without their other attributes, so nothing here shows that attributes help."
    ]


def _bce_twice(results: Results) -> list[str]:
    """In which arms gBCE is no loss of its own."""
    return [f"<strong>gBCE that is BCE.</strong> {told}" for told in plain_bce(results.every())]


def _small(results: Results) -> list[str]:
    """How large the sequence models are, and how much of the log a fit reads."""
    rows = [row for row in results.leaderboard if row.family == SEQUENCE]
    if not rows:
        return []
    sizes = [results.cost[row.variant].parameters or 0 for row in rows]
    entries = [choose.parts_of(results, row.variant) for row in rows]
    layers = {row.variant: e["blocks"] for row, e in zip(rows, entries, strict=True) if not choose.unread(e)}
    deep = [code(variant) for variant, blocks in layers.items() if blocks > min(layers.values())]
    depth = f"{plural(min(layers.values(), default=0), 'block')}{f' ({listing(deep)} more)' if deep else ''}"
    size = " to ".join(map(count, sorted({min(sizes), max(sizes)})))
    read, asked = results.budget.rounds * results.budget.positions, results.params.features.max_queries
    briefly = ", trained briefly" if read < BRIEF * results.data.events else ""
    flat = any(choose.is_of_tokens(e) and e["blocks"] == 1 for e in entries)
    shallow = (
        "; one block cannot compose flat tokens to events before it compares them, so that depth may matter most there"
    )
    unasked = (
        f"No contrast asks whether longer training, more parameters or queries would help{shallow if flat else ''}."
    )
    return [
        f"<strong>Small models{briefly}.</strong> The sequence models have {size} parameters and {depth}, and "
        f"a fit reads at most {count(read)} events, of a log of "
        f"{count(results.data.events)}; models of aggregates learn from at most {count(asked)} training "
        f"queries. {unasked}{_single_fits(results)}"
    ]


def _single_fits(results: Results) -> str:
    """What was tried outside of the protocol, on the study's own log alone."""
    if not results.data.is_own:
        return ""
    return (
        " By single fits on select, longer training helps models with the plain head, flat ones most, and hardly those "
        "with the repeat-aware one (among what did not work, <em>Protocol</em>)."
    )


def _perhaps_simulated(results: Results) -> list[str]:
    if not results.data.is_own:
        return []
    return [
        "<strong>Perhaps simulated.</strong> The sources of this log disagree on whether it is real (see "
        "<em>Data</em>). If it is simulated, all of this says something of a simulator."
    ]


def _one_log(results: Results) -> str:
    windows = plural(results.question.windows.test, "test window")
    repeated = ", until it is repeated on another snapshot"
    if asked := _others(results, is_one_log=False):
        repeated = f"; what {listing(list(map(code, asked)))} says of it stands above"
    return (
        f"<strong>One log.</strong> Everything holds for {code(results.manifest.snapshot)} and its {windows}{repeated}."
    )


def _others(results: Results, *, is_one_log: bool) -> list[str]:
    """The snapshots that the arm was run on with the same question: those of the same events, or those of others."""
    return [other for other, p in _pairs(results) if p.here.arm == results.arm and p.is_one_log == is_one_log]


def _pairs(results: Results) -> list[tuple[str, Pair]]:
    return [(other, pair) for other in results.params.compare_with for pair in pairs(results, other)]


def _only_actors(results: Results) -> str:
    asked = results.question
    return (
        f"<strong>Only users who act.</strong> A query exists where a user takes the key action ({allowed(asked)}) "
        f"within {asked.horizon}; all numbers of how candidates are ranked are conditional on that, and say nothing of "
        "who will act, which <em>Who will buy</em> asks apart."
    )


def _unfinished(results: Results) -> list[str]:
    names, others = unfinished.names(results), unfinished.elsewhere(results)
    if not names:
        none = f"No variant of {code(results.arm)} had its best round at the end of the budget."
        return [f"<strong>Unfinished.</strong> {none} {others}"] if others else []
    whose = "its" if len(names) == 1 else "their"
    nearly = [code(row.variant) for row in results.leaderboard if results.is_a_round_short(row.variant)]
    told, before = (few_or_counted(some, "variant", "named on <em>Leaderboard</em>") for some in (names, nearly))
    rest = f", and {before} one round before it" if nearly else ""
    return [
        f"<strong>Unfinished.</strong> {raised(told)} had {whose} best round at the end of the budget{rest}; more "
        "training might help. The cap is the same for all, but a refit takes the number of rounds at which its "
        f"variant's chosen trial was best: one dip of a curve makes it a round shorter{_last_gain(results)}."
        f"{f' {others}' if others else ''}"
    ]


def _last_gain(results: Results) -> str:
    """What the last round brought on stop to sequence models whose best it was, against the margin; or nothing."""
    rows = [row for row in results.leaderboard if row.family == SEQUENCE and row.unfinished]
    curves = [results.search(row.variant).chosen_trial.curve for row in rows]
    gains = sorted(curve[-1][1] - curve[-2][1] for curve in curves if len(curve) > 1)
    if not gains:
        return ""
    ends, margin = dict.fromkeys(number(gain) for gain in (gains[0], gains[-1])), results.margin
    gained = " to ".join(ends)
    return f", and the last round brought the sequence models among them {gained} on stop (margin {margin:g})"


def _at_popularity(results: Results) -> list[str]:
    told = at_popularity.told(results, [row.variant for row in results.leaderboard])
    return [f"<strong>Not clearly above popularity.</strong> {told}"] if told else []
