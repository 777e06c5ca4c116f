"""How often logs whose truth is known had a false verdict, and whether that is more than the tests allow."""

from collections.abc import Sequence

from statsmodels.stats.proportion import proportion_confint

from study.exhibits.markup import code, escape, listing
from study.exhibits.prose import count, percent, plural, signed
from study.exhibits.world_records import Part, Rate, Validity

CALLED = {"neural": "networks", "counting": "counting rules", "near": "near ties"}
"""What is compared in a part, where its name is another word."""
SIGNS = (("better", "worse"), ("worse", "better"))
"""The verdicts with the sign of a truth and with the other one: of one above 0, and of one below."""
Exceeded = tuple[str, Rate, float]
"""The kind of false verdict, how often it was passed, and how often it may be."""


def too_often(checked: Validity) -> list[str]:
    """The parts in which logs had a false verdict more often than the tests allow, a clause for each kind."""
    return [
        f"of contrasts of {CALLED.get(part.part, escape(part.part))} in the world {escape(part.world)}, "
        f"{percent(rate.rate)} of {plural(part.repeats, 'log')}"
        f"{f' by {kind} alone' if kind else ''} ({ends(rate)}; {percent(most)} are allowed{_wrong_signs(part)})"
        for part in checked.parts
        for kind, rate, most in _exceeded(part, checked)
    ]


def _wrong_signs(part: Part) -> str:
    """How many of the differences that were settled have the wrong sign, and how often intervals hold the truth."""
    told = []
    for one in part.contrasts:
        along, against = (one.verdicts[verdict] for verdict in SIGNS[one.truth.effect < 0])
        if one.truth.effect and against:
            told.append(
                f"; of {code(one.left)} over {code(one.right)}, in truth {signed(one.truth.effect)}, "
                f"{count(against)} of {plural(along + against, 'difference')} that were found have the wrong sign, and "
                f"the interval has the truth inside in {percent(one.coverage.rate)} of the logs"
            )
    return "".join(told)


def judged(part: Part, checked: Validity) -> str:
    """What the share of logs with a false verdict says of the tests, a clause."""
    alpha, rate = checked.statistics["alpha"], part.any_false
    if _errs_in_both(part):
        return _both_kinds(_exceeded(part, checked), alpha)
    none_alike = "" if _is_null(part) or not rate.count else "none of them of an equivalence, "
    return f"{none_alike}{_judged(rate, alpha, len(part.contrasts))}"


def _exceeded(part: Part, checked: Validity) -> list[Exceeded]:
    """The kinds of false verdict that are more than allowed by their interval alone, how often, and what is allowed.

    Each kind of test is held at alpha, of equivalence for each contrast as well. In how many logs a difference was
    false is not told where equivalences were false too: in as many as those cannot explain, at least.
    """
    alpha, found = checked.statistics["alpha"], part.any_false
    if not _errs_in_both(part):
        kinds = [("", found, alpha)]
    else:
        equivalents = [one.false_equivalent for one in part.contrasts if one.false_equivalent]
        most = max(equivalents, key=lambda rate: rate.low)
        left = max(found.count - sum(rate.count for rate in equivalents), 0)
        low, high = proportion_confint(left, found.of, alpha=1 - checked.coverage_level, method="wilson")
        differences = Rate(count=left, of=found.of, rate=left / found.of, low=float(low), high=float(high))
        kinds = [("", found, 2 * alpha), ("differences", differences, alpha), ("equivalences", most, alpha)]
    return [(kind, rate, allowed) for kind, rate, allowed in kinds if rate.low > allowed]


def _is_null(part: Part) -> bool:
    return all(one.truth.effect == 0 for one in part.contrasts)


def _errs_in_both(part: Part) -> bool:
    """Whether verdicts of equivalence were false as well as those of a difference: two families of tests."""
    return not _is_null(part) and any(one.false_equivalent and one.false_equivalent.count for one in part.contrasts)


def _judged(rate: Rate, alpha: float, contrasts: int) -> str:
    """Where nothing differs, only a verdict of a difference can be false: one family of tests, held at alpha."""
    procedure = "a single test" if contrasts == 1 else f"Holm's procedure over {count(contrasts)} contrasts"
    allowed = f"the {percent(alpha)} that {procedure} allows"
    if rate.low > alpha:
        return f"by this interval alone more than {allowed}"
    return f"fewer than {allowed}" if rate.high < alpha else f"which agrees with {allowed}"


def _both_kinds(exceeded: Sequence[Exceeded], alpha: float) -> str:
    """Where verdicts of equivalence were false too: two families of tests."""
    held = (
        f"where each kind of verdict, of a difference and of equivalence, is held at {percent(alpha)}, so both may "
        f"reach {percent(2 * alpha)} together"
    )
    if any(not kind for kind, *_ in exceeded):
        held += ", which is exceeded by this interval alone"
    alone = [f"{kind} ({ends(rate)})" for kind, rate, _ in exceeded if kind]
    return f"{held}; more than {percent(alpha)} are false by {listing(alone)} alone" if alone else held


def ends(rate: Rate) -> str:
    """Its interval, in words."""
    return f"interval {percent(rate.low)} to {percent(rate.high)}"
