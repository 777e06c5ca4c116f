"""What another run, of the same events or of others, says of an effect of the factorial wherever that is told."""

from collections.abc import Callable

from study.exhibits import anew
from study.exhibits.effects import SIGNS, label
from study.exhibits.markup import Html, code, listing, paragraphs
from study.exhibits.others import Pair, pairs_of
from study.exhibits.prose import plural, signed, to_margin
from study.exhibits.records import Effect
from study.exhibits.results import Results
from study.exhibits.tables import Cell, effect, table, words
from study.params.statistics import PRIMARY


def changed_since(results: Results) -> Callable[[Effect], str]:
    """What is said behind an effect whose verdict is another one elsewhere, as of contrasts; or nothing."""
    told: dict[str, list[str]] = {}
    for pair in pairs_of(results):
        for there, here in both(pair):
            if anew.is_told_otherwise(pair, here, there):
                told.setdefault(here.name, []).append(_there(pair, here, there))

    def behind(one: Effect) -> str:
        found = told.get(one.name, [])
        return f" ({'; '.join(found)})" if found else ""

    return behind


def both(pair: Pair) -> list[tuple[Effect, Effect]]:
    """The effects of the same factors at the same levels, each there and here."""
    known = {one.declared: one for one in pair.there.factorial}
    return [(known[one.declared], one) for one in pair.here.factorial if one.declared in known]


def _there(pair: Pair, here: Effect, there: Effect) -> str:
    told = f"{_word(there)}{to_margin(there, pair.here.margin)}"
    return f"{anew.lead(pair)} {signed(there.effect)}, {told}{anew.none_shown(pair, here, there)}"


def table_of(pair: Pair) -> Html:
    """Every effect of the factorial on both runs with its verdict on each, and of how many the verdict is another."""
    found = both(pair)
    if not found:
        return paragraphs([f"No effect of a factorial is known both here and on {code(pair.names[0])}."])
    moved = [here for there, here in found if there.verdict != here.verdict]
    which = f": {listing([label(one) for one in moved])}" if moved else ""
    told = (
        f"Beside {code(pair.names[0])}, of {plural(len(found), 'effect')} of the factorial {len(moved) or 'none'} "
        f"{'has' if len(moved) == 1 else 'have'} another verdict{which}."
    )
    other, this = pair.names
    head = ["effect of", f"effect, {other}", "verdict", f"effect, {this}", "verdict"]
    caption = (
        f"Main effects and interactions in {PRIMARY} on {other} and on {this}, with the intervals that their verdicts "
        "used; Holm-adjusted over the effects of each. Whether an effect itself changed was not tested"
    )
    rows = [[words(label(here)), *_cells(there), *_cells(here)] for there, here in found]
    return Html(paragraphs([told]).text + table(head, rows, caption).text)


def _cells(found: Effect) -> list[Cell]:
    return [effect(found), words(_word(found))]


def _word(one: Effect) -> str:
    return SIGNS.get(one.verdict, one.verdict)
