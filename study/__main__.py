"""The command line: `python -m study STAGE [ITEM]`. Nothing heavy is imported before a stage is known."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from study import under_dvc
from study.arguments import Parser
from study.errors import UserError, few, one_line, unknown
from study.failures import AGAIN, ANEW, explain
from study.redact import hidden, show_without_credentials

STAGES = {
    "check": "as `check --parameters`: validate params.yaml, and fingerprint the code of every stage",
    "snapshot": "build the snapshot of the event log",
    "split": "cut the log into spans, windows and queries, for one question",
    "features": "fit vocabularies and bins, for one question",
    "train": "tune one variant, then refit it with several seeds",
    "score": "score the test windows with one trained variant",
    "compare": "leaderboard, contrasts and verdicts of one arm, from its scores",
    "catalogue-cost": "seconds and memory of one step of each loss on catalogues of growing size",
    "diagnose": "refit the best of each family under every change of the data",
    "diagnostics": "score those refits, and publish what each change has cost",
    "tokens": "token accounting of the flat model",
    "worlds": "simulate one world, fit the short roster in it, and compare it with the oracle",
    "snapshots": "compare the published results with those of another snapshot",
    "report": "build the book from the results",
}
COMMANDS = {
    "init": "look at a log, and write into params.yaml what it seems to be",
    "check": "validate params.yaml and the log, and print what the log is like",
    "snapshot add": "check a log, track it with DVC and make it the current snapshot",
    "fit": "fit one large sequence variant, with all processes that torchrun started",
    "export": "write a trained variant as one folder",
    "rank": "rank the users of a new log with an exported variant",
    "repro": "`dvc repro` of the whole study or of one target; first mends what a killed one left half written",
    "quick": "run the whole pipeline on small budgets in build/quick",
}
"""What is no stage of DVC: commands with arguments of their own, in `study/commands.py`."""
COMMANDS_THAT_GO_ON = (["quick"], ["repro"])
"""Those of them that keep what is finished: interrupted, they do not begin anew."""
ITEMS = {
    "split": "question",
    "features": "question",
    "train": "variant",
    "score": "variant",
    "compare": "arm",
    "worlds": "world",
    "snapshots": "snapshot",
}
"""What a stage runs once for each of."""
STAGES_THAT_GO_ON = ("train", "diagnose", "diagnostics", "tokens", "worlds")
"""Stages that keep what they have finished by the fingerprint of their code."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
ALLOCATOR = ("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000,muzzy_decay_ms:10000")
"""How long the allocator of Polars keeps what a step has freed for the next one, which Polars gives back after half a
second: a log that is read in parts would ask the kernel for the same memory again and again."""
MACHINE_ERROR = 1
USER_ERROR = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells count


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, [*STAGES, *COMMANDS]))
    parser = Parser(
        prog="python -m study",
        description="One command, or one stage of the study; `dvc repro` runs all stages, in order.",
        epilog="\n".join(
            [
                *("commands, each with --help:", *(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items())),
                *("", "stages:", *(f"  {name:<{width}}  {text}" for name, text in STAGES.items())),
            ]
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("stage", metavar="STAGE", help="a command or a stage")
    told = (
        "the question, variant, arm, world or snapshot: an entry of `questions` for split and features, of `roster` or "
        "`composed` for train and score"
    )
    parser.add_argument("item", metavar="ITEM", nargs="?", help=told)
    parser.add_argument("--stamp", action="store_true", help="report: also write the hash of the results it shows")
    repeat = "worlds: instead of one world, the verdicts in N fresh logs of each world of `worlds.validity`"
    parser.add_argument("--repeat", metavar="N", type=int, help=repeat)
    part = "worlds --repeat: this part of `worlds.validity` alone; the others stay as they are published"
    parser.add_argument("--part", metavar="NAME", help=part)
    return parser


def _item(stage: str, name: str | None) -> str:
    from study.params import load  # noqa: PLC0415 - half a second that `--help` need not wait for
    from study.params.budget import COMPARED  # noqa: PLC0415 - likewise
    from study.params.worlds import NAMES  # noqa: PLC0415 - likewise

    params, kind = load(), ITEMS[stage]
    known = {
        "question": list(params.questions),
        "variant": list(params.variants),
        "arm": list(map(str, COMPARED)),
        "world": list(map(str, NAMES)),
        "snapshot": params.compare_with,
    }[kind]
    if kind == "snapshot" and not known:
        raise UserError("snapshots: compare_with in params.yaml names no other snapshot")
    if name is None:
        raise UserError(f"{stage} needs {'an' if kind == 'arm' else 'a'} {kind}; known: {few(known)}")
    if kind in {"question", "variant"}:
        getattr(params, kind)(name)
    elif name not in known:
        raise unknown(kind, name, known)
    return name


def _run(arguments: argparse.Namespace) -> None:
    stage, item = arguments.stage, arguments.item
    if stage not in STAGES:
        raise unknown("stage", stage, sorted({*STAGES, *COMMANDS}))
    if arguments.stamp and stage != "report":
        raise UserError(f"{stage} takes no --stamp")
    if arguments.repeat is not None:
        _repeat(stage, item, arguments.repeat, arguments.part)
    elif arguments.part is not None:
        raise UserError("--part NAME goes with worlds --repeat N")
    elif stage in ITEMS:
        item = _item(stage, item)
        with _checked(stage, item):
            _module(stage, stage).run(item)
    elif item is not None:
        raise UserError(f"{stage} takes no variant or other item, but was given '{item}'")
    elif stage == "report" and not arguments.stamp:
        _build()
    else:
        with _checked(stage, None):
            _module(stage, stage.replace("-", "_")).run()


def _repeat(stage: str, item: str | None, repeats: int, part: str | None) -> None:
    if stage != "worlds":
        raise UserError(f"{stage} takes no --repeat")
    if item is not None or repeats < 1:
        raise UserError("worlds --repeat N takes a number of logs, at least 1, and no world")
    _module(stage, "worlds_validity").run(repeats, part)


def _module(stage: str, name: str) -> Any:
    """A module of a stage; where it goes on from what it has finished, that is of the code of this moment.

    DVC runs `check` before any stage; of one that a person runs nothing else has fingerprinted the code.
    """
    if stage in STAGES_THAT_GO_ON and not under_dvc.is_so():
        import_module("study.stages.check").fingerprints()
    return import_module(f"study.stages.{name}")


@contextmanager
def _checked(stage: str, item: str | None) -> Iterator[None]:
    """Where DVC runs a stage, its code has to be that of its `check`, from the beginning to the end."""
    from study.fingerprint import refuse_edited  # noqa: PLC0415 - the syntax trees need some milliseconds
    from study.paths import SCRATCH, code_of  # noqa: PLC0415 - likewise

    told = code_of(stage, item)
    is_told = under_dvc.is_so() and told.exists()
    if is_told:
        refuse_edited(told)
    yield
    if is_told:
        refuse_edited(told, SCRATCH / stage)


def _build() -> None:
    from study.params import load  # noqa: PLC0415 - as late as the builder, which is heavy
    from study.paths import BOOK  # noqa: PLC0415 - likewise

    import_module("study.stages.refusals").refuse_sections(load())
    page = import_module("study.exhibits.build").build_book(BOOK)
    print(f"The report: {page.resolve()}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one stage and returns the exit code.

    That is 0, 2 for a mistake of the user or where memory is refused, 1 for what else the machine refuses (a full disk,
    say), 130 when interrupted.
    Every stage computes with one thread per process, since sums depend on the number of threads.
    """
    os.environ.update(dict.fromkeys(THREADS, "1"))
    os.environ.setdefault(*ALLOCATOR)
    given = sys.argv[1:] if arguments is None else list(arguments)
    given = given[given[:1] == ["--"] :]  # which would hide a command from what follows
    words = next((name.split() for name in COMMANDS if given[: len(name.split())] == name.split()), None)
    goes_on = (
        words in COMMANDS_THAT_GO_ON if words else under_dvc.is_so() or next(iter(given), None) in STAGES_THAT_GO_ON
    )
    try:
        under_dvc.begin()
        if words is None:
            _run(_parser().parse_args(given))
        else:
            getattr(import_module("study.commands"), "_".join(words))(given[len(words) :])
    except UserError as error:
        print(f"downfunnel: {one_line(hidden(str(error)))}", file=sys.stderr)
        return USER_ERROR
    except OSError as error:
        print(f"downfunnel: {hidden(explain(error, AGAIN if goes_on else ANEW))}", file=sys.stderr)
        return MACHINE_ERROR
    except MemoryError:
        after = AGAIN if goes_on else ANEW
        print(f"downfunnel: there was not enough memory; give it more, {after}", file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        after = "goes on from here" if goes_on else "begins anew"
        print(f"downfunnel: interrupted; the same command {after}", file=sys.stderr)
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.excepthook = show_without_credentials
    sys.exit(main())
