"""What another run, of the same events or of others, says of an effect of the factorial wherever that is told."""

from collections.abc import Callable

from study.exhibits import agreement, anew, hedges
from study.exhibits.effects import SIGNS, label
from study.exhibits.markup import Html, code, listing, paragraphs
from study.exhibits.prose import SMALL, count, plural, signed, to_margin
from study.exhibits.records import Effect
from study.exhibits.results import FACTORIAL, Results
from study.exhibits.snapshot_pairs import Pair, pairs_of
from study.exhibits.tables import Cell, effect, table, words
from study.params.statistics import PRIMARY

UPPER = ({"better": "better", "worse": "worse"}, {"better": "worth more", "worse": "worth less"})
"""What a verdict says of the upper level of a factor, and of it at the upper level of another one."""
HIGHER = {"better": "higher", "worse": "lower"}
"""And of an interaction at the upper level of a further one."""


def changed_since(results: Results) -> Callable[[Effect], str]:
    """What another run says of an effect that it tells otherwise, as of contrasts, a clause; or nothing."""
    told: dict[str, list[str]] = {}
    for pair in pairs_of(results):
        for there, here in both(pair):
            if anew.is_told_otherwise(pair, here, there):
                told.setdefault(here.name, []).append(_there(pair, here, there))
    return lambda one: "; ".join(told.get(one.name, []))


def both(pair: Pair) -> list[tuple[Effect, Effect]]:
    """The effects of the same factors at the same levels, each there and here; none where a run had no factorial."""
    if not all((side.folder / FACTORIAL).exists() for side in pair.sides):
        return []
    known = {one.declared: one for one in pair.there.factorial}
    return [(known[one.declared], one) for one in pair.here.factorial if one.declared in known]


def _there(pair: Pair, here: Effect, there: Effect) -> str:
    called = UPPER[len(there.factors) - 1] if len(there.factors) <= len(UPPER) else HIGHER
    small = f", {SMALL}" if hedges.is_small(pair.there, there) else anew.none_shown(pair, here, there)
    told = f"{called.get(there.verdict, there.verdict)}{small}{to_margin(there, pair.here.margin)}"
    return f"{anew.lead(pair)} {signed(there.effect)}, {told}"


def table_of(pair: Pair) -> Html:
    """Every effect of the factorial on both runs: what both verdicts say together, effect and verdict on each."""
    found, (other, this) = both(pair), pair.names
    if not found:
        return paragraphs([f"No effect of a factorial is known both here and on {code(other)}."])
    standings = [agreement.standing(there, here, pair.here.margin) for there, here in found]
    amounts = listing(agreement.amounts(standings, spelled_out=True))
    told = f"Beside {code(other)}, of {plural(len(found), 'effect')} of the factorial {amounts}."
    head = ["effect of", "together", f"effect, {other}", "verdict", f"effect, {this}", "verdict"]
    caption = (
        f"Main effects and interactions in {PRIMARY} on {other} and on {this}, with the intervals that their verdicts "
        "used, Holm-adjusted over the effects of each; together: as of contrasts, above. Whether an effect itself "
        "changed was not tested"
    )
    rows = [
        [words(label(here)), words(together), *_cells(there), *_cells(here)]
        for (there, here), together in zip(found, standings, strict=True)
    ]
    return Html(paragraphs([told, *_unfinished(pair)]).text + table(head, rows, caption).text)


def _unfinished(pair: Pair) -> list[str]:
    """How many of the cells were best at the end of the budget on each, a sentence; none where a name is another."""
    cells = pair.here.params.factorial.cells
    if not all(set(cells) <= {row.variant for row in side.leaderboard} for side in pair.sides):
        return []
    here, there = (sum(side.row(cell).unfinished for cell in cells) for side in pair.sides)
    return [
        f"Of the {plural(len(cells), 'cell')} {count(there) if there else 'none'} there and "
        f"{count(here) if here else 'none'} here had the best round at the end of the budget."
    ]


def _cells(found: Effect) -> list[Cell]:
    return [effect(found), words(SIGNS.get(found.verdict, found.verdict))]
