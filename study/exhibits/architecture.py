"""The page Architecture and order: who may look where, and whether the order of events is worth anything."""

from collections import Counter

from study.exhibits import choose, scope, source
from study.exhibits.changes import is_of_order
from study.exhibits.clauses import hedged
from study.exhibits.diagnostics import as_contrast, smaller
from study.exhibits.markup import Html, bullets, code, escape, joined, listing, paragraphs
from study.exhibits.prose import brief, count, plural, worded
from study.exhibits.results import Results
from study.params.roster import SequenceEntry


def depths(results: Results) -> Html:
    """Which sequence variants of the arm have how many blocks; what most have comes last, without names."""
    entries = results.params.entries(results.arm)
    layered = {name: entry for name, entry in entries.items() if isinstance(entry, SequenceEntry)}
    blind = [name for name, entry in layered.items() if choose.declared(entry.model_dump())["is_blind"]]
    blocks = {name: entry.blocks for name, entry in layered.items() if name not in blind}
    if not blocks:
        return paragraphs(["No variant of this roster has blocks."])
    amounts = Counter(blocks.values())
    usual = max(amounts, key=lambda depth: (amounts[depth], -depth))
    told = []
    for depth in sorted(set(blocks.values()) - {usual}):
        names = [code(name) for name, found in blocks.items() if found == depth]
        told.append(f"{listing(names)} {'has' if len(names) == 1 else 'have'} {plural(depth, 'block')}")
    if blind:
        told.append(
            f"{listing(list(map(code, blind)))} {'reads' if len(blind) == 1 else 'read'} no history, without a block"
        )
    if not told:
        return paragraphs([f"Each sequence variant has {plural(usual, 'block')}."])
    others = f"all other sequence variants, {count(amounts[usual])}, have {plural(usual, 'block')}"
    return paragraphs([f"{'; '.join([*told, others])}."])


def labels(results: Results) -> Html:
    """How the contrasts tell the architecture apart from the number of its labels."""
    backward: choose.Parts = {"sees_later": False, "reads_order": True}
    control = backward | {"prefixes": True}
    asked = choose.about(results, {"sees_later": True, "hides": None}, control)
    dense = choose.about(results, backward | {"prefixes": False, "read_share": 1.0}, control)
    if not asked or not dense:
        return paragraphs(["No contrast of this roster tells the architecture apart from the number of its labels."])
    margin, more = results.margin, hedged(results)
    names = dict.fromkeys(contrast.right_variant for contrast in asked)
    controls, are = listing(list(map(code, names))), "is" if len(names) == 1 else "are"
    both, back = (list(map(worded, some(results, asked, "architecture"))) for some in (scope.lefts, scope.rights))
    like = f"{listing(both)} {'model is' if len(both) == 1 else 'models are'}"
    text = (
        f"The contrasts separate attention from the number of labels: {controls}, {listing(back)}, {are} asked at the "
        f"end of sampled prefixes alone, as the {like} "
        f"({'; '.join(f'{brief(c, margin)}{more(c)}' for c in asked)}). A label at every prefix, which sees its piece "
        "of a long history alone, against sampled prefixes, which see all of a context, "
        f"is a contrast of its own ({'; '.join(f'{brief(c, margin)}{more(c)}' for c in dense)})."
    )
    return paragraphs([text])


def shuffled(results: Results) -> Html:
    """What becomes of the best of each family when the order of a history is shuffled."""
    diagnosed = results.diagnostics
    if diagnosed is None:
        return paragraphs([source.not_run("diagnostics")])
    found = [one for one in diagnosed.contrasts if is_of_order(one.change)]
    if not found:
        return paragraphs(["The diagnostics did not shuffle the order."])
    told = bullets(f"{escape(one.family)}: {brief(as_contrast(one), results.margin)}." for one in found)
    read = (
        f"These are {smaller(results, diagnosed)}. Moments exchange their dates, so recency is lost along with order: "
        "a rule that reads no order, only how long ago something was, can lose as well."
    )
    return joined([source.beside(results, "diagnostics"), paragraphs([read]), told])
