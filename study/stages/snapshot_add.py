"""`snapshot add`: brings a log under version control and makes it the current snapshot."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from study.errors import UserError, one_line
from study.events.columns import changes, columns_of
from study.events.database import read_query
from study.events.facts import Facts
from study.events.files import SUFFIXES, matching
from study.events.parts import Parts
from study.events.read import QUERY, READER, reading
from study.events.spill import Folder, spilling
from study.failures import naming
from study.params import Params
from study.params.edit import edited
from study.params.load import load, parse
from study.params.snapshot import Snapshot
from study.paths import PARAMS, RESULTS, source_file, write_text
from study.provenance import file_hash
from study.stages.look import facts_in, findings
from study.stages.refusals import refuse_damaged
from study.stages.snapshot import write

PACKED = ".gz"


def run(file: str, name: str) -> None:
    """Brings the log to `data/sources`, of a query the rows, lets DVC track it, and makes it the current snapshot.

    The snapshot that was current becomes the first that the new one is compared with, if it has results.

    Raises:
        UserError: the log does not conform, a question cannot be asked of it, the name has letters that none has, ends
            as that of a file or is taken by results of another log, or DVC refuses; nothing has been changed then.
    """
    path = _place(file)
    if ends := [suffix for suffix in SUFFIXES if name.lower().endswith(suffix)]:
        raise UserError(f"--name: '{name}' ends as the name of a file; leave out {max(ends, key=len)}")
    pattern = Snapshot.model_json_schema()["properties"]["name"]["pattern"]
    if not re.fullmatch(pattern, name):
        raise UserError(f"--name: '{name}' is no name of a snapshot: small letters and digits, then also . _ and -")
    if path.suffix == READER:
        raise UserError(f"{path}: a module cannot be added; name it as snapshot.source in {PARAMS}")
    if not path.exists():
        raise UserError(f"{path}: no such file")
    if path.suffix != QUERY:
        told = _add_log(path, name)
    else:
        with spilling("snapshot-add-query") as folder:
            rows = folder() / f"{path.stem}.parquet"
            with naming(rows):
                read_query(path).write_parquet(rows, compression="zstd")
            try:
                told = [line.replace(str(rows), str(path)) for line in _add_log(rows, name)]
            except UserError as error:
                raise UserError(str(error).replace(str(rows), str(path))) from None
    print("\n".join(map(one_line, told)))


def _place(file: str) -> Path:
    try:
        return Path(file).expanduser()
    except RuntimeError:  # of a user that there is not
        return Path(file)


def _add_log(path: Path, name: str) -> list[str]:
    """Does it, and says what has become of it and what comes next."""
    before = load()
    text = PARAMS.read_text(encoding="utf-8")
    target = source_file(name, _suffix(path))
    _refuse_around(path, target)
    text = edited(text, _changes(before, name, target))
    after = parse(text, PARAMS)
    read = after.snapshot.model_copy(update={"source": str(path)})
    with reading(read, "snapshot-add") as events, spilling("snapshot-add-beside") as folder:
        _refuse_other(after, events, folder)
        facts = facts_in(events, after)
        for _ in findings(facts, events, after, folder):  # which raises where a question cannot be asked
            pass
    told = _told(before.snapshot, after.snapshot, path)
    if target.exists() and not path.samefile(target):
        if not target.with_name(f"{target.name}.dvc").exists():
            raise UserError(f"{target}: is there, and DVC does not track it; move it away, or choose another name")
        told.append(f"{target}: takes the place of a log that has no results; DVC's cache keeps that one")
    _track(path, target, after.snapshot.files)
    write_text(PARAMS, text)
    return [*told, *_next(after, facts, target)]


def _suffix(path: Path) -> str:
    """Of a file, with that of a packed one; a folder has none."""
    if path.is_dir():
        return ""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return "".join(suffixes[-2:] if suffixes[-1:] == [PACKED] else suffixes[-1:])


def _refuse_around(path: Path, target: Path) -> None:
    """A folder around its own copy has no end."""
    if path.resolve() in target.resolve().parents:
        raise UserError(f"{path}: the log would be copied into itself, to {target}; give a folder with the log alone")


def _changes(params: Params, name: str, target: Path) -> dict[str, object]:
    """What is written to `params.yaml`."""
    old = params.snapshot.name
    has_results = (RESULTS / old / "main" / "manifest.json").exists()
    others = dict.fromkeys([*([old] if has_results else []), *params.compare_with])
    changed: dict[str, object] = {"snapshot.name": name, "snapshot.source": target.as_posix()}
    if params.snapshot.until is not None:
        changed["snapshot.until"] = None
    if params.warm_start == name:
        changed["warm_start"] = None
    if (compared := [other for other in others if other != name]) != params.compare_with:
        changed["compare_with"] = compared
    return changed


def _refuse_other(params: Params, events: Parts, folder: Folder) -> None:
    """The name has no results yet, or those of this very log."""
    name = params.snapshot.name
    refuse_damaged(name)
    manifests = sorted((RESULTS / name).glob("*/manifest.json"))
    known = {json.loads(path.read_text(encoding="utf-8"))["data_hash"] for path in manifests}
    if not known:
        return
    same = folder() / "same.parquet"
    with naming(same):
        write(events, params.seed, same, params.engine)
    if known != {file_hash(same)}:
        raise UserError(f"--name: '{name}' has results of another log in {RESULTS / name}; choose another name")
    same.unlink()


def _told(before: Snapshot, after: Snapshot, path: Path) -> list[str]:
    was, now = columns_of(Path(before.source), before.files), columns_of(path, after.files)
    if was is None or now is None:
        return [f"{path}: its columns are not compared with those of {before.source}, which cannot be read here"]
    return [f"{path}: {line}" for line in changes(was, now, set(after.attributes))]


def _track(path: Path, target: Path, pattern: str) -> None:
    """Copies the log to its place and lets DVC track it; what DVC refuses leaves the place as it was."""
    if target.exists() and path.samefile(target):
        _add(target)  # a record that is there may be of the log as it was before
        return
    with _replaced(path, target, pattern):
        _add(target)


def _add(target: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "add", "--quiet", str(target)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UserError(f"{target}: dvc add says: {' '.join(done.stderr.split()) or 'nothing'}")


@contextmanager
def _replaced(path: Path, target: Path, pattern: str) -> Iterator[None]:
    """A copy of the log stands in its place; where the block fails, what stood there before does again."""
    fresh, before = (target.with_name(f".{target.name}.{part}") for part in ("new", "before"))
    if before.exists():  # a process that was killed has left it
        _move(before, target)
    had = target.exists()
    try:
        with naming(target):
            _copy(path, fresh, pattern)
            if had:
                target.rename(before)
            fresh.rename(target)
        yield
    except BaseException:
        _remove(fresh)
        if before.exists():
            _move(before, target)
        elif not had:
            _remove(target)
        raise
    _remove(before)


def _copy(path: Path, fresh: Path, pattern: str) -> None:
    """Copies the log; of a folder the files that were read."""
    _remove(fresh)
    for file in matching(path, pattern) if path.is_dir() else [path]:
        copy = fresh / file.relative_to(path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def _move(path: Path, target: Path) -> None:
    _remove(target)
    path.rename(target)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _next(params: Params, facts: Facts, target: Path) -> list[str]:
    users, first, last = len(facts.users.events), facts.first.date(), facts.last.date()
    amount = f"{facts.events:,} events of {users:,} users, {first} to {last}"
    others = f", to be compared with {', '.join(params.compare_with)}" if params.compare_with else ""
    record = target.with_name(f"{target.name}.dvc")
    return [
        f"snapshot {params.snapshot.name} is current: {amount}{others}",
        f"to keep and run it: git add {PARAMS} {record} {target.parent / '.gitignore'}; git commit; dvc repro; "
        "dvc push if others are to have it",
    ]
