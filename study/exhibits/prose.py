"""Numbers as a reader wants them, and the sentence that a verdict turns into."""

from collections.abc import Sequence

from study.exhibits.markup import code, escape, listing
from study.exhibits.records import Contrast, Estimate, Tested
from study.metrics.few_seeds import EffectByStudent
from study.params.statistics import BEST, Outcome

MINUS = "\N{MINUS SIGN}"
NOISE = 1e-12
NO_BOUND = "no bound, since few users differ"
SILENT = "these results cannot say"
"""What an answer says that is none; answers of two runs are not compared where one of them says it."""
DASH = "\N{EN DASH}"
DAGGER = "\N{DAGGER}"
FACTORS = {"budget_in": "budget counts", "pretrain": "pretrained on"}
"""The factors of a variant whose names are no words."""
SMALL = "though a difference below the margin is shown"
"""What is said behind an equivalence of which that is so."""
PLURALS = {
    "query": "queries",
    "test query": "test queries",
    "history": "histories",
    "search": "searches",
    "loss": "losses",
}
FAMILIES = {
    "counting": ("counting rule", "counting rules"),
    "aggregates": ("model of aggregates", "models of aggregates"),
    "sequence": ("sequence model", "sequence models"),
    "hybrid": ("hybrid", "hybrids"),
    "average": ("average", "averages"),
}


def number(value: float | None, digits: int = 4) -> str:
    """A plain decimal; a dash where there is none."""
    return DASH if value is None else f"{0.0 if abs(value) <= NOISE else value:.{digits}f}".replace("-", MINUS)


def signed(value: float, digits: int = 4) -> str:
    """A decimal with its sign, which zero has not; what is rounded to zero keeps it, for it may have decided.

    What differs from zero by the rounding of sums alone is zero.
    """
    return f"{value:+.{digits}f}".replace("-", MINUS) if abs(value) > NOISE else f"{0:.{digits}f}"


def count(value: float | None) -> str:
    """A whole number with thousands separated."""
    return DASH if value is None else f"{round(value):,}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share in per cent, without trailing zeros."""
    if share is None:
        return DASH
    text = f"{round(100 * share, digits) + 0.0:.{digits}f}"  # a rounded zero without its sign
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", MINUS) + " %"


def setting(value: object) -> str:
    """The value of a hyper-parameter."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def seconds(value: float) -> str:
    """A duration in the unit that fits it."""
    if value < 1:
        return f"{value:.2g} s"
    if value < 10:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 120 else f"{value / 60:.1f} min" if value < 7200 else f"{value / 3600:.1f} h"


def probability(value: float) -> str:
    """A p value with its relation sign, as HTML."""
    return "p &lt; 0.001" if value < 0.001 else f"p = {value:.3f}"


def plural(amount: int, noun: str) -> str:
    """An amount with its noun."""
    return f"{count(amount)} {noun if amount == 1 else PLURALS.get(noun, f'{noun}s')}"


def worded(value: object) -> str:
    """The value of a factor, or the name of one, in words: "next moment", "repeat-aware", "budget counts"."""
    return FACTORS.get(str(value), str(value).replace("repeat_aware", "repeat-aware").replace("_", " "))


def cannot_say(why: str) -> str:
    """That a question is not answered by these results, a clause which begins with the reason."""
    return f"{why}, so {SILENT}"


def loss_told(loss: str, negatives: int | None, more: str) -> str:
    """A loss in words with its options, its negatives first: "gbce (64 negatives, calibration 0.75)"."""
    options = [*([] if negatives is None else [plural(negatives, "negative")]), *filter(None, [more])]
    return f"{worded(loss)} ({', '.join(options)})" if options else worded(loss)


def named(objective: str) -> str:
    """An objective in words."""
    return f"the {worded(objective)}"


def family(name: str) -> str:
    """What the members of a family are called."""
    return FAMILIES.get(name, (name, name))[1]


def members(families: Sequence[str]) -> str:
    """How many of each family there are, in an enumeration."""
    amounts = {name: families.count(name) for name in dict.fromkeys(families)}
    named = {name: FAMILIES.get(name, (name, name))[amount != 1] for name, amount in amounts.items()}
    return listing([f"{count(amount)} {escape(named[name])}" for name, amount in amounts.items()])


def within(estimate: Estimate) -> str:
    """An estimate with its interval."""
    if estimate.low is None or estimate.high is None:
        return number(estimate.estimate)
    return f"{number(estimate.estimate)} [{number(estimate.low)}, {number(estimate.high)}]"


def interval(contrast: Contrast) -> str:
    """The interval that the verdict used, with its level."""
    told = f"{percent(contrast.level, 2)} interval {signed(contrast.low)} to {signed(contrast.high)}"
    return f"{told}, {NO_BOUND}" if is_unbounded(contrast) else told


def is_unbounded(contrast: Contrast) -> bool:
    """Whether so few users differ that the interval leaves every value of the metric open."""
    return contrast.low <= -1 and contrast.high >= 1


def side(declared: str, variant: str) -> str:
    """One side of a contrast; says which family it is the best of, where it was declared so."""
    found = declared.removeprefix(BEST)
    return code(variant) if found == declared else f"{code(variant)} (best {found} variant on select)"


def sides(contrast: Contrast) -> tuple[str, str]:
    """Both sides as HTML."""
    return side(contrast.left, contrast.left_variant), side(contrast.right, contrast.right_variant)


def over(contrast: Contrast) -> str:
    """Left over right, as HTML."""
    return f"{code(contrast.left_variant)} over {code(contrast.right_variant)}"


def itself(left: str, right: str) -> str:
    """What the right side is called where both are one variant, one of them under another condition; or nothing."""
    if left.startswith(f"{right}, "):
        return "itself"
    return f"itself{right.removeprefix(left)}" if right.startswith(f"{left}, ") else ""


def to_margin(found: Tested | EffectByStudent, margin: float) -> str:
    """How the interval of a difference lies to the margin; nothing where it is beyond, or no difference is shown."""
    if found.verdict not in ("better", "worse"):
        return ""
    least, most = sorted((abs(found.low), abs(found.high)))
    if most < margin:
        return ", by less than the margin"
    return "" if least >= margin else ", perhaps by less than the margin"


def ranging(found: Tested | EffectByStudent) -> str:
    """An effect with its interval."""
    return f"{signed(found.effect)} [{signed(found.low)}, {signed(found.high)}]"


def brief(contrast: Contrast, margin: float) -> str:
    """The contrast in a few words: sides, effect, interval, verdict."""
    return (
        f"{over(contrast)} {signed(contrast.effect)} "
        f"[{signed(contrast.low)}, {signed(contrast.high)}{f': {NO_BOUND}' if is_unbounded(contrast) else ''}], "
        f"<strong>{contrast.verdict}</strong>"
        f"{to_margin(contrast, margin)}{late(contrast)}"
    )


def marked(contrast: Contrast) -> str:
    """Its name, with a dagger where it is no plan made beforehand."""
    return f"{contrast.name}{DAGGER}" if contrast.after_test else contrast.name


def dagger(contrasts: Sequence[Contrast]) -> str:
    """What the dagger says, for a caption; nothing where none has it."""
    return f"; {DAGGER}: declared after test was seen" if any(c.after_test for c in contrasts) else ""


def late(contrast: Contrast) -> str:
    """That a contrast is no plan made beforehand, where it is none."""
    return ", declared after test was seen" if contrast.after_test else ""


def turned(verdict: Outcome) -> Outcome:
    """A verdict told of right over left."""
    other: dict[Outcome, Outcome] = {"better": "worse", "worse": "better"}
    return other.get(verdict, verdict)


def flipped(contrast: Contrast) -> Contrast:
    """The same finding told of right over left."""
    changes = {
        "left": contrast.right,
        "right": contrast.left,
        "left_variant": contrast.right_variant,
        "right_variant": contrast.left_variant,
        "effect": -contrast.effect,
        "low": -contrast.high,
        "high": -contrast.low,
        "verdict": turned(contrast.verdict),
    }
    return contrast.model_copy(update=changes)


def bracketed(told: str, more: str) -> str:
    """With more in parentheses at its end, within those that end it where there are some; unchanged without more."""
    if not more:
        return told
    return f"{told[:-1]}; {more})" if told.endswith(")") else f"{told} ({more})"


def verdict_sentence(contrast: Contrast, margin: float) -> str:
    """What the contrast shows, as a clause without its full stop."""
    left, right = sides(contrast)
    differs = f"{interval(contrast)}, {probability(contrast.p_difference)}{late(contrast)}"
    size = to_margin(contrast, margin).replace(" by", "")
    if contrast.verdict == "better":
        return f"{left} is <strong>better</strong> than {right} by {number(contrast.effect)}{size} ({differs})"
    if contrast.verdict == "worse":
        return f"{left} is <strong>worse</strong> than {right} by {number(-contrast.effect)}{size} ({differs})"
    if contrast.verdict == "equivalent":
        return (
            f"{left} and {right} are <strong>equivalent</strong> within ±{margin:g} "
            f"(difference {signed(contrast.effect)}, {interval(contrast)}, "
            f"{probability(contrast.p_equivalence)} of an equivalence{late(contrast)})"
        )
    return (
        f"between {left} and {right} it stays <strong>undetermined</strong> which is better "
        f"(difference {signed(contrast.effect)}, {differs})"
    )


MANY = 5
"""The most names that a sentence lists; more are counted."""


def few_or_counted(names: Sequence[str], noun: str, where: str) -> str:
    """An enumeration of names, already HTML; of more than a sentence can carry, their number and where they stand."""
    return listing(list(names)) if len(names) <= MANY else f"{plural(len(names), noun)} ({where})"


def raised(clause: str) -> str:
    """With a capital letter, unless it begins with markup."""
    return clause[:1].upper() + clause[1:]


def sentence(clause: str) -> str:
    """A clause as a sentence: raised, and with a full stop."""
    return f"{raised(clause)}."


def aside(contrast: Contrast, *more: str) -> str:
    """More, and that a contrast is no plan made beforehand where it is none, in parentheses; or nothing."""
    told = "; ".join(filter(None, [*more, late(contrast).removeprefix(", ")]))
    return f" ({told})" if told else ""
