"""Which loss, on the small and on the large catalogue: the answer that Findings and the page Catalogue share."""

from collections.abc import Sequence

from study.exhibits import choose, scope, size_of_catalogue, source
from study.exhibits.answer import Answer, Told, in_turn, of, semicolons
from study.exhibits.clauses import NOTHING, evidence, examples, limited
from study.exhibits.markup import code, listing
from study.exhibits.prose import count, named, plural
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.exhibits.size_of_catalogue import is_no_larger, loss_of

UNTESTED = "which no contrast tests itself"
ABOVE = "clearly above popularity on both catalogues"
OPEN = "whether the size matters is not answered by these"
GBCE = "gbce"
Verdicts = dict[tuple[str, str], str | None]
"""By objective and loss."""


def loss(results: Results) -> Answer:
    """Which loss, and does the catalogue's size matter?"""
    small, large = choose.over_softmax(results), results.beside("catalogue")
    found = {} if large is None else choose.over_softmax(large)
    if small:
        told, *further = _softmax(results, small)
        led = in_turn(told, _by_size(results, small, large, found))
        if large is not None and not is_no_larger(results, large):
            further += _softmax(large, found)
        return _answer(led, further, _leading(results, small), results.margin)
    if large is not None and found:
        led, *further = _softmax(large, found)
        return _answer(led, further, _leading(large, found), large.margin)
    who = results.beside("who")
    users = [] if who is None else who.about("loss")
    if who is None or not users:
        return of(NOTHING)
    told = Told(evidence(users, who.margin), examples(users)).led_by("between users")
    return _answer(told, [], users, who.margin)


def _answer(told: Told, further: Sequence[Told], rests_on: Sequence[Contrast], margin: float) -> Answer:
    return of(told.whole, *(one.whole for one in further), short=told.short, rests_on=rests_on, margin=margin)


def _by_size(
    results: Results, small: dict[str, list[Contrast]], large: Results | None, found: dict[str, list[Contrast]]
) -> Told:
    """Whether what the losses settle changes with the catalogue, where that was asked."""
    if large is None:
        return Told.alike(f"whether the catalogue's size matters, {source.missing('catalogue')}")
    if not found:
        return Told.alike("no loss is contrasted on the larger catalogue")
    if is_no_larger(results, large):
        same = "the arm with the larger catalogue asks for the same candidates here, so its size was not varied"
        return Told.alike(same)
    budgets = "" if large.budget == results.budget else ", and the budgets of the two arms differ"
    turns = _turns(_verdicts(results, small), _verdicts(large, found), f"{UNTESTED}{budgets}")
    return Told(semicolons(turns, size_of_catalogue.told(results, large)), turns)


def _leading(results: Results, by_objective: dict[str, list[Contrast]]) -> list[Contrast]:
    """Those of the first objective, which the answer begins with."""
    return scope.trained(results, next(iter(by_objective.values())))


def plain_bce(arms: Sequence[Results]) -> list[str]:
    """Where gBCE has as many negatives as there are other candidates, and so is no loss of its own, sentences."""
    return [told for arm in arms for told in _plain_bce(arm)]


def _plain_bce(arm: Results) -> list[str]:
    entries = {name: entry.model_dump() for name, entry in arm.params.entries(arm.arm).items()}
    drawn = {name: entry["loss_options"]["negatives"] for name, entry in entries.items() if entry.get("loss") == GBCE}
    rivals = arm.data.catalogue - 1 if drawn else 0
    names = [code(name) for name, negatives in drawn.items() if negatives >= rivals]
    if not names:
        return []
    are, has = ("is", "has") if len(names) == 1 else ("are", "have")
    return [
        f"In the arm {code(arm.arm)} {listing(names)} {are} trained with plain BCE in all but name: {has} at least as "
        f"many negatives as a candidate has rivals, {count(rivals)}, and gBCE then weighs no positive down, at any "
        "calibration."
    ]


def _softmax(results: Results, by_objective: dict[str, list[Contrast]]) -> list[Told]:
    """What the losses of each objective settle, on the catalogue of these results."""
    candidates, sides = plural(results.data.catalogue, "candidate"), ("the other losses", "the full softmax")
    return [
        _with(
            limited(results, asked, *sides, "head"), scope.by_negatives(results, scope.trained(results, asked))
        ).led_by(f"with {candidates} and {named(objective)} as objective")
        for objective, asked in by_objective.items()
    ]


def _with(told: Told, more: str) -> Told:
    return Told(f"{told.whole}{more}", f"{told.short}{more}")


def _verdicts(results: Results, by_objective: dict[str, list[Contrast]]) -> Verdicts:
    """The verdict of each objective and loss, with its options; None where a side is not clearly above popularity."""
    return {
        (objective, loss_of(results, c.left_variant)): c.verdict if scope.trained(results, [c]) else None
        for objective, asked in by_objective.items()
        for c in asked
    }


def _turns(before: Verdicts, after: Verdicts, limits: str) -> str:
    """Whether the verdict of any loss differs between the catalogues, which no contrast tests."""
    both = [key for key in before if key in after]
    learned = [key for key in both if None not in (before[key], after[key])]
    known = [key for key in learned if "undetermined" not in (before[key], after[key])]
    among = "" if learned == both else f"of the losses that, like the full softmax, are {ABOVE}, "
    names = listing(list(dict.fromkeys(code(key[1]) for key in known)))
    changed = [key for key in known if before[key] != after[key]]
    turned = [f"{code(key[1])}: {before[key]}, then {after[key]}" for key in changed]
    if not both:
        return "no loss was compared on both catalogues"
    if not learned:
        return f"no loss that was compared on both is, together with the full softmax, {ABOVE}: {OPEN}"
    if not known:
        which = among or "of the losses that were compared on both catalogues, "
        return f"{which}none has a settled verdict on both: {OPEN}"
    if not turned:
        lead = "the one verdict that is" if len(known) == 1 else f"the {len(known)} verdicts that are"
        does = "does" if len(known) == 1 else "do"
        return f"{among}{lead} settled on both catalogues, on {names}, {does} not change with the size, {limits}"
    return f"{among}the verdict changes with the catalogue's size for {listing(turned)}, {limits}"
