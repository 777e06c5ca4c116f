"""Looks at a log and writes what it seems to be into `params.yaml`, guesses marked; the rest of the file stays."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from study.errors import UserError, few
from study.events.attributes import values_of
from study.events.database import read_query
from study.events.files import files_of, is_json, matching, read_file, refuse_absent
from study.events.guess import ROWS, Guess, guess
from study.events.pace import Pace, pace
from study.events.read import QUERY, reading
from study.params import Params
from study.params.edit import edited
from study.params.load import load, parse
from study.params.messages import describe
from study.params.roster import SequenceEntry
from study.params.snapshot import Snapshot
from study.paths import PARAMS, RESULTS, write_text

HELD_BACK = 0.2
KINDS = "categorical, numeric, ordinal, {kind: list, items: 3} and {kind: part, part: hour}"
"""How an attribute may be declared, for a comment."""
ELIGIBLE_DAYS = 28
FILES = 50
"""Of a folder that are looked at, at most."""
RARE, LEAST_COUNT, MOST_COUNT = 20_000, 2, 50
"""A value of fewer than one in so many events is folded into the rare ones, within these bounds."""
SHORT = {"sum-horizon-short": "flat-horizon", "who-sum-short-bce": "who-flat-bce"}
"""Variants that are to see as much history as a flat one, which has room for other numbers of events of another log."""


def run(source: str) -> None:
    """Writes the sections `snapshot` and `questions`, two of `features` and the contexts of short histories.

    The file as it was before is kept beside it.

    Raises:
        UserError: the log is not there or cannot be read, or it cannot be told what is a user, a time or a candidate.
    """
    before = load()  # a file that is wrong elsewhere would be blamed on the guesses
    refuse_absent(Path(source), "init")
    files = before.snapshot.files if matching(Path(source), before.snapshot.files) else "*"
    beginning, place, partial = _beginning(Path(source), files)
    found = _guessed(beginning, place, partial)
    found.left_out.update(dict.fromkeys(partial, "not every file has it"))
    usual = _named(source)
    told = {"name": _free(usual, source, before), "source": source, "files": files, "timezone": "UTC"}
    spec = _described(told, found)
    with reading(spec.model_copy(update={"attributes": {}}), "init") as events:
        tempo, count = pace(events), sum(part.height for part in events)
    text = PARAMS.read_text(encoding="utf-8")
    text = _section(text, "snapshot", _snapshot(spec, usual, found, f"{beginning.height:,} rows of {place}"))
    text = _section(text, "questions", _questions(found, tempo))
    # A first snapshot has no other one to be compared with, or to start from.
    alone: dict[str, Any] = {"compare_with": [], "warm_start": None}
    changes = {name: value for name, value in alone.items() if getattr(before, name) != value}
    sizes = {
        "features.min_count": max(LEAST_COUNT, min(MOST_COUNT, count // RARE)),
        "features.warmup_days": tempo.warmup_days,
    }
    text = edited(text, changes | sizes | _contexts(before, _tokens(beginning, spec, Path(place))))
    parse(text, PARAMS)
    kept = _keep()
    write_text(PARAMS, text)
    print(f"{PARAMS} describes {source} now; as it was before it is {kept}.")
    if found.left_out:
        names = few([_printable(_yaml(name)) for name in found.left_out])
        print(f"Columns that are left out, each with why in {PARAMS}: {names}.")
    print("Correct the lines marked 'guess', then: python -m study check")


def _guessed(beginning: pl.DataFrame, place: str, partial: list[str]) -> Guess:
    """The guess; where none can be made, beside why, the columns of some files alone, which may be what is missing."""
    try:
        return guess(beginning, place)
    except UserError as error:
        if not partial:
            raise
        raise UserError(f"{error}; not every file has: {few(partial)}") from None


def _beginning(source: Path, pattern: str) -> tuple[pl.DataFrame, str, list[str]]:
    """The first rows of the log, where they stand, and the columns of some of its files alone.

    Of a folder the first rows of each file, or of some from the first to the last: the kinds of events that a log has
    need not all occur on its first day.
    """
    if source.suffix == QUERY and source.is_file():
        return read_query(source), str(source), []
    files = files_of(source, pattern)
    files = [files[i * len(files) // min(len(files), FILES)] for i in range(min(len(files), FILES))]
    read = [(file, rows) for file in files if (rows := read_file(file, None, -(-ROWS // len(files)))).height]
    if not read:
        raise UserError(f"{source}: there are no events in it")
    every = dict.fromkeys(name for _, rows in read for name in rows.columns)
    shared = [name for name in every if all(name in rows.columns or is_json(file) for file, rows in read)]
    if not shared:
        raise UserError(f"{source}: its files have no column in common; a log has a folder of its own")
    try:
        # JSON Lines without a key have it empty.
        together = pl.concat([rows.drop(set(rows.columns) - set(shared)) for _, rows in read], how="diagonal_relaxed")
    except pl.exceptions.PolarsError:  # a column is of two kinds, which `check` tells with the file
        read = read[:1]
        together = read[0][1]
    place = str(read[0][0]) if len(read) == 1 else f"{len(read)} files of {source}"
    return together, place, [name for name in every if name not in together.columns]


def _named(source: str) -> str:
    """What a log of that path is called."""
    return re.sub(r"[^a-z0-9._-]+", "-", Path(source).name.lower().split(".")[0]).strip("-._") or "log"


def _free(name: str, source: str, before: Params) -> str:
    """The name, or with a number where results are published under it, which those of this log would replace.

    A log that the parameters describe already keeps its name.
    """
    is_described = Path(before.snapshot.source).resolve() == Path(source).resolve()
    own = before.snapshot.name if is_described else None
    names = (f"{name}{number}" for number in ["", *(f"-{number}" for number in range(2, 1000))])
    return next(one for one in names if one == own or not any((RESULTS / one).glob("*/manifest.json")))


def _described(told: dict[str, str], found: Guess) -> Snapshot:
    try:
        return Snapshot.model_validate(told | {"columns": found.columns, "attributes": found.attributes})
    except ValidationError as error:
        raise UserError(f"{told['source']}: {describe(error, Snapshot)}") from None


def _snapshot(spec: Snapshot, usual: str, found: Guess, where: str) -> list[str]:
    taken = f" # guess: {RESULTS / usual} has results already" if spec.name != usual else ""
    lines = [
        f"  name: {_yaml(spec.name)}{taken}",
        f"  source: {_yaml(spec.source)}",
        *([f"  files: {_yaml(spec.files)} # as it was"] if spec.files != "*" else []),
        f"  timezone: {_yaml(spec.timezone)} # guess: whose midnights the windows begin at, if they last days",
        "  columns:",
        f"    user: {_yaml(spec.columns.user)} # guess: {found.reasons['user']}",
        f"    time: {_yaml(spec.columns.time)} # guess: {found.reasons['time']}",
        f"    event_type: {_yaml(spec.columns.event_type)} # guess",
        f"  attributes: # guesses by {where}; the kinds are {KINDS}",
    ]
    cut = dict.fromkeys(found.cut, " # guess: some of its lists have more")
    lines += [f"    {_yaml(name)}: {_yaml(kind)}{cut.get(name, '')}" for name, kind in found.attributes.items()]
    return [*lines, *(f"    # {_yaml(name)} is left out: {why}" for name, why in found.left_out.items())]


def _questions(found: Guess, tempo: Pace) -> list[str]:
    common: dict[str, Any] = {"key_action": found.key_action, **tempo.horizon, "windows": tempo.windows}
    asked: dict[str, dict[str, Any]] = {
        "categories": {"kind": "what", "candidate": found.candidate},
        "products": {"kind": "what", "candidate": found.finer},
        "young": {"kind": "what", "candidate": found.finer, "held_back": HELD_BACK},
        "coupons": {"kind": "who", "eligible_days": ELIGIBLE_DAYS},
    }
    lines = [
        f"  # guess: the key action is {_yaml(found.key_action)}: {found.reasons['key_action']}",
        f"  # guess: the candidate is {' and '.join(map(_yaml, found.candidate))}: {found.reasons['candidate']}",
        f"  # guess: the horizon is {_yaml(tempo.horizon)}: {tempo.reason}",
    ]
    if found.finer == found.candidate:
        lines.append(
            "  # no candidate of a larger catalogue was found: products asks what categories asks, until you name one"
        )
    else:
        larger = " and ".join(map(_yaml, found.finer))
        lines.append(f"  # guess: the candidate of products and young is {larger}: {found.reasons['finer']}")
    if tempo.horizon.get("sessions"):
        lines.append("  # of sessions eligible_days says nothing: coupons asks about each that may go on")
    for name, own in asked.items():
        lines += [f"  {name}:", f"    {_yaml(own | common)}"]
    return lines


def _tokens(beginning: pl.DataFrame, spec: Snapshot, place: Path) -> float:
    """How many tokens an event has: one for its type, and one for each value that is not missing."""
    shares = [
        1 - column.null_count() / len(column)
        for name, kind in spec.attributes.items()
        for column in values_of(beginning[name], name, kind, spec.timezone, place).values()
    ]
    return 1 + sum(shares)


def _contexts(before: Params, tokens: float) -> dict[str, int]:
    """The contexts of variants that see as much history as a flat one: as many events as its context has tokens for."""
    flats = {short: before.roster.get(flat) for short, flat in SHORT.items() if short in before.roster}
    return {
        f"roster.{short}.context": max(2, round(flat.context / tokens))
        for short, flat in flats.items()
        if isinstance(flat, SequenceEntry)
    }


def _yaml(value: Any) -> str:
    """A value in one line that is both JSON and YAML; plain words go without quotes."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_./-]*", value) and value.lower() not in NO_WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


NO_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
"""What YAML takes for something else than text."""


def _printable(line: str) -> str:
    """A line with what a reader of YAML takes for its end, or refuses, in the escapes of text in double quotes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def _section(text: str, name: str, lines: list[str]) -> str:
    """The text with other lines below the key `name` at the beginning of a line."""
    # Up to the next key at the beginning of a line, and the comment that stands right above it.
    found = re.search(rf"^{name}:.*?(?=(?:^#[^\n]*\n)*^[^\s#]|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    if found is None:
        raise UserError(f"{PARAMS}: there is no section '{name}' to write to")
    return text[: found.start()] + "\n".join([f"{name}:", *map(_printable, lines)]) + "\n\n" + text[found.end() :]


def _keep() -> Path:
    """A copy of the parameters under a name that is free."""
    names = (PARAMS.with_name(f"{PARAMS.stem}.before{number}{PARAMS.suffix}") for number in ["", *range(2, 1000)])
    free = next(path for path in names if not path.exists())
    shutil.copyfile(PARAMS, free)
    return free
