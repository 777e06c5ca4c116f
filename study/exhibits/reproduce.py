"""The page Reproduce: versions, hashes, seeds, and the graph of stages."""

import re
from collections.abc import Sequence
from functools import reduce
from itertools import permutations
from pathlib import Path
from typing import Any

import networkx as nx
import plotly.graph_objects as go
import yaml

from study.errors import UserError
from study.exhibits.colours import BLUE, GREY
from study.exhibits.figures import draw, inert
from study.exhibits.markup import Html, code, listing, paragraphs
from study.exhibits.prose import plural
from study.exhibits.results import Results
from study.exhibits.tables import name, table, words
from study.params.roster import SequenceEntry
from study.paths import PIPELINE

VARIABLE = re.compile(r"\$\{([^}]+)\}")
NOUNS = {
    "${roster}": "variant",
    "${composed}": "composed variant",
    "${questions}": "question",
    "${compare_with}": "other snapshot",
    "compare": "arm",
    "worlds": "world",
}
"""What is repeated, and what it runs once for each of: by a list of `params.yaml`, or the stage that has its own."""
LEFT = 0.4
"""The part of the width that the nodes have; names stand to the right of them, each in a row of its own."""
Values = dict[str, Any]
Point = tuple[float, float]


def identity(results: Results) -> Html:
    """What these results come from."""
    manifest = results.manifest
    roster = results.params.roster
    networks = [cost for variant, cost in results.measured.items() if isinstance(roster.get(variant), SequenceEntry)]
    trained = sorted({cost.device or manifest.device for cost in networks})
    facts = {
        "snapshot": manifest.snapshot,
        "snapshot, SHA-256": manifest.data_hash,
        "revision at which variants were compared": manifest.revision,
        "parameters, SHA-256": manifest.params_hash,
        "budget": manifest.budget,
        "seed": str(manifest.seed),
        "Python": manifest.python,
        "platform": manifest.platform,
        "device of the networks": listing(trained or [manifest.device]),
        "matrix products of numpy": manifest.blas,
    }
    return table(["what", "value"], [[words(k), name(v)] for k, v in facts.items()], "Where the results come from")


def seeds(results: Results) -> Html:
    """How the one seed becomes many."""
    most = max(row.seeds for row in results.leaderboard)
    text = (
        f"Every random number descends from the seed {code(results.manifest.seed)}: a part's own seed is a hash of it "
        f"and of the part's name (variant, batch, trial, refit). Refits use up to {plural(most, 'seed')}. The same "
        "versions and parameters give the same bits with the same kernels. Libraries choose those by the type of "
        f"processor, numpy's OpenBLAS also by the variable {code('OPENBLAS_CORETYPE')} of the environment, and others "
        "round otherwise: in a long training or a logistic regression that stops at its limit of iterations, so far as "
        "to choose another trial."
    )
    return paragraphs([text])


def versions(results: Results) -> Html:
    """The packages that computed the results."""
    rows = [[name(package), words(version)] for package, version in results.manifest.versions.items()]
    return table(["package", "version"], rows, "Versions of the run; constraints.txt pins all others")


def hashes(results: Results) -> Html:
    """The published files."""
    rows = [[name(file), name(digest)] for file, digest in results.manifest.files.items()]
    return table(["file", "SHA-256"], rows, f"Files in {results.folder}")


def stages(values: Values, path: Path = PIPELINE) -> nx.DiGraph:
    """The graph of DVC stages, without the edges that others imply; one node for all runs of a stage.

    Each node has `runs`: what it runs once for, "" where it runs once. A stage that has nothing to run for is left out.

    Args:
        values: `params.yaml`, from which DVC fills in the variables of the pipeline.
        path: of the pipeline.

    Raises:
        UserError: there is no pipeline file.
    """
    try:
        bodies = yaml.safe_load(path.read_text(encoding="utf-8"))["stages"]
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; the report draws its graph") from None
    graph = nx.DiGraph()
    made, needed = {}, {}
    for stage, body in bodies.items():
        if not (items := _items(body.get("foreach"), values)):
            continue
        each = body.get("foreach", "")
        noun = NOUNS.get(each if isinstance(each, str) else stage, "time")
        runs = plural(len(items), noun) if "foreach" in body else ""
        graph.add_node(stage, runs=runs)
        do = body.get("do", body)
        made[stage] = {path for item in items for path in _paths(do, values | item, "outs", "metrics", "plots")}
        needed[stage] = {path for item in items for path in _paths(do, values | item, "deps")}
    for maker, stage in permutations(made, 2):
        if _meet(needed[stage], made[maker]):
            graph.add_edge(maker, stage)
    drawn = nx.create_empty_copy(graph)
    drawn.add_edges_from(sorted(nx.transitive_reduction(graph).edges))  # which come in the order of a set
    return drawn


def _items(foreach: Any, values: Values) -> list[Values]:
    """What the variables `key` and `item` are in each run of a stage."""
    if foreach is None:
        return [{}]
    found = _value(foreach[2:-1], values) if isinstance(foreach, str) else foreach
    if isinstance(found, list):
        return [{"item": item} for item in found]
    return [{"key": key, "item": item} for key, item in found.items()]


def _value(name: str, values: Values) -> Any:
    return reduce(lambda found, part: found[part], name.split("."), values)


def _paths(body: Values, values: Values, *keys: str) -> set[Path]:
    """Paths of one run of a stage."""
    entries = [entry for key in keys for entry in body.get(key, [])]
    names = (next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries)
    return {Path(VARIABLE.sub(lambda found: str(_value(found[1], values)), name)) for name in names}


def _meet(needed: set[Path], made: set[Path]) -> bool:
    """Whether any of the needed paths is, holds or lies in one that is made."""
    return bool(_with_parents(needed) & made or needed & _with_parents(made))


def _with_parents(paths: set[Path]) -> set[Path]:
    return {above for path in paths for above in (path, *path.parents)}


def pipeline(results: Results) -> Html:
    """The graph of stages, drawn top down."""
    graph = stages(results.params.model_dump())
    layers = [sorted(layer) for layer in nx.topological_generations(graph)]
    labels = {stage: f"{stage} ({runs})" if runs else stage for stage, runs in graph.nodes(data="runs")}
    columns = [(stage, (column + 1) / (len(layer) + 1)) for layer in layers for column, stage in enumerate(layer)]
    place = {stage: (LEFT * x, -row) for row, (stage, x) in enumerate(columns)}
    nodes = go.Scatter(
        x=[x for x, _ in place.values()],
        y=[y for _, y in place.values()],
        mode="markers+text",
        marker={"size": 13, "color": BLUE},
        text=[f"  {inert(labels[stage])}" for stage in place],
        textposition="middle right",
        hovertext=[_hover(graph, stage) for stage in place],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )
    order = "; ".join(listing([labels[stage] for stage in layer]) for layer in layers)
    return draw(
        [_arrows([(place[start], place[end]) for start, end in graph.edges]), nodes],
        f"The stages of {PIPELINE}, in the order in which they can run: {order}.",
        height=60 + 36 * len(place),
        xaxis={"visible": False, "range": [0, 1]},
        yaxis={"visible": False, "range": [0.5 - len(place), 0.5]},
    )


def _arrows(edges: Sequence[tuple[Point, Point]]) -> go.Scatter:
    """A line for each edge with a head at its end, below the nodes and their names."""
    heads = {"symbol": "arrow", "angleref": "previous", "standoff": 8, "size": [0, 9, 0] * len(edges), "opacity": 1}
    return go.Scatter(
        x=[value for (x, _), (to_x, _) in edges for value in (x, to_x, None)],
        y=[value for (_, y), (_, to_y) in edges for value in (y, to_y, None)],
        mode="lines+markers",
        line={"color": GREY, "width": 1.2},
        marker={"color": GREY, **heads},
        hoverinfo="skip",
    )


def _hover(graph: nx.DiGraph, stage: str) -> str:
    before, after = (", ".join(names) or "nothing" for names in (graph.pred[stage], graph.succ[stage]))
    return f"<b>{inert(stage)}</b><br>needs: {inert(before)}<br>needed by: {inert(after)}"
