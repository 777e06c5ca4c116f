"""The commands `export` and `rank`; nothing heavy is imported before their arguments are known to be right."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from study.arguments import Parser
from study.errors import UserError

SUFFIXES = (".parquet", ".csv")


def export(arguments: Sequence[str]) -> None:
    """`python -m study export [VARIANT]`."""
    parser = Parser(prog="python -m study export", description="Writes a trained variant as one folder.")
    told = "a variant, or best:GROUP; by default the best of the main arm on select"
    parser.add_argument("variant", metavar="VARIANT", nargs="?", help=told)
    parser.add_argument("--to", metavar="FOLDER", type=Path, help="by default data/exports/VARIANT")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="which of its refits; 0 by default")
    given = parser.parse_args(arguments)
    import_module("study.serving.export").run(given.variant, given.to, given.seed)


def rank(arguments: Sequence[str]) -> None:
    """`python -m study rank --log NEW_EVENTS --cutoff now`."""
    parser = Parser(prog="python -m study rank", description="Ranks the users of a log with an exported variant.")
    model = "what `export` wrote; by default the only folder in data/exports"
    parser.add_argument("--model", metavar="FOLDER", type=Path, help=model)
    parser.add_argument("--log", metavar="EVENTS", type=Path, required=True, help="the events, as a snapshot has them")
    cutoff = "`now`, a day (the midnight that begins it) or an ISO time; in the model's time zone unless it names one"
    parser.add_argument("--cutoff", metavar="TIME", required=True, help=cutoff)
    parser.add_argument("-k", metavar="K", type=int, help="candidates of each user; 10 by default")
    out = "FILE.parquet or FILE.csv; by default CSV on the standard output"
    parser.add_argument("--out", metavar="FILE", type=Path, help=out)
    given = parser.parse_args(arguments)
    if given.k is not None and given.k < 1:
        raise UserError(f"rank: -k {given.k}: there is no such number of candidates; give 1 or more")
    if given.out is not None and given.out.suffix not in SUFFIXES:
        raise UserError(f"rank: --out {given.out}: give a name that ends in {' or '.join(SUFFIXES)}")
    import_module("study.serving.rank").run(given.model, given.log, given.cutoff, given.k, given.out)
