"""Validates `params.yaml` whole and writes what every stage depends on: the fingerprint of its code.

It runs before any stage, so a wrong setting stops the study before anything is touched.
"""

import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from study.fingerprint import closure, fingerprint
from study.folders import left_of
from study.params import load
from study.params.base import Frozen
from study.params.budget import COMPARED, Compared
from study.params.load import Params
from study.params.roster import SequenceEntry, Single
from study.params.tokens import Tokens
from study.params.worlds import NAMES, WorldName, Worlds
from study.paths import PIPELINE, PIPELINE_LOCK, RUNS, SCORES, code_of, write_text
from study.provenance import identity, params_hash
from study.questions.kind import module_of
from study.stages.refusals import refuse_device, refuse_sections, refuse_snapshots, refuse_values
from study.tuning.warm import chosen_there

PER_QUESTION = ("split", "features")
PER_VARIANT = ("train", "score")
EXHIBITS = Path("study/exhibits")
COMPOSED = "main-composed"
ABSENT = "no variant of the roster is of this arm\n"


def fingerprints() -> None:
    """Writes `data/checked/<stage>.txt`, or `data/checked/<stage>/<item>.txt` for each question, variant or arm.

    Raises:
        UserError: a value in `params.yaml` is wrong.
    """
    params = load()
    refuse_values(params)
    refuse_sections(params)
    refuse_device(params)
    refuse_snapshots(params)
    pages = [f"study.exhibits.{path.stem}" for path in sorted(EXHIBITS.glob("*.py"))]
    _put(code_of("snapshot"), _code(["study.stages.snapshot"]))
    _put(code_of("report"), _shown(params, pages))
    for stage in PER_QUESTION:
        _write(stage, {name: _code([f"study.stages.{stage}"]) for name in params.questions})
    for stage in PER_VARIANT:
        _write(stage, {variant: _of_variant(params, stage, variant) for variant in params.variants})
    _forget(params)
    _write("compare", {arm: _compared(params, arm) if arm in params.arms else ABSENT for arm in COMPARED})
    absent = [arm for arm in COMPARED if arm not in params.arms]
    for folder in [root / arm for root in (RUNS, SCORES) for arm in absent] + [RUNS / COMPOSED] * (not params.composed):
        folder.mkdir(parents=True, exist_ok=True)  # DVC asks for it, and no variant makes it
    _write("snapshots", {other: _code(["study.stages.snapshots"]) for other in params.compare_with})
    _put(code_of("catalogue-cost"), _measured(params))
    if params.diagnostics:
        _put(code_of("diagnose"), _code(["study.stages.diagnose", *_diagnosed(params)]))
        _put(code_of("diagnostics"), _code(["study.stages.diagnostics", *_diagnosed(params)]))
    if params.tokens:
        _put(code_of("tokens"), _code(["study.stages.tokens", *_accounted(params)]))
    if params.worlds:
        _write("worlds", {world: _simulated(params, "worlds", [world]) for world in NAMES})
        _put(code_of("worlds_validity"), _simulated(params, "worlds_validity", NAMES))


def _forget(params: Params) -> None:
    """Removes runs and scores of variants that an arm has no more: whole folders of them are dependencies.

    Those that dvc.lock names alone: DVC keeps them in its cache, so a variant that comes back is not trained again.
    And what a stage that was killed has left of such a one.
    """
    lock = PIPELINE_LOCK.read_text(encoding="utf-8") if PIPELINE_LOCK.exists() else ""
    theirs: dict[Path, set[str]] = defaultdict(set)
    for name, entry in params.variants.items():
        theirs[RUNS / entry.runs].add(name)
        theirs[SCORES / entry.arm].add(name)
    for folder, names in theirs.items():
        for path in folder.glob("*/"):
            left = left_of(path)
            if (left or path.name) not in names and (left or f"@{path.name}:" in lock):
                shutil.rmtree(path)


def _roots(params: Params, stage: str, variant: str) -> list[str]:
    question = module_of(params.question_of(variant))
    parts = [module for name in (variant, *params.sources(variant)) for module in params.variants[name].modules()]
    return [f"study.stages.{stage}", *parts, question]


def _of_variant(params: Params, stage: str, variant: str) -> str:
    """The code, and a hash of what is read of `params.yaml`: dvc.yaml names none of its keys for these stages.

    In training a search may begin with settings that another snapshot chose.
    """
    entry, question = params.variants[variant], params.question_of(variant)
    read: list[Frozen | str | None] = [entry, question]
    if stage == "train":
        read += [f"{params.seed} {params.budget}", params.features, params.spent(entry.arm)]
        read.append(chosen_there(params, variant))
    return f"{_code(_roots(params, stage, variant))}{identity(*read)}  params.yaml, what it reads\n"


def _compared(params: Params, arm: Compared) -> str:
    """The code, and what is declared of the arm: `compare` reads its part of the roster and of the contrasts alone."""
    kind = params.question(params.asked_by(arm)).kind
    code = _code(["study.stages.compare", f"study.stages.compare_{kind}"])
    return f"{code}{params_hash(params, arm)}  params.yaml, arm {arm}\n"


def _shown(params: Params, pages: list[str]) -> str:
    """The code of the book, and a hash of all that changes what it says: who runs the tasks does not.

    Of the code of sequence variants pages read some constants as text. The graph of the stages is drawn from dvc.yaml,
    which DVC takes for no dependency.
    """
    read = params.model_dump_json(exclude={"engine", "device"})
    graph = PIPELINE.read_text(encoding="utf-8") if PIPELINE.exists() else ""
    entries = [entry for entry in params.roster.values() if isinstance(entry, SequenceEntry)]
    read_as_text = sorted({module for entry in entries for module in entry.modules()})
    code = _code(["study.stages.report", *pages, *read_as_text])
    return f"{code}{identity(read, graph)}  params.yaml, what it reads; dvc.yaml\n"


def _measured(params: Params) -> str:
    """The code of every loss of the catalogue arm, and its options."""
    entries = [entry for entry in params.entries("catalogue").values() if isinstance(entry, SequenceEntry)]
    options = dict.fromkeys(f"{entry.parts()['loss']} {entry.loss_options}\n" for entry in entries)
    modules = [entry.parts()["loss"] for entry in entries]
    return _code(["study.stages.catalogue_cost", *modules]) + "".join(options)


def _diagnosed(params: Params) -> list[str]:
    """The modules of every variant that may be the best of its family: which one is known after training."""
    entries = [*params.entries("main").values(), *params.entries("who").values()]
    return sorted({module for e in entries for module in [*e.modules(), module_of(params.question(e.question))]})


def _accounted(params: Params) -> list[str]:
    return params.section(Tokens).entry(params.variants).modules()


def _simulated(params: Params, stage: str, worlds: Sequence[WorldName]) -> str:
    """The code, and the entries of the variants that run in worlds: the rest of the roster does not matter there."""
    entries = _entries(params)
    parts = sorted({module for entry in entries for module in entry.modules()})
    code = _code([f"study.stages.{stage}", *(f"study.worlds.{world}" for world in worlds), *parts])
    return f"{code}{identity(*entries)}  params.yaml, variants of the worlds\n"


def _entries(params: Params) -> list[Single]:
    return list(params.section(Worlds).entries(params.roster).values())


def _code(roots: list[str]) -> str:
    return fingerprint(closure(roots))


def _put(path: Path, text: str) -> None:
    """Writes a fingerprint that has changed: a stage that a person runs needs no room for those that have not."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)


def _write(stage: str, texts: dict[str, str]) -> None:
    """One file per item; those of items that are gone are removed."""
    for path in code_of(stage, "any").parent.glob("*.txt"):
        if path.stem not in texts:
            path.unlink()
    for item, text in texts.items():
        _put(code_of(stage, item), text)
