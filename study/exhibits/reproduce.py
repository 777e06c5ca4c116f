"""The page Reproduce: versions, hashes, seeds, and the graph of stages."""

import re
from pathlib import Path
from typing import Any

import networkx as nx
import plotly.graph_objects as go
import yaml

from study.errors import UserError
from study.exhibits.figures import BLUE, GREY, draw, inert
from study.exhibits.markup import Html, code, paragraphs
from study.exhibits.prose import count, plural
from study.exhibits.results import Results
from study.exhibits.tables import name, table, words
from study.paths import PIPELINE

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}.*")


def identity(results: Results) -> Html:
    """What these results come from."""
    manifest = results.manifest
    facts = {
        "snapshot": manifest.snapshot,
        "snapshot, SHA-256": manifest.data_hash,
        "revision of the code": manifest.revision,
        "parameters, SHA-256": manifest.params_hash,
        "budget": manifest.budget,
        "seed": str(manifest.seed),
        "Python": manifest.python,
        "platform": manifest.platform,
    }
    return table(["what", "value"], [[words(k), name(v)] for k, v in facts.items()], "Where the results come from")


def seeds(results: Results) -> Html:
    """How the one seed becomes many."""
    most = max(row.seeds for row in results.leaderboard)
    return paragraphs([
        f"Every random number descends from the seed {code(results.manifest.seed)}: a part's own seed is a hash of it and of "
        f"the part's name (variant, batch, trial, refit). Refits use up to {plural(most, 'seed')}. The same machine type, "
        "versions and parameters give the same bits."
    ])  # fmt: skip


def versions(results: Results) -> Html:
    """The packages that computed the results."""
    rows = [[name(package), words(version)] for package, version in results.manifest.versions.items()]
    return table(["package", "version"], rows, "Versions of the run; constraints.txt pins all others")


def hashes(results: Results) -> Html:
    """The published files."""
    rows = [[name(file), name(digest)] for file, digest in results.manifest.files.items()]
    return table(["file", "SHA-256"], rows, f"Files in {results.folder}")


def stages(pipeline: Path = PIPELINE) -> nx.DiGraph:
    """The graph of DVC stages; those that run per variant are one node, with the number of their runs as `runs`.

    Raises:
        UserError: there is no pipeline file.
    """
    try:
        raw = yaml.safe_load(pipeline.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{pipeline}: no such file; the report draws its graph") from None
    graph = nx.DiGraph()
    outs = {
        stage: _paths(body, "outs") | _paths(body, "metrics") | _paths(body, "plots")
        for stage, body in raw["stages"].items()
    }
    for stage, body in raw["stages"].items():
        graph.add_node(stage, per=_per(body))
    for stage, body in raw["stages"].items():
        for maker, made in outs.items():
            if maker != stage and any(_meet(dep, out) for dep in _paths(body, "deps") for out in made):
                graph.add_edge(maker, stage)
    reduced = nx.transitive_reduction(graph)
    reduced.add_nodes_from(graph.nodes(data=True))
    return reduced


def _per(body: dict[str, Any]) -> str:
    return "per variant" if "foreach" in body or "matrix" in body else ""


def _paths(body: dict[str, Any], key: str) -> set[str]:
    listed = body.get("do", body).get(key, [])
    entries = listed if isinstance(listed, list) else [listed]
    names = (next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries)
    return {_PLACEHOLDER.sub("", str(entry)).rstrip("/") for entry in names}


def _meet(dep: str, out: str) -> bool:
    return bool(dep and out) and (Path(dep).is_relative_to(out) or Path(out).is_relative_to(dep))


def pipeline(results: Results) -> Html:
    """The graph of stages, drawn top down."""
    graph = stages()
    layers = list(nx.topological_generations(graph))
    place = {
        stage: ((column + 1) / (len(layer) + 1), -depth)
        for depth, layer in enumerate(layers)
        for column, stage in enumerate(sorted(layer))
    }
    runs = {s: f" × {count(len(results.params.roster))}" if d["per"] else "" for s, d in graph.nodes(data=True)}
    arrows = [
        {"x": place[b][0], "y": place[b][1], "ax": place[a][0], "ay": place[a][1], "xref": "x", "yref": "y", "axref": "x",
         "ayref": "y", "showarrow": True, "arrowhead": 2, "arrowwidth": 1.2, "arrowcolor": GREY, "standoff": 15,
         "startstandoff": 15, "text": ""}
        for a, b in graph.edges
    ]  # fmt: skip
    nodes = go.Scatter(
        x=[x for x, _ in place.values()],
        y=[y for _, y in place.values()],
        mode="markers+text",
        marker={"size": 13, "color": BLUE},
        text=[f"  {inert(stage)}{runs[stage]}" for stage in place],
        textposition="middle right",
        hovertext=[_hover(graph, stage) for stage in place],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )
    told = "; ".join(" and ".join(f"{stage}{runs[stage]}" for stage in sorted(layer)) for layer in layers)
    return draw(
        [nodes], f"The stages of dvc.yaml, in the order in which they can run: {told}.",
        height=60 + 56 * len(layers), annotations=arrows,
        xaxis={"visible": False, "range": [0, 1]}, yaxis={"visible": False, "range": [0.5 - len(layers), 0.5]},
    )  # fmt: skip


def _hover(graph: nx.DiGraph, stage: str) -> str:
    before = ", ".join(graph.predecessors(stage)) or "nothing"
    after = ", ".join(graph.successors(stage)) or "nothing"
    per = f"<br>{graph.nodes[stage]['per']}" if graph.nodes[stage]["per"] else ""
    return f"<b>{inert(stage)}</b>{per}<br>needs: {inert(before)}<br>needed by: {inert(after)}"
