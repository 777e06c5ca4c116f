"""The commands that are no stage of DVC; nothing heavy is imported before their arguments are known to be right."""

from argparse import ArgumentTypeError
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from study.arguments import Parser
from study.errors import UserError

SUFFIXES = (".parquet", ".csv")


def path(text: str) -> str:
    """A path among the arguments.

    Raises:
        ArgumentTypeError: there is none, as where a variable of the shell is not set: it would be this folder.
    """
    if not text.strip():
        raise ArgumentTypeError("the path is empty")
    return text


def place(text: str) -> Path:
    """A file or a folder among the arguments; likewise."""
    return Path(path(text))


def init(arguments: Sequence[str]) -> None:
    """`python -m study init PATH`."""
    parser = Parser(prog="python -m study init", description="Writes into params.yaml what a log seems to be.")
    parser.add_argument(
        "log", metavar="PATH", type=path, help="a file, a folder of files, or an .sql file with a query"
    )
    import_module("study.stages.init").run(parser.parse_args(arguments).log)


def check(arguments: Sequence[str]) -> None:
    """`python -m study check [PATH]`."""
    parser = Parser(
        prog="python -m study check", description="Validates params.yaml and a log, and says what it is like."
    )
    parser.add_argument("log", metavar="PATH", nargs="?", type=path, help="another log than that of params.yaml")
    parameters = (
        "the parameters alone; also writes the fingerprint of each stage's code, for DVC, and removes runs and scores "
        "of variants that the roster has no more, which DVC's cache keeps"
    )
    parser.add_argument("--parameters", action="store_true", help=parameters)
    given = parser.parse_args(arguments)
    if given.parameters and given.log is not None:
        raise UserError("check --parameters reads no log, but was given one")
    if given.parameters:
        import_module("study.stages.check").fingerprints()
    else:
        import_module("study.stages.look").run(given.log)


def snapshot_add(arguments: Sequence[str]) -> None:
    """`python -m study snapshot add FILE --name NAME`."""
    parser = Parser(
        prog="python -m study snapshot add", description="Makes a log the current snapshot, tracked by DVC."
    )
    parser.add_argument("file", metavar="FILE", type=path, help="the log")
    parser.add_argument("--name", metavar="NAME", required=True, help="what the new snapshot is called")
    given = parser.parse_args(arguments)
    import_module("study.stages.snapshot_add").run(given.file, given.name)


def repro(arguments: Sequence[str]) -> None:
    """`python -m study repro [TARGET]`."""
    parser = Parser(prog="python -m study repro", description="`dvc repro`, after mending what a killed one left.")
    parser.add_argument("target", metavar="TARGET", nargs="?", help="a stage of DVC; all by default")
    import_module("study.repro").run(parser.parse_args(arguments).target)


def quick(arguments: Sequence[str]) -> None:
    """`python -m study quick`."""
    parser = Parser(prog="python -m study quick", description="Runs everything on small budgets in build/quick.")
    parser.parse_args(arguments)
    import_module("study.quick").run()


def fit(arguments: Sequence[str]) -> None:
    """`[torchrun --nproc-per-node N -m] study fit VARIANT`."""
    parser = Parser(prog="python -m study fit", description="Fits one sequence variant, alone or under torchrun.")
    parser.add_argument("variant", metavar="VARIANT", help="an entry of the roster")
    told = "a setting instead of the chosen or default one, width=512 for one; may be given again"
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], dest="given", help=told)
    parser.add_argument("--rounds", metavar="N", type=int, help="by default as many as its search chose")
    span = "train, after which select is read (the default), or refit: everything before test"
    parser.add_argument("--span", choices=("train", "refit"), default="train", help=span)
    parser.add_argument("--to", metavar="FOLDER", type=place, help="by default data/fits/VARIANT")
    given = parser.parse_args(arguments)
    if given.rounds is not None and given.rounds < 1:
        raise UserError(f"fit --rounds {given.rounds}: give 1 or more")
    fitted = import_module("study.tuning.fit").run
    fitted(given.variant, given.given, given.rounds, given.span, given.to)


def export(arguments: Sequence[str]) -> None:
    """`python -m study export [VARIANT]`."""
    parser = Parser(prog="python -m study export", description="Writes a trained variant as one folder.")
    told = "a variant, or best:FAMILY; by default the best of the main arm on select"
    parser.add_argument("variant", metavar="VARIANT", nargs="?", help=told)
    parser.add_argument("--to", metavar="FOLDER", type=place, help="by default data/exports/VARIANT")
    parser.add_argument("--refit", metavar="N", type=int, default=0, help="which of its refits; 0 by default")
    given = parser.parse_args(arguments)
    import_module("study.serving.export").run(given.variant, given.to, given.refit)


def rank(arguments: Sequence[str]) -> None:
    """`python -m study rank --log NEW_EVENTS --cutoff now`."""
    parser = Parser(prog="python -m study rank", description="Ranks the users of a log with an exported variant.")
    model = "what `export` wrote; by default the only folder in data/exports"
    parser.add_argument("--model", metavar="FOLDER", type=place, help=model)
    parser.add_argument("--log", metavar="EVENTS", type=place, required=True, help="the events, as a snapshot has them")
    cutoff = "`now`, a day (the midnight that begins it) or an ISO time; in the model's time zone unless it names one"
    parser.add_argument("--cutoff", metavar="TIME", required=True, help=cutoff)
    parser.add_argument("-k", metavar="K", type=int, help="candidates of each user; 10 by default")
    out = "FILE.parquet or FILE.csv; by default CSV on the standard output"
    parser.add_argument("--out", metavar="FILE", type=place, help=out)
    given = parser.parse_args(arguments)
    if given.k is not None and given.k < 1:
        raise UserError(f"rank: -k {given.k}: there is no such number of candidates; give 1 or more")
    if given.out is not None and (given.out.suffix not in SUFFIXES or given.out.is_dir()):
        raise UserError(f"rank: --out {given.out}: give the name of a file that ends in {' or '.join(SUFFIXES)}")
    import_module("study.serving.rank").run(given.model, given.log, given.cutoff, given.k, given.out)
