"""The part of the page Worlds about the validity check: what becomes of the study's verdicts in fresh logs."""

from collections.abc import Sequence

from scipy.stats import binom, norm
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from study.exhibits.false_verdicts import ends, judged
from study.exhibits.markup import Html, bullets, code, escape, joined, listing, paragraphs
from study.exhibits.prose import count, number, percent, plural, sentence, signed
from study.exhibits.source import short
from study.exhibits.tables import Cell, name, table, whole, words
from study.exhibits.world_records import Part, Rate, Repeated, Validity, Worlds
from study.params.statistics import VERDICTS

FAR = 4
"""Margins from which on an effect is so large that a false verdict of it is hardly possible."""
SHOWN = 2
"""Standard errors beyond which the sign of a truth is taken for known."""
HARDLY = (
    ", so that hardly any false verdict was possible there: what is checked of errors is that of a difference where "
    "there is none."
)
OF_OTHER_LOGS = (
    "The truth is a mean over fresh logs, each with training data and seeds of its own, while an interval is drawn "
    "from the users and seeds of one log. So what the training data of a log bring by chance is in no interval, nor is "
    "what a seed brings where a model is fitted once: where that is much, the truth lies outside more often than the "
    "level says."
)
COUNTED_OFTEN = "which counts what a seed changes for single users up to three times (<em>Protocol</em>)"
"""Why the bootstrap may settle less than t."""
NOT_CHECKED = "The validity check has not been run yet: <code>python -m study worlds --repeat 400</code> runs it."


def validity(found: Worlds) -> Html:
    """What the repeats say of the study's verdicts, and what so many of them can say."""
    checked = found.validity
    if checked is None:
        return paragraphs([NOT_CHECKED])
    told = [_told(part, checked) for part in checked.parts]
    notes = [*_narrow(checked), OF_OTHER_LOGS, _families(checked), _power(checked), _made(found, checked)]
    return joined([bullets(told), _repeated(checked), paragraphs(notes)])


def _told(part: Part, checked: Validity) -> str:
    rate = part.any_false
    name_ = f"{escape(part.part)} in {escape(part.world)}"
    family = len(part.contrasts)
    drawn = (
        f"{plural(part.repeats, 'log')} of {count(part.users)} users and {count(part.days)} days, "
        f"{plural(family, 'contrast')} in each{_trained(part)}"
    )
    kind = f"<strong>{name_}</strong>, {drawn}:"
    hardly = _hardly(part, checked.statistics["margin"])
    wrong = f"{percent(rate.rate)} of the logs had a false verdict ({ends(rate)})"
    return f"{kind} {wrong}, {judged(part, checked)}{hardly}.{_by_t(part)}{_unsure(part)}"


def _by_t(part: Part) -> str:
    """In how many logs Student's t in the bootstrap's place is false, and how much each of them settles; a sentence.

    Nothing where no model has several seeds, of whose few it is cautious, or where the check did not ask it.
    """
    rate = part.any_false_by_t
    if rate is None or part.seeds < 2:
        return ""
    settled = sum(_settled(one.verdicts) for one in part.contrasts)
    by_t = sum(_settled(one.verdicts_by_t or {}) for one in part.contrasts)
    why = f", {COUNTED_OFTEN}," if by_t > settled else ""
    return (
        f" By Student's t, whose tails are wider where seeds are few, {percent(rate.rate)} had one ({ends(rate)}); it "
        f"settles {count(by_t)} contrasts where the bootstrap{why} settles {count(settled)}."
    )


def _settled(verdicts: dict[str, int]) -> int:
    """How many of these are no *undetermined*."""
    return sum(number for verdict, number in verdicts.items() if verdict != "undetermined")


def _hardly(part: Part, margin: float) -> str:
    """That nothing was at stake where no verdict was false and every effect is large; a clause, or nothing."""
    least = min(abs(one.truth.effect) for one in part.contrasts)
    if part.any_false.count or least < FAR * margin:
        return ""
    return f"; the least true effect is {number(least / margin, 0)} times the margin, so hardly any could be false"


def _unsure(part: Part) -> str:
    """How many verdicts are false by the sign of a truth that is not shown, and how many by the other, or nothing."""
    told = []
    for one in part.contrasts:
        effect, error = one.truth.effect, one.truth.error
        against, along = (one.verdicts[kind] for kind in (("worse", "better") if effect > 0 else ("better", "worse")))
        both = bool(against and along)
        if 0 < abs(effect) < SHOWN * error and against + along:
            are = "is" if against == 1 else "are"
            told.append(
                f" The sign of the truth of {code(one.left)} over {code(one.right)}, {signed(effect)} ± "
                f"{number(error)}, is not shown: {plural(against, 'verdict')} {are} false by it, "
                f"{count(along)} by the other{f', and all {count(against + along)} if nothing differs' * both}."
            )
    return "".join(told)


def _trained(part: Part) -> str:
    """With how many seeds and for how long: a network's rounds, or trees; nothing of rules."""
    if part.rounds == part.boosting_rounds == 1:
        return ""
    spent = f" with {count(part.boosting_rounds)} trees"
    if part.rounds > 1:
        spent = f" for {count(part.rounds)} rounds of {count(part.positions)} events"
    return f", {plural(part.seeds, 'seed')} per trained model{spent}"


def _narrow(checked: Validity) -> list[str]:
    """The intervals that have the truth inside less often than their level says, beyond what chance would explain.

    The truth is the mean of a few fresh logs, and is off by chance itself. A binomial test asks whether the coverage
    lies below what a faultless interval would have around a truth that is off by so many of its standard errors as the
    level allows; Holm adjusts over all contrasts.
    """
    level = percent(checked.coverage_level)
    asked = [(part, one) for part in checked.parts for one in part.contrasts]
    p_values = [
        binom.cdf(one.coverage.count, one.coverage.of, _least(checked.coverage_level, part.fresh_logs))
        for part, one in asked
    ]
    is_short, adjusted = multipletests(p_values, alpha=1 - checked.coverage_level, method="holm")[:2]
    short = [
        f"The {level} interval of {code(one.left)} over {code(one.right)} in {escape(part.world)} covers less than its "
        f"level: it has the truth inside in {percent(one.coverage.rate)} of the logs ({ends(one.coverage)})."
        for (part, one), found in zip(asked, is_short, strict=True)
        if found
    ]
    below = sum(one.coverage.high < checked.coverage_level for _, one in asked)
    held = f"{count(below)} of {plural(len(asked), 'Wilson interval')} of the coverage of a {level} interval"
    left = [(*found, p) for found, shown, p in zip(asked, is_short, adjusted, strict=True) if not shown]
    return [
        *short,
        f"Taken each by itself, {held} {'ends' if below == 1 else 'end'} below {level}{_lowest(left)}. After Holm over "
        "all of them, and with the error of a truth that is the mean of a few fresh logs allowed for, no "
        f"{'other ' if short else ''}interval is shown to have the truth inside less often than its level says. Where "
        "seeds are few and make most of the variance, it has (<em>Protocol</em>).",
    ]


def _lowest(asked: Sequence[tuple[Part, Repeated, float]]) -> str:
    """The lowest coverage of those that are not shown to be too low: not shown is not shown to be right."""
    if not asked:
        return ""
    part, one, p = min(asked, key=lambda found: found[1].coverage.rate)
    return (
        f"; of those that Holm leaves open the lowest coverage is that of {code(one.left)} over {code(one.right)} in "
        f"{escape(part.world)}, {percent(one.coverage.rate)} ({ends(one.coverage)}; p = {number(p, 3)} by Holm)"
    )


def _least(level: float, logs: int) -> float:
    """The coverage of a faultless normal interval around a mean of `logs` that is off by the quantile of the level.

    Without any the truth is known.
    """
    reach = norm.ppf((1 + level) / 2)
    off = reach / logs**0.5 if logs else 0.0
    return float(norm.cdf(reach - off) - norm.cdf(-reach - off))


def _families(checked: Validity) -> str:
    """What was not checked: larger families, and truths near the margin."""
    largest = max(len(part.contrasts) for part in checked.parts)
    most = max(part.seeds for part in checked.parts)
    margin = checked.statistics["margin"]
    beyond = [
        (abs(one.truth.effect), part, one)
        for part in checked.parts
        for one in part.contrasts
        if abs(one.truth.effect) > margin
    ]
    near = _nearest(*min(beyond, key=lambda found: found[0]), margin) if beyond else ""
    return (
        f"The largest family that was checked has {plural(largest, 'contrast')}; families as large as those of the "
        f"study's arms were not checked, nor more than {plural(most, 'seed')} of a fit.{near}"
    )


def _nearest(size: float, part: Part, one: Repeated, margin: float) -> str:
    """The least of the true effects beyond the margin, where a false *equivalent* is likeliest."""
    lead = (
        f" Of the true effects beyond the margin the least is {number(size)}, {number(size / margin, 1)} times the "
        f"margin"
    )
    if size >= FAR * margin:
        return f"{lead}{HARDLY}"
    called = f" That of {code(one.left)} over {code(one.right)} in {escape(part.world)} is called equivalent in "
    rate = one.false_equivalent
    if rate is None:
        return f"{lead}."
    told = one.right_verdicts
    return (
        f"{lead}.{called}{percent(rate.rate)} of the logs ({ends(rate)}), which is false, and what it is, "
        f"{'better' if one.truth.effect > 0 else 'worse'}, in {percent(told.rate)} ({ends(told)})."
    )


def _repeated(checked: Validity) -> Html:
    rows = [
        [
            words(part.part),
            words(part.world),
            name(one.left),
            name(one.right),
            Cell(f"{signed(one.truth.effect)} ± {number(one.truth.error)}", one.truth.effect),
            *(whole(one.verdicts[verdict]) for verdict in VERDICTS),
            _rate(one.right_verdicts),
            _rate(one.false_equivalent),
            _rate(one.coverage),
            _rate(one.coverage_of_verdicts),
        ]
        for part in checked.parts
        for one in part.contrasts
    ]
    head = [
        "part",
        "world",
        "left",
        "right",
        "truth",
        "better",
        "worse",
        "equivalent",
        "undetermined",
        "right",
        "false equivalent",
    ]
    head += [f"{percent(checked.coverage_level)} interval", "interval of the verdict"]
    caption = (
        "The true effect and its standard error, how often each verdict was passed, the share of right verdicts "
        "(within the margin equivalent alone, beyond it the side that is better; a verdict with the sign of a smaller "
        "effect is neither right nor false), of verdicts of equivalence where the truth is beyond the margin, and of "
        f"intervals that have the truth inside, each with its Wilson interval of {percent(checked.coverage_level)}"
    )
    return table(head, rows, caption)


def _rate(rate: Rate | None) -> Cell:
    if rate is None:
        return Cell("", None)
    return Cell(f"{percent(rate.rate)} [{percent(rate.low)}, {percent(rate.high)}]", rate.rate)


def _power(checked: Validity) -> str:
    """Which rates so many repeats leave open where the share of false verdicts is the nominal one."""
    alpha = checked.statistics["alpha"]
    clauses = []
    for repeats in dict.fromkeys(part.repeats for part in checked.parts):
        expected = round(alpha * repeats)
        low, high = proportion_confint(expected, repeats, alpha=1 - checked.coverage_level, method="wilson")
        clauses.append(
            f"{count(expected)} of {plural(repeats, 'log')} with a false verdict leave open any rate from "
            f"{percent(float(low))} to {percent(float(high))}"
        )
    return sentence(f"at the nominal {percent(alpha)}, {'; '.join(clauses)}")


def _made(found: Worlds, checked: Validity) -> str:
    """Where the check comes from: it is no stage of the pipeline, so it may be older than what stands above."""
    runs: dict[tuple[str, str], dict[str, None]] = {}
    for part in checked.parts:
        runs.setdefault((part.revision, part.budget), {})[escape(part.part)] = None
    above = {world.revision for world in found.worlds}
    told = [
        f"{f'{listing(list(parts))} ' if len(runs) > 1 else ''}at revision {code(short(revision))} with the budget "
        f"{code(budget)}{'' if above == {revision} else ', another revision than that of worlds above'}"
        for (revision, budget), parts in runs.items()
    ]
    return sentence(f"the check was run {'; '.join(told)}")
