"""The part of the page Worlds about the validity check: what becomes of the study's verdicts in fresh logs."""

from study.exhibits.markup import Html, bullets, code, joined, paragraphs
from study.exhibits.prose import count, number, percent, plural, sentence, signed
from study.exhibits.tables import Cell, name, table, whole, words
from study.exhibits.world_records import Part, Rate, Validity
from study.exhibits.worlds import Worlds

NOT_CHECKED = "The validity check has not been run yet: <code>python -m study worlds --repeat 400</code> runs it."
NORMAL_95 = 1.96


def validity(found: Worlds) -> Html:
    """What the repeats say of the study's verdicts, and what so many of them can say."""
    checked = found.validity
    if checked is None:
        return paragraphs([NOT_CHECKED])
    told = [_told(part, checked) for part in checked.parts]
    return joined([bullets(told), _repeated(checked), paragraphs([_power(checked), _made(found, checked)])])


def _told(part: Part, checked: Validity) -> str:
    alpha = checked.statistics["alpha"]
    rate = part.any_false
    kind = f"<strong>{part.part} in {part.world}</strong>, {plural(part.repeats, 'log')} of {count(part.users)} users:"
    if rate.low > alpha:
        judged = f"more than the {percent(alpha)} that Holm's procedure allows"
    elif rate.high < alpha:
        judged = f"fewer than the {percent(alpha)} that Holm's procedure allows"
    else:
        judged = f"which agrees with the {percent(alpha)} that Holm's procedure allows"
    return f"{kind} {percent(rate.rate)} of the logs had a false verdict ({_ends(rate)}), {judged}."


def _ends(rate: Rate) -> str:
    return f"interval {percent(rate.low)} to {percent(rate.high)}"


def _repeated(checked: Validity) -> Html:
    rows = [
        [
            words(part.world),
            name(one.left),
            name(one.right),
            Cell(f"{signed(one.truth.effect)} ± {number(one.truth.error)}", one.truth.effect),
            *(whole(one.verdicts[verdict]) for verdict in ("better", "worse", "equivalent", "undetermined")),
            _rate(one.right_verdicts),
            _rate(one.false_equivalent),
            _rate(one.coverage),
            _rate(one.coverage_of_verdicts),
        ]
        for part in checked.parts
        for one in part.contrasts
    ]
    head = [
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
        "The true effect and its standard error, how often each verdict was passed, the share of right verdicts, of "
        "verdicts of equivalence where the truth is beyond the margin, and of intervals that have the truth inside, "
        "each with its Wilson interval"
    )
    return table(head, rows, caption)


def _rate(rate: Rate | None) -> Cell:
    if rate is None:
        return Cell("", None)
    return Cell(f"{percent(rate.rate)} [{percent(rate.low)}, {percent(rate.high)}]", rate.rate)


def _power(checked: Validity) -> str:
    """How far a rate at the nominal level may be off without so many repeats showing it."""
    alpha = checked.statistics["alpha"]
    clauses = []
    for repeats in dict.fromkeys(part.repeats for part in checked.parts):
        half = NORMAL_95 * (alpha * (1 - alpha) / repeats) ** 0.5
        clauses.append(
            f"{count(repeats)} repeats tell a rate of {percent(alpha)} from one of {percent(alpha + 2 * half)} or "
            f"more, and cannot rule out one of {percent(alpha + half)}"
        )
    return sentence("; ".join(clauses))


def _made(found: Worlds, checked: Validity) -> str:
    """Where the check comes from: it is no stage of the pipeline, so it may be older than what stands above."""
    made = f"the check was run at revision {code(checked.revision[:12])} with the budget {code(checked.budget)}"
    others = {world.revision for world in found.worlds} - {checked.revision}
    return sentence(f"{made}, another revision than that of worlds above" if others else made)
