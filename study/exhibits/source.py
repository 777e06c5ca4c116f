"""The line under a page's title: which run its numbers come from, and what that run was allowed to spend."""

from study.exhibits.markup import Html, code, paragraphs
from study.exhibits.prose import count, plural
from study.exhibits.results import Results
from study.params.budget import Arm


def line(results: Results | None, arm: Arm = "main") -> Html:
    """Snapshot, revision and budget of the results of an arm; where it was not run, how it is."""
    return paragraphs([not_run(arm)]) if results is None else paragraphs([_told(results)], "source")


def not_run(arm: str) -> str:
    """That there are no results of an arm, as a sentence."""
    return f"The arm {code(arm)} has not been run on this snapshot: {code('dvc repro')} runs every arm."


def _told(results: Results) -> str:
    manifest, spent = results.manifest, results.budget
    caps = (
        f"{plural(spent.trials, 'trial')} per tuned variant, up to {plural(spent.rounds, 'round')} of "
        f"{count(spent.positions)} positions or {count(spent.boosting_rounds)} trees, {plural(spent.seeds, 'seed')}"
    )
    return (
        f"Arm {code(results.arm)} on snapshot {code(manifest.snapshot)}, revision {code(_short(manifest.revision))}, "
        f"budget {code(manifest.budget)}: {caps}."
    )


def _short(revision: str) -> str:
    commit, plus, changes = revision.partition("+")
    return commit[:12] + plus + changes
