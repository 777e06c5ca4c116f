"""The data and the judge of benchmarks/peers.py; how fast a side is, no test asks."""

import json
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from study.models.data import read_spans
from study.models.factory import build_model, settings_of
from study.models.scorer import mean_recall
from study.params import load
from study.questions.development import read_windows
from tests.tiny import ROOT, inside, prepare, tiny_log, write_workspace


@pytest.fixture(scope="module")
def path():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    yield
    sys.path.remove(str(ROOT / "benchmarks"))


@pytest.fixture(scope="module")
def peers(path):
    return import_module("peers.prepare")


@pytest.fixture(scope="module")
def sides(path):
    return import_module("peers.sides")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("peers")
    write_workspace(folder, tiny_log())
    prepare(folder)
    with inside(folder):
        yield folder


def test_the_judge_gives_a_rule_the_recall_that_the_study_gives_it(peers, workspace):
    judge = peers.prepare(Path("peers"), context=8, users=None, queries=None)
    params = load()
    data = read_windows("categories", params.question("categories"), params.features, 1, params.seed)
    rule = build_model(params.roster["popularity"], {}, params.spent("main"))
    rule.fit(data.fold, rounds=1, seed=0, report=lambda *_: None)
    answered = sum(len(rows) for rows in judge.answered)
    scores = np.tile(rule.fitted["counts"][judge.codes].astype(np.float32), (answered, 1))

    assert mean_recall(rule, data.select, 10) == judge.recall(scores)


def test_sides_train_on_what_lies_before_stop_and_are_asked_with_what_lies_before_the_cutoff(peers, workspace):
    peers.prepare(Path("peers"), context=8, users=None, queries=None)
    sequences, queries = np.load("peers/sequences.npz"), np.load("peers/queries.npz")
    cutoffs = np.array(json.loads(Path("peers/facts.json").read_text())["cutoffs"])[:, 0]
    of_code = np.repeat(queries["window"], np.diff(queries["offsets"]))

    assert sequences["time"].max() < read_spans("categories").stop[0].cutoff
    assert (queries["time"] < cutoffs[of_code]).all()
    assert 9 == np.diff(sequences["offsets"]).max()
    assert 8 == np.diff(queries["offsets"]).max()


def test_each_sequence_is_the_end_of_a_whole_history(peers, workspace):
    peers.prepare(Path("peers"), context=8, users=None, queries=None)
    last, whole = (np.load(f"peers/{name}.npz") for name in ("sequences", "whole"))
    ends = [np.split(table["codes"], table["offsets"][1:-1]) for table in (last, whole)]

    assert len(ends[0]) == len(ends[1]) > 0
    for end, history in zip(*ends, strict=True):
        assert end.tolist() == history[-9:].tolist()


def judged(*recalls: float) -> list[dict[str, float]]:
    return [{"done": n, "seconds": 10.0 * n, "recall": recall} for n, recall in enumerate(recalls, start=1)]


def test_a_run_ends_when_recall_has_stopped_to_grow_and_at_its_caps(sides):
    flat = judged(0.1, 0.3, *[0.2] * sides.PATIENCE)

    assert sides.goes_on(flat[:-1], most=100, seconds=1000)
    assert not sides.goes_on(flat, most=100, seconds=1000)
    assert not sides.goes_on(flat[:2], most=2, seconds=1000)
    assert not sides.goes_on(flat[:2], most=100, seconds=20)
    assert sides.goes_on([{"done": 1, "seconds": 1.0}], most=2, seconds=20)


ANSWER = """
import json, sys
from pathlib import Path
import numpy as np
scores = np.zeros((2, 3), dtype=np.float32)
scores[0, 0] = {value}
np.save(Path(json.loads(sys.argv[1])["out"]) / "scores.npy", scores)
print(json.dumps({{"done": 1, "seconds": 1.0, "peak_mb": 1.0}}), flush=True)
sys.stdin.readline()
"""
"""A side that answers once."""


@pytest.mark.parametrize("value", ["np.nan", "np.inf"])
def test_scores_that_are_no_finite_numbers_end_the_run_of_a_side(value, sides, tmp_path, monkeypatch):
    monkeypatch.setattr(sides, "FOLDER", tmp_path)
    monkeypatch.setattr(sides, "SCRIPTS", tmp_path)
    judge, told = SimpleNamespace(recall=lambda _: 0.5), {"threads": 1, "rounds": 1}
    (tmp_path / "downfunnel.py").write_text(ANSWER.format(value="0"))
    good = sides.run("downfunnel", told, judge, 10)
    (tmp_path / "downfunnel.py").write_text(ANSWER.format(value=value))

    assert [0.5] == [row["recall"] for row in good["rounds"]]
    with pytest.raises(SystemExit, match="downfunnel: round 1 gave scores that are no finite numbers"):
        sides.run("downfunnel", told, judge, 10)


def test_every_layer_of_attention_gets_the_dropout_of_the_settings_and_no_other_layer(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "peers")
    attention = import_module("attention")
    block = nn.TransformerEncoderLayer(8, 1, 8, dropout=0.2)
    network = nn.TransformerEncoder(block, 2, enable_nested_tensor=False)
    side = SimpleNamespace(settings={"blocks": 2, "attention_dropout": 0.0})
    attention.set_dropout(network, side)

    assert [0.0, 0.0] == [layer.self_attn.dropout for layer in network.layers]
    assert {0.2} == {part.p for part in network.modules() if isinstance(part, nn.Dropout)}
    with pytest.raises(SystemExit, match="2 layers of attention in 3 blocks"):
        attention.set_dropout(network, SimpleNamespace(settings={"blocks": 3, "attention_dropout": 0.0}))


def test_the_others_compute_with_the_torch_of_this_study(sides):
    pinned = next(line for line in (ROOT / "constraints.txt").read_text().splitlines() if line.startswith("torch=="))

    for peer in sides.PEERS:
        assert pinned in (ROOT / f"benchmarks/peers/{peer}.txt").read_text().splitlines()


@pytest.mark.parametrize("name", ["downfunnel", "downfunnel-own", "downfunnel-horizon"])
def test_each_of_our_sides_has_settings_that_the_study_takes(name, sides, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "peers")
    side = import_module("downfunnel")
    told = sides.OURS[name]
    asked = {
        "own": told["own"],
        "width": 16,
        "heads": 1,
        "dropout": 0.2,
        "learning_rate": 0.001,
        "batch": 8,
        "context": 7,
    }
    settings = settings_of(load().roster[told["variant"]])(**side.settings_of(SimpleNamespace(settings=asked)))

    assert 16 == settings.width
    assert told["own"] or settings.batch == 64


def test_what_the_network_computes_and_what_it_is_asked_is_counted_in_every_batch(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "peers")
    side = import_module("downfunnel")
    noted, batch = [], SimpleNamespace(lengths=torch.tensor([3, 5]), at=torch.tensor([2, 4, 9]))

    assert side.counted(lambda *_: batch, noted)("a plan") is batch
    assert [(8, 3)] == noted


def test_a_bare_stack_reads_whole_rows_and_is_asked_at_all_places_but_the_last(path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "peers")
    bare_stack, answers = import_module("bare_stack"), []
    shape = {"width": 8, "heads": 1, "context": 6, "feed_forward": 8, "batch": 3, "blocks": 1, "threads": 1}

    class Side:
        settings, candidates, positions = shape, 9, 40

        def start(self):
            answers.append([])

        def answer(self, events, targets):
            answers[-1] = events, targets
            return len(answers) < 2

    monkeypatch.setattr(bare_stack, "Side", Side)
    threads = torch.get_num_threads()
    bare_stack.main()
    torch.set_num_threads(threads)

    assert [(54, 45)] * 2 == answers  # three steps of three rows of six
