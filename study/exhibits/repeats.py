"""Which contrasts other runs confirm or correct, in a sentence for each run; the names stand in `agreement`."""

from collections.abc import Sequence

from study.exhibits import agreement, effect_changes
from study.exhibits.markup import listing
from study.exhibits.prose import plural
from study.exhibits.results import Results
from study.exhibits.snapshot_pairs import Pair, called, pair_of


def in_short(results: Results) -> list[str]:
    """A sentence for each other snapshot, of one with nothing to compare why."""
    told = []
    for other in results.params.compare_with:
        pair = pair_of(results, other)
        told += agreement.unknown(results, other) if pair is None else [_in_short(pair)]
    return told


def _in_short(pair: Pair) -> str:
    """How many contrasts about the best of a family, and how many others, stand how; and how many effects changed."""
    known = [one for one in agreement.repeated(pair) if not agreement.is_the_same(pair, one)]
    kinds = {
        "headline contrast": [one for one in known if one.is_headline],
        "other contrast": [one for one in known if not one.is_headline],
    }
    none = [] if known else ["no contrast that could be repeated is declared alike on both"]
    clauses = [f"of {plural(len(found), kind)} {_tally(found)}" for kind, found in kinds.items() if found]
    return f"{called(pair)}: {'; '.join([*none, *clauses, *_changed(pair, known)])}."


def _changed(pair: Pair, known: Sequence[agreement.Repeated]) -> list[str]:
    """How many effects are shown to have changed, a clause; none where that was not computed."""
    if effect_changes.known(pair, [(one.there, one.here) for one in known]) is None:
        return []
    moved = len(effect_changes.names_of_changed(pair))
    effects = plural(moved, "effect") if moved else "no effect"
    return [f"{effects} {'is' if moved < 2 else 'are'} shown to have changed"]


def _tally(found: Sequence[agreement.Repeated]) -> str:
    """How many stand how, and that none is corrected where that is so."""
    standings = [one.standing for one in found]
    told = agreement.amounts(standings, spelled_out=False)
    return listing([*told, *["none corrected"] * ("corrected" not in standings)])
