"""The line under a page's title: which run its numbers come from, and what that run was allowed to spend."""

from typing import get_args

from study import params
from study.exhibits import world_records
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import DASH, SILENT, count, plural
from study.exhibits.records import Manifest
from study.exhibits.result_file import manifest_of, read_if_made
from study.exhibits.results import Results
from study.exhibits.tables import name as named
from study.exhibits.tables import table, words
from study.params.budget import COMPARED, Arm, Budget
from study.params.worlds import NAMES
from study.paths import PARAMS, RESULTS, world_file
from study.provenance import params_hash

TASTE = " (<strong>a taste on tiny budgets, so nothing here is a finding</strong>)"


def taste(manifest: Manifest) -> str:
    """That results are no finding, where their budget is that of a taste; or nothing."""
    return TASTE if manifest.budget == "quick" else ""


CHANGED = (
    f"<strong>{code(str(PARAMS))} has changed since.</strong> What this page says of budgets, settings and the "
    "question is what that file says today, not what this run was given."
)
NOTHING = paragraphs(["Nothing, since the arm has not been run."])
"""What stands under a heading that has nothing else."""


def line(results: Results | None, arm: Arm = "main") -> Html:
    """Snapshot, revision and budget of the results of an arm; where it was not run, how it is, or why not."""
    if results is None:
        return paragraphs([not_run(arm)])
    told = f"{origin(results.arm, results.manifest)}{_trained(results)}: {_caps(results.budget)}."
    ran = paragraphs([told], "source")
    is_of_today = results.manifest.params_hash == params_hash(results.params, results.arm)
    return ran if is_of_today else joined([ran, paragraphs([CHANGED])])


def not_run(arm: str) -> str:
    """That there are no results of an arm, as a sentence."""
    if arm in set(COMPARED) - set(params.load().arms):
        return f"No variant of the roster is of the arm {code(arm)}."
    return f"The arm {code(arm)} has not been run on this snapshot: {code('dvc repro')} runs every arm."


def missing(arm: str) -> str:
    """The same, in the middle of a sentence: that an answer cannot be given."""
    told = not_run(arm).removesuffix(".")
    return f"{SILENT}: {told[0].lower()}{told[1:]}"


def _trained(results: Results) -> str:
    """By which code the variants were trained, where that is known and some is not that which compared them."""
    found = dict.fromkeys(short(cost.revision) for cost in results.measured.values() if cost.revision)
    is_other = any(revision != short(results.manifest.revision) for revision in found)
    return f", trained at {listing(list(map(code, found)))}" if is_other else ""


def origin(arm: Arm, manifest: Manifest) -> str:
    """Snapshot, revision and budget of an arm, as a sentence without its full stop."""
    what = "compared at revision" if arm in COMPARED else "revision"
    return (
        f"Arm {code(arm)} on snapshot {code(manifest.snapshot)}, {what} {code(short(manifest.revision))}, "
        f"budget {code(manifest.budget)}{taste(manifest)}"
    )


def beside(results: Results, arm: Arm) -> Html:
    """The line of an arm that has no leaderboard; nothing where it has not been run."""
    manifest = manifest_of(results.root, arm)
    return Html("") if manifest is None else paragraphs([f"{origin(arm, manifest)}."], "source")


def runs(results: Results) -> Html:
    """Revision and budget of every arm of this snapshot."""
    rows = []
    for arm in get_args(Arm):
        made = made_by(results, arm)
        manifest = manifest_of(results.root, arm)
        revisions, budgets = [listing(list(dict.fromkeys(column))) for column in zip(*made, strict=True)] or ["", ""]
        kernels = manifest.blas if manifest is not None and manifest.blas != "unknown" else DASH * bool(made)
        rows.append([named(arm), words(revisions), words(budgets), words(kernels), words("run" if made else "not run")])
    caption = (
        "The arms of the study on this snapshot, each with its budget and the revision at which it was run; for an arm "
        "with contrasts between variants, the revision at which these were computed, from scores that may be older "
        "(Protocol, scorings of test); the worlds are simulated, and the same for every snapshot; a dash: not recorded"
    )
    return table(["arm", "revision", "budget", "matrix products of numpy", "here"], rows, caption)


def made_by(results: Results, arm: Arm) -> list[tuple[str, str]]:
    """Revision and budget of each run that the results of an arm are made of; none where it has not been run."""
    if arm == "worlds":
        paths = [results.root.parent / world_file(world).relative_to(RESULTS) for world in NAMES]
        worlds = [read_if_made(path, world_records.World) for path in paths]
        return [(short(world.revision), world.budget) for world in worlds if world is not None]
    manifest = manifest_of(results.root, arm)
    return [] if manifest is None else [(short(manifest.revision), manifest.budget)]


def _caps(spent: Budget) -> str:
    return (
        f"{plural(spent.trials, 'trial')} per tuned variant, up to {plural(spent.rounds, 'round')} of "
        f"{count(spent.positions)} events or {count(spent.boosting_rounds)} trees, {plural(spent.seeds, 'seed')}"
    )


def short(revision: str) -> str:
    """A revision in twelve digits, and whether the tree differed from it."""
    commit, plus, changes = revision.partition("+")
    return commit[:12] + plus + changes
