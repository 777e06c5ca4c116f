"""The page Factorial: main effects and interactions of representation, objective and head."""

from study.exhibits import choose, cube, effects_anew, simple_effects
from study.exhibits.answer import semicolons
from study.exhibits.effects import SIGNS, label, margin_band, tally, verdict_marks
from study.exhibits.figures import draw, inert, names_axis, row_height
from study.exhibits.marks import TRAINING
from study.exhibits.markup import Html, bullets, code, escape, joined, listing, paragraphs
from study.exhibits.prose import SMALL, count, marked, number, percent, plural, probability, signed, to_margin, worded
from study.exhibits.records import Contrast, Effect
from study.exhibits.results import Results
from study.exhibits.tables import TESTED, decimal, name, table, tested, whole, words
from study.params.statistics import PRIMARY


def effect_sentence(effect: Effect, margin: float, alpha: float, *more: str) -> str:
    """What an effect shows, a clause that never says more than its verdict, with what `more` is known of it."""
    told = (
        f"{signed(effect.effect)}, {percent(effect.level, 2)} interval {signed(effect.low)} to {signed(effect.high)}, "
        f"{_p_values(effect, alpha)}"
    )
    return f"{wording(effect, margin, alpha)} ({semicolons(told, *more)})"


def _p_values(effect: Effect, alpha: float) -> str:
    """The p value of the verdict, and of what is shown beside an equivalence."""
    if effect.verdict != "equivalent":
        return probability(effect.p_difference)
    small = f", {probability(effect.p_difference)} of a difference" if effect.p_difference < alpha else ""
    return f"{probability(effect.p_equivalence)} of an equivalence{small}"


def wording(effect: Effect, margin: float, alpha: float) -> str:
    """The verdict of an effect in words, without its numbers; of an equivalence, that it hides a difference."""
    factors = len(effect.factors)
    told = (_main, _pair)[factors - 1] if factors < 3 else _higher
    small = f", {SMALL}" if effect.verdict == "equivalent" and effect.p_difference < alpha else ""
    return f"{told(effect, f' within ±{margin:g}')}{small}{to_margin(effect, margin)}"


def _main(effect: Effect, within: str) -> str:
    low, high = (code(level) for level in effect.levels[0])
    return {
        "better": f"over the other factors {high} is <strong>better</strong> than {low}",
        "worse": f"over the other factors {high} is <strong>worse</strong> than {low}",
        "equivalent": f"over the other factors {high} and {low} are <strong>equivalent</strong>{within}",
        "undetermined": f"over the other factors whether {high} or {low} is better stays <strong>undetermined</strong>",
    }[effect.verdict]


def _pair(effect: Effect, within: str) -> str:
    first, second = (code(high) for _, high in effect.levels)
    return {
        "better": f"{first} is worth <strong>more</strong> with {second} than without it",
        "worse": f"{first} is worth <strong>less</strong> with {second} than without it",
        "equivalent": f"{first} and {second} <strong>add up</strong>{within}",
        "undetermined": f"whether {first} and {second} add up stays <strong>undetermined</strong>",
    }[effect.verdict]


def _higher(effect: Effect, within: str) -> str:
    *firsts, (low, high) = effect.levels
    fewer = f"the interaction of {listing([code(level) for _, level in firsts])}"
    return {
        "better": f"{fewer} is <strong>higher</strong> with {code(high)} than with {code(low)}",
        "worse": f"{fewer} is <strong>lower</strong> with {code(high)} than with {code(low)}",
        "equivalent": f"{fewer} is <strong>the same</strong> with {code(high)} and {code(low)}{within}",
        "undetermined": f"whether {fewer} depends on {code(high)} or {code(low)} stays <strong>undetermined</strong>",
    }[effect.verdict]


def verdicts(results: Results) -> Html:
    """One sentence per effect and their forest."""
    effects, alpha = results.factorial, results.params.statistics.alpha
    if not effects:
        return paragraphs(["Not every cell of the declared factorial belongs to this arm, so no effect can be told."])
    anew = effects_anew.changed_since(results)
    items = [
        f"<em>{escape(label(effect))}:</em> "
        f"{effect_sentence(effect, results.margin, alpha, _apart(results, effect), anew(effect))}."
        for effect in effects
    ]
    told = [*simple_effects.sentences(results), *_trained(results), *_late(results)]
    return joined([bullets(items), paragraphs(told), forest(results), numbers(effects)])


def _trained(results: Results) -> list[str]:
    """How many cells were best in the last round of the budget, a sentence; or nothing."""
    found = unfinished_cells(results)
    if not found:
        return []
    whose = "its" if len(found) == 1 else "their"
    return [
        f"{count(len(found))} of {plural(len(results.params.factorial.cells), 'cell')} had {whose} best round at the "
        f"end of the budget ({listing([code(cell) for cell in found])}): an effect or an interaction may be one of how "
        "far its sides were trained."
    ]


def unfinished_cells(results: Results) -> list[str]:
    """The cells whose best round was the last of the budget."""
    return [cell for cell in results.params.factorial.cells if results.row(cell).unfinished]


def levels(results: Results) -> Html:
    """Whether each level is one value of its factor, so that no effect of another factor holds a change of it."""
    if not results.factorial or not (checked := _of_parts(results)):
        return Html("")
    found = mixed(results)
    if not found:
        told = (
            f"Every level of {listing([escape(one) for one in checked])} is one value of it in all its cells, so that "
            "no effect of one of these holds a change of another."
        )
        called = [clause for factor in checked for clause in meant(results, factor)]
        told += f" Of these {listing(called)}." if called else ""
    else:
        told = (
            f"Here {listing(found)}. So an effect that is averaged over the other factors is mixed: that of one of "
            "these factors holds a change of the other. What is told of cells that have one value is free of this; the "
            "cells below tell them apart."
        )
    return paragraphs([told])


def meant(results: Results, factor: str) -> list[str]:
    """What the levels of a factor are that are called otherwise than its values, a clause each; not of mixed ones."""
    if factor not in _of_parts(results):
        return []
    found = {
        level: set(_at_level(results, factor, level).values()) for level in results.params.factorial.factors[factor]
    }
    return [f"{code(level)} is {next(iter(v))}" for level, v in found.items() if len(v) == 1 and v != {worded(level)}]


def mixed(results: Results) -> list[str]:
    """Which levels stand for several values of their factor, and along which other factors, a clause each."""
    return [clause for factor in _of_parts(results) for clause in _values(results, factor)]


def _of_parts(results: Results) -> list[str]:
    """The factors that are parts of the variants in their cells."""
    plan = results.params.factorial
    entries = [choose.parts_of(results, cell) for cell in plan.cells]
    return [factor for factor in plan.factors if all(entry.get(factor) for entry in entries)]


def _values(results: Results, factor: str) -> list[str]:
    told = []
    for level in results.params.factorial.factors[factor]:
        cells = _at_level(results, factor, level)
        if len(set(cells.values())) > 1:
            along = [other for at, other in enumerate(results.params.factorial.factors) if _varies(cells, at)]
            told.append(f"{code(level)} is {' or '.join(sorted(set(cells.values())))}, by {listing(along)}")
    return told


def _at_level(results: Results, factor: str, level: str) -> dict[tuple[str, ...], str]:
    """The value of a factor in each cell of a level of it, by the levels of the cell."""
    plan = results.params.factorial
    place = list(plan.factors).index(factor)
    return {
        tuple(levels_): worded(choose.parts_of(results, cell)[factor])
        for cell, levels_ in plan.cells.items()
        if levels_[place] == level
    }


def _varies(values: dict[tuple[str, ...], str], at: int) -> bool:
    """Whether two cells that are alike but for the factor at this place have different values."""
    found: dict[tuple[str, ...], set[str]] = {}
    for levels_, value in values.items():
        found.setdefault((*levels_[:at], *levels_[at + 1 :]), set()).add(value)
    return any(len(several) > 1 for several in found.values())


def _late(results: Results) -> list[str]:
    """That the effects are a second look where contrasts of their cells are, a sentence; or nothing."""
    names = [code(marked(c)) for c in late_contrasts(results)]
    if not names:
        return []
    are = "is" if len(names) == 1 else "are"
    return [
        f"Of the contrasts between these cells {listing(names)} {are} marked as declared, or given a side that was "
        "changed, after test was seen: so the effects were not planned before any look at test, either."
        f"{_of_cells(results)}"
    ]


def _of_cells(results: Results) -> str:
    """The cells that no contrast names which was declared beforehand; nothing without one."""
    cells = [code(cell) for cell in late_cells(results)]
    return f" No contrast that was declared before has a side that is {' or '.join(cells)}." if cells else ""


def late_contrasts(results: Results) -> list[Contrast]:
    """The contrasts between cells that are no plan made beforehand: nor are the effects then."""
    cells = set(results.params.factorial.cells)
    return [one for one in results.contrasts if one.after_test and set(one.variants) <= cells]


def late_cells(results: Results) -> list[str]:
    """The cells of which every contrast was declared, or changed, after test had been seen."""
    asked = {
        cell: [one for one in results.contrasts if cell in one.variants] for cell in results.params.factorial.cells
    }
    return [cell for cell, found in asked.items() if found and all(one.after_test for one in found)]


def _apart(results: Results, effect: Effect) -> str:
    """An interaction of three factors as the two interactions whose difference it is; nothing for fewer."""
    if len(effect.factors) != len(results.params.factorial.factors) or len(effect.factors) < 3:
        return ""
    low, high = effect.levels[-1]
    told = {level: _interaction(results, level) for level in (low, high)}
    return f"{signed(told[low])} with {code(low)}, {signed(told[high])} with {code(high)}"


def _interaction(results: Results, last: str) -> float:
    """Of all factors but the last, among the cells that have this level of it, in units of the table."""
    plan = results.params.factorial
    *factors, _ = plan.factors.values()
    total = 0.0
    for cell, levels in plan.cells.items():
        if levels[-1] == last:
            sign = 1 if sum(level == low for level, (low, _) in zip(levels, factors, strict=False)) % 2 == 0 else -1
            total += sign * results.row(cell).recall
    return total


def forest(results: Results) -> Html:
    """Effects with the interval that each verdict used."""
    effects, margin = results.factorial, results.margin
    labels = [inert(label(effect)) for effect in effects]
    texts = [f"<b>{name}</b><br>{signed(one.effect)}" for name, one in zip(labels, effects, strict=True)]
    return draw(
        verdict_marks(effects, labels, texts, SIGNS),
        f"Main effects and interactions in {PRIMARY}: {plural(len(effects), 'effect')} ({tally(effects, SIGNS)}), "
        f"each with the interval that its verdict used; shaded: the margin of equivalence, ±{margin:g}.",
        height=row_height(len(effects)) + 30,
        showlegend=True,
        xaxis={"title": {"text": f"effect in {PRIMARY}"}, "tickformat": "+.4~f", "nticks": 6},
        yaxis=names_axis(label(e) for e in effects),
        shapes=margin_band(margin),
    )


def numbers(effects: list[Effect]) -> Html:
    """Everything that was computed for each effect."""
    rows = [
        [
            words(label(e)),
            words(SIGNS.get(e.verdict, e.verdict)),
            *tested(e),
        ]
        for e in effects
    ]
    head = ["effect of", "verdict", *TESTED]
    return table(
        head,
        rows,
        f"Effects in {PRIMARY}; p values are Holm-adjusted over these effects alone",
    )


def cells(results: Results) -> Html:
    """The recall of every cell, as a cube where there are three factors, and in a table; says so without them."""
    plan = results.params.factorial
    if not results.factorial:
        return paragraphs(["Nothing, since this run has not all of its cells."])
    found = {cell: results.row(cell) for cell in plan.cells}
    rows = [
        [
            name(cell),
            *(words(level) for level in plan.cells[cell]),
            decimal(row.select),
            decimal(row.recall),
            whole(results.search(cell).rounds),
            words(results.training(cell)),
        ]
        for cell, row in found.items()
    ]
    head = ["variant", *plan.factors, "select", "test", "rounds", "training"]
    parts = [table(head, rows, f"{PRIMARY} of every cell; rounds: of a refit; training: {TRAINING}")]
    if len(plan.factors) == cube.DIMENSIONS:
        told = {cell: number(row.recall) for cell, row in found.items()}
        parts.insert(0, cube.picture(plan, told, f"Test {PRIMARY} of the cells of the factorial"))
    return joined(parts)
