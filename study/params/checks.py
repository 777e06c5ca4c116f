"""What the parts of `params.yaml` ask of each other."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from study.params.messages import unknown_name
from study.params.parts import (
    OBJECTIVES,
    RANKED,
    is_part,
    losses_of,
    misfit,
    names_in,
    no_part,
    ranks_other,
    refuse_misdeclared,
    siblings,
)
from study.params.question import Between
from study.params.roster import AggregateEntry, SequenceEntry, Single
from study.params.snapshot import Ordinal
from study.params.statistics import BEST
from study.paths import WRITTEN
from study.redact import DATABASE, has_credentials

if TYPE_CHECKING:
    from study.params.load import Params

COMPOSING = "main"
"""The arm whose `compare` reads the runs of composed variants: dvc.yaml says so."""


def problems(params: "Params") -> list[str]:
    """Every contradiction, a line each.

    Raises:
        UserError: a part file is no Python, or does not say of itself what it has to.
    """
    found = [*_credentials(params), *_columns(params), *_questions(params), *_snapshots(params)]
    if not found:  # what follows looks up the question of each arm
        found = [*_arms(params), *_sources(params), *_sides(params), *_cells(params)]
        found += [*_modules(params), *_timezone(params)]
    if not found:  # what follows reads the part files
        for module in dict.fromkeys(module for entry in params.variants.values() for module in entry.modules()):
            refuse_misdeclared(module)
        found = [*_kinds(params), *_losses(params)]
        found += [told for name, entry in params.roster.items() for told in _misfits(f"roster.{name}", entry)]
    return found


def _credentials(params: "Params") -> list[str]:
    """What stands in params.yaml is published: by git, dvc.lock and the book."""
    return [
        f"{place}: credentials have no place here; put the URL into the environment, as {DATABASE}"
        for place, text in _texts("", params.model_dump(mode="json"))
        if has_credentials(text)
    ]


def _texts(place: str, value: object) -> Iterator[tuple[str, str]]:
    """Every text below a value, with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, below in pairs:
            yield from _texts(f"{place}.{key}".lstrip("."), below)


def _columns(params: "Params") -> list[str]:
    coded = params.snapshot.coded
    known = ["event_type", *coded]
    listed = [name for name in params.snapshot.attributes if name not in coded]
    found = []
    for name, question in params.questions.items():
        place = f"questions.{name}"
        asked = {f"{place}.key_action.{c}": c for c in question.key_action}
        asked = {where: column for where, column in asked.items() if column not in listed}
        found += [unknown_name(where, column, known) for where, column in asked.items() if column not in known]
        asked = {f"{place}.candidate.{i}": c for i, c in enumerate(question.candidate_columns)}
        found += [unknown_name(where, column, list(coded)) for where, column in asked.items() if column not in coded]
        found += [
            f"{place}.candidate: '{column}' is {coded[column]}; a candidate column must be categorical"
            for column in question.candidate_columns
            if coded.get(column, "categorical") != "categorical"
        ]
        found += [
            f"{place}.candidate: '{column}' stands there twice; name it once"
            for column, count in Counter(question.candidate_columns).items()
            if count > 1
        ]
        found += [
            f"{place}.key_action.{column}: '{column}' is {coded.get(column, 'categorical')}; "
            f"give {'a list of values' if is_range else 'least and most'}"
            for column, allowed in question.key_action.items()
            if (is_range := isinstance(allowed, Between)) == (coded.get(column, "categorical") == "categorical")
        ]
        found += [
            f"{place}.key_action.{column}: '{column}' has an order of its own, and no numbers to compare; if its "
            f"values are numbers say `{column}: ordinal`, else make it categorical and list the values"
            for column, allowed in question.key_action.items()
            if isinstance(allowed, Between) and isinstance(params.snapshot.attributes.get(column), Ordinal)
        ]
        found += [
            f"{place}.key_action.{column}: no number is {allowed.told}; raise most or lower least"
            for column, allowed in question.key_action.items()
            if isinstance(allowed, Between) and allowed.least > allowed.most
        ]
    return found


def _place(params: "Params", variant: str) -> str:
    """Where the entry of a variant stands."""
    return f"{'composed' if variant in params.composed else 'roster'}.{variant}"


def _questions(params: "Params") -> list[str]:
    known = list(params.questions)
    return [
        unknown_name(f"{_place(params, name)}.question", entry.question, known)
        for name, entry in params.variants.items()
        if entry.question not in known
    ]


def _snapshots(params: "Params") -> list[str]:
    """Other snapshots are others, each once."""
    named = params.compare_with
    found = [f"compare_with: '{name}' stands there twice" for name in dict.fromkeys(named) if named.count(name) > 1]
    asked = {"compare_with": named, "warm_start": [params.warm_start] if params.warm_start else []}
    own = [place for place, names in asked.items() if params.snapshot.name in names]
    found += [f"{place}: '{params.snapshot.name}' is this snapshot; name another one" for place in own]
    source = Path(params.snapshot.source)
    if any(source == folder or folder in source.parents or source in folder.parents for folder in WRITTEN):
        found.append(f"snapshot.source: the study itself writes to '{source}'; put the log elsewhere")
    return found


def _arms(params: "Params") -> list[str]:
    """Variants that are compared were scored on the same queries."""
    found = []
    for arm in params.arms:
        asked = params.asked_by(arm)
        found += [
            f"{_place(params, name)}.question: '{entry.question}', but the arm '{arm}' asks '{asked}'; "
            "all variants of an arm answer one question"
            for name, entry in params.entries(arm).items()
            if entry.question != asked
        ]
    return found


def _sources(params: "Params") -> list[str]:
    """What a composed variant is made of stands in the roster, and its arm is one that compares such variants."""
    found = [
        f"composed.{name}: the name '{name}' stands in the roster too; give it another"
        for name in params.composed
        if name in params.roster
    ]
    found += [
        f"composed.{name}.arm: '{entry.arm}', but the arm '{COMPOSING}' alone compares composed variants"
        for name, entry in params.composed.items()
        if entry.arm != COMPOSING
    ]
    for name, entry in params.composed.items():
        trained = {k: e for k, e in params.entries(entry.arm).items() if k in params.roster}
        known = [*trained, *dict.fromkeys(BEST + e.family for e in trained.values())]
        found += [unknown_name(f"composed.{name}", side, known) for side in entry.sources() if side not in known]
    return found


def _sides(params: "Params") -> list[str]:
    found = []
    for name, contrast in params.contrasts.items():
        entries = params.entries(contrast.arm)
        known = [*entries, *dict.fromkeys(BEST + entry.family for entry in entries.values())]
        for side in ("left", "right"):
            if getattr(contrast, side) not in known:
                place = f"contrasts.{name}.{side}"
                found.append(unknown_name(f"{place} (arm {contrast.arm})", getattr(contrast, side), known))
        if contrast.left == contrast.right:
            found.append(f"contrasts.{name}: both sides are '{contrast.left}'; name two")
    snapshot, known = params.snapshot.name, list(params.contrasts)
    late = params.after_test.get(snapshot, [])
    return found + [unknown_name(f"after_test.{snapshot}", name, known) for name in late if name not in known]


def _cells(params: "Params") -> list[str]:
    """The cells of the factorial are variants; a short roster that lacks most of them goes without it."""
    cells = list(params.factorial.cells)
    missing = [name for name in cells if name not in params.variants]
    if 2 * len(missing) >= len(cells):
        return []
    return [unknown_name("factorial.cells", name, list(params.variants)) for name in missing]


def _modules(params: "Params") -> list[str]:
    found = []
    for name, entry in params.variants.items():
        for module in entry.modules():
            if not is_part(module):
                found.append(no_part(f"{_place(params, name)} ({module.rpartition('.')[0]})", module))
    return found


def _kinds(params: "Params") -> Iterator[str]:
    """What ranks users alone is asked about users, and what ranks candidates alone about candidates."""
    for name, entry in params.variants.items():
        kind, module = params.question_of(name).kind, entry.modules()[0]
        if ranks_other(module, kind):
            place = _place(params, name)
            (other,) = set(RANKED.values()) - {RANKED[kind]}
            yield (
                f"{place}: {module.rpartition('.')[2]} ranks {other}, but '{entry.question}' is a question of kind "
                f"{kind}, which ranks {RANKED[kind]}; name another"
            )


def _losses(params: "Params") -> Iterator[str]:
    """What a model on aggregates is trained with it has."""
    for name, entry in params.roster.items():
        if isinstance(entry, AggregateEntry) and entry.loss not in (known := losses_of(entry.modules()[0])):
            yield f"roster.{name}: model {entry.model} has no loss '{entry.loss}'; known: {', '.join(known)}"


def _misfits(place: str, entry: Single) -> Iterator[str]:
    """What the parts of a sequence variant ask of each other, and what its loss asks of its options."""
    if not isinstance(entry, SequenceEntry):
        return
    modules = entry.parts()
    parts = {kind: names_in(module) for kind, module in modules.items()}
    layout = parts["representation"].get("LAYOUT")
    known = [name for name in siblings(modules["objective"]) if _asks(entry, layout, f"{OBJECTIVES}.{name}")]
    for kind in ("objective", "pretrain"):
        if kind in parts and getattr(entry, kind) not in known:
            yield (
                f"{place}.{kind}: model {entry.model} cannot ask '{getattr(entry, kind)}' of '{entry.representation}', "
                f"which has a position per {layout}; it can ask: {', '.join(known)}"
            )
    head, objective = parts["head"], parts["objective"]
    before = parts.get("pretrain", objective)
    if any(before.get(name) != objective.get(name) for name in ("CLASSES", "HIDES")):
        yield f"{place}.pretrain: '{entry.pretrain}' has other targets than '{entry.objective}'; name one with the same"
    if any(before.get(name) and not objective.get(name) for name in ("WEIGHS_KEY", "CONTRASTS_PARTS")):
        yield (
            f"{place}.pretrain: '{entry.pretrain}' has a weight in its loss, which is tuned of the objective alone, "
            f"and '{entry.objective}' has none; name one without it"
        )
    if entry.prefixes and "readouts" not in objective:
        yield f"{place}.prefixes: model {entry.model} asks once per user and cut-off anyway; remove it"
    if head.get("READS_OWN") and objective.get("HIDES"):
        yield (
            f"{place}.head: '{entry.head}' adds the user's own counts, which '{entry.objective}' never shows it in "
            "training; name a head without them"
        )
    if head.get("COMPOSES") and objective.get("CLASSES") == "tokens":
        yield f"{place}.head: '{entry.head}' makes candidates, but '{entry.objective}' asks for tokens; name another"
    if told := misfit(f"{place}.loss_options", modules["loss"], entry.loss_options):
        yield told


def _asks(entry: SequenceEntry, layout: str | None, objective: str) -> bool:
    """Whether an objective can be asked of such positions; the model across users alone makes its own readouts."""
    names = names_in(objective)
    return layout in (names.get("LAYOUTS") or ()) and ("readouts" in names) == (entry.model == "sequence")


def _timezone(params: "Params") -> list[str]:
    named = {"snapshot.timezone": params.snapshot.timezone, "snapshot.columns.zone": params.snapshot.columns.zone}
    return [
        f"{place}: '{zone}' is unknown; use an IANA name such as Europe/Berlin"
        for place, zone in named.items()
        if not _is_zone(zone)
    ]


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
