"""What the factorial says of a factor over the other ones, a clause of an answer."""

from study.exhibits import choose, effects_anew, factorial, plan, simple_effects
from study.exhibits.answer import semicolons
from study.exhibits.markup import code, listing
from study.exhibits.prose import bracketed, count, plural, signed
from study.exhibits.results import Results


def told(results: Results, factor: str) -> str:
    """What the factorial says of a factor: its main effect, and with which others it interacts; nothing without one."""
    main = next((effect for effect in results.factorial if effect.factors == [factor]), None)
    if main is None:
        return ""
    pairs = [e for e in results.factorial if len(e.factors) == 2 and factor in e.factors]
    settled = simple_effects.interactions(results, factor)
    anew = effects_anew.changed_since(results)
    margin, alpha = results.margin, results.params.statistics.alpha
    history = f"with {plan.HISTORY}" if factor == "representation" and _brings_history(results) else ""
    by_cell = f"by cell from {' to '.join(_range(results, factor))}"
    shown = {main.name: [by_cell, history]} | {one.name: [] for one in pairs if one in settled or anew(one)}
    found = listing(
        [
            f"{factorial.wording(one, margin, alpha)} ({semicolons(signed(one.effect), *shown[one.name], anew(one))})"
            for one in (main, *pairs)
            if one.name in shown
        ]
    )
    if apart := simple_effects.told(results, factor):
        found += f"; {apart}"
    late = "some contrasts of its cells declared after test was seen" if factorial.late_contrasts(results) else ""
    if late and (cells := factorial.late_cells(results)):
        late += f", all those of {plural(len(cells), 'cell')}"
    if cells := factorial.unfinished_cells(results):
        every = plural(len(results.params.factorial.cells), "cell")
        late += f"{', ' if late else ''}{count(len(cells))} of {every} unfinished"
    meant = [*factorial.mixed(results), *factorial.meant(results, factor)]
    where = bracketed("in the factorial", f"where {listing(meant)}" if meant else "")
    return f"{bracketed(where, late)}, {found}"


def _brings_history(results: Results) -> bool:
    """Whether cells of the factorial see other lengths of history."""
    return len({str(choose.parts_of(results, cell).get("context")) for cell in results.params.factorial.cells}) > 1


def _range(results: Results, factor: str) -> list[str]:
    """The least and the greatest gain of the upper level among cells that are alike in all else, and in what."""
    plan = results.params.factorial
    place = list(plan.factors).index(factor)
    lower, upper = plan.factors[factor]
    by_levels = {tuple(levels): results.row(cell).recall for cell, levels in plan.cells.items()}
    below = {levels: value for levels, value in by_levels.items() if levels[place] == lower}
    gains = {at: by_levels[(*at[:place], upper, *at[place + 1 :])] - value for at, value in below.items()}
    ends = (min(gains, key=gains.__getitem__), max(gains, key=gains.__getitem__))
    return [f"{signed(gains[at])} with {listing([code(x) for x in (*at[:place], *at[place + 1 :])])}" for at in ends]
