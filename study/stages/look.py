"""Prints the data card of a log, as the questions of the study would find it, and what may spoil the study."""

from pathlib import Path

from study.errors import few, one_line
from study.events import health
from study.events.files import in_folders, read_file, refuse_absent
from study.events.read import QUERY, reading, sources
from study.events.spill import spilling
from study.events.values import unseen
from study.params import load
from study.params.question import Question, WhatQuestion, WhoQuestion
from study.params.snapshot import Snapshot
from study.params.statistics import Statistics
from study.stages.refusals import refuse_left_out, refuse_sections, refuse_snapshots, refuse_values
from study.stages.survey import Found, surveyed


def run(source: str | None) -> None:
    """Validates the log of `params.yaml`, or another one by the same parameters; prints its card and the warnings.

    Nothing is written: a log that is looked at is not studied yet.

    Raises:
        UserError: a value in `params.yaml` is wrong, the log does not conform, or it is too short for a question.
    """
    params = load()
    refuse_values(params)
    refuse_sections(params)
    refuse_left_out(params)
    if source is not None:
        refuse_absent(Path(source), "check")
    refuse_snapshots(params)
    spec = params.snapshot if source is None else params.snapshot.model_copy(update={"source": source})
    with reading(spec, "check") as events, spilling("check-queries") as folder:
        facts, findings = surveyed(events, params.model_copy(update={"snapshot": spec}), folder)
        rows = health.card(facts, spec)
        noted = health.warnings(facts, spec, list(params.questions.values()), params.features)
        found = [*_asked(spec), *_linked(spec), *_partitioned(spec), *noted]
        doubted: dict[str, list[str]] = {}
        for name, one in findings:
            question = params.questions[name]
            family = max((len(params.declared(arm)) for arm in params.arms if params.asked_by(arm) == name), default=0)
            told, doubts = _told(name, question, one, params.statistics, family)
            rows += told
            for doubt in [*doubts, *unseen(question, facts.counts)]:
                doubted.setdefault(doubt, []).append(name)
        found += [f"{', '.join(names)}: {doubt}" for doubt, names in doubted.items()]
    rows, found = [(one_line(label), one_line(value)) for label, value in rows], [one_line(text) for text in found]
    width = max(len(label) for label, _ in rows)
    left_out = "" if spec.until is None else f"; what happened from {spec.until} on is left out"
    if spec.most_events is not None:
        left_out += f"; of a log of more than {spec.most_events:,} events only some users are studied"
    print(f"{spec.source} conforms to params.yaml{left_out}.\n")
    print("\n".join(f"{label:<{width}}  {value}" for label, value in rows))
    print("\n".join(["", *(f"warning: {text}." for text in found)]) if found else "\nNo warnings.")


def _asked(spec: Snapshot) -> list[str]:
    """That a log is the result of a query, where it is."""
    if Path(spec.source).suffix != QUERY:
        return []
    told = "is a query, and DVC sees no change of the rows that it returns"
    return [f"{spec.source} {told}: after one, bring them by snapshot add, which keeps them, or run dvc repro --force"]


def _linked(spec: Snapshot) -> list[str]:
    """The folders of the log that are links, a sentence each."""
    source = Path(spec.source)
    inside = {folder for file in sources(spec) for folder in file.parents if source in folder.parents}
    return [
        f"{folder} is a link to a folder, in which DVC sees no change: after one, run dvc repro --force, or bring the "
        "log by snapshot add, which copies it"
        for folder in sorted(inside)
        if folder.is_symlink()
    ]


def _partitioned(spec: Snapshot) -> list[str]:
    """The columns that stand in the names of folders of the log, where the first file below has none; a sentence."""
    firsts: dict[str, tuple[Path, Path]] = {}
    for file in sources(spec):
        for column, folder in in_folders(file).items():
            if Path(spec.source) in folder.parents:
                firsts.setdefault(column, (folder, file))
    told = {column: folder for column, (folder, file) in firsts.items() if column not in read_file(file, None, 1)}
    if not told:
        return []
    return [
        f"names of folders are not read, and files lack what they say, {few(list(told))}, as in "
        f"{next(iter(told.values()))}: write what the study is to know into the files as a column"
    ]


def _told(
    name: str, question: Question, found: Found, settings: Statistics, family: int
) -> tuple[list[tuple[str, str]], list[str]]:
    told = health.asked(name, question, found.spans, found.tables)
    if question.sessions:
        why = "which went on when later ones are asked about"
        told.append((f"{name}: sessions left out", f"{found.left_out:,}, {why}"))
    if isinstance(question, WhatQuestion):
        told.append((f"{name}: catalogue", f"{len(found.candidates):,} candidates"))
        without = f", {found.unnamed / found.actions:.1%} of them without a candidate, so not asked about"
        told.append((f"{name}: key actions", f"{found.actions:,}{without if found.unnamed else ''}"))
    once = health.once(found.actors, found.again) if isinstance(question, WhoQuestion) else []
    doubts = health.doubts(question, found.tables, found.candidates, found.actions - found.unnamed, settings, family)
    return told, [*doubts, *once]
