"""The graph of dvc.yaml and what `check` writes belong together: a stage depends on its own code, and on no other's."""

import copy
from functools import reduce
from operator import getitem
from pathlib import Path, PurePosixPath

import pytest
import torch
import yaml
from dvc.repo import Repo

import study.__main__ as command_line
from study.errors import UserError
from study.params import load
from study.params.tokens import Tokens
from study.paths import PARAMS, RESULTS, code_of
from study.stages import check, refusals
from tests.tiny import ROOT, inside

PIPELINE = load(ROOT / PARAMS)


@pytest.fixture(scope="module")
def graph():
    """The stages that DVC makes of dvc.yaml, by name."""
    with Repo(str(ROOT)) as repo:
        yield {stage.name: stage for stage in repo.index.stages if stage.is_data_source is False}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """What `check` writes of the published parameters."""
    folder = tmp_path_factory.mktemp("check")
    (folder / "params.yaml").write_bytes((ROOT / PARAMS).read_bytes())
    (folder / "study").symlink_to(ROOT / "study")
    (folder / RESULTS).parent.mkdir()
    (folder / RESULTS).symlink_to(ROOT / RESULTS)
    with inside(folder):
        check.fingerprints()
    return folder


def relative(entries) -> set[PurePosixPath]:
    return {PurePosixPath(Path(entry.fs_path).relative_to(ROOT)) for entry in entries}


def test_every_command_is_a_stage_of_the_command_line_and_each_of_these_is_run(graph):
    commands = {stage.cmd.split()[3] for stage in graph.values()}
    unasked = set() if PIPELINE.compare_with else {"snapshots"}

    assert set(command_line.STAGES) == commands | unasked


def test_every_variant_is_trained_and_scored_and_every_arm_compared(graph):
    commands = {stage.cmd for stage in graph.values()}
    wanted = {f"python -m study {verb} {name}" for verb in ("train", "score") for name in PIPELINE.variants}

    assert set() == wanted - commands
    assert {f"python -m study compare {arm}" for arm in PIPELINE.arms} <= commands


def test_an_arm_that_the_roster_leaves_out_and_composed_variants_that_it_lacks_are_no_gap_for_dvc(tmp_path, capsys):
    raw = yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8"))
    kept = {name: entry for name, entry in raw["roster"].items() if entry["arm"] == "main"}
    asked = {"decay-over-frequency": raw["contrasts"]["decay-over-frequency"]}
    raw |= {"roster": kept, "composed": {}, "contrasts": asked, "after_test": {}, "diagnostics": {}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    (tmp_path / "study").symlink_to(ROOT / "study")
    stale = tmp_path / RESULTS / raw["snapshot"]["name"] / "who" / "manifest.json"
    stale.parent.mkdir(parents=True)
    stale.touch()
    for other in raw["compare_with"]:
        (tmp_path / RESULTS / other).symlink_to(ROOT / RESULTS / other)
    with inside(tmp_path):
        check.fingerprints()
        assert 0 == command_line.main(["compare", "who"])

    assert "no variant of the roster is of the arm who" in capsys.readouterr().out
    assert [] == list(stale.parent.iterdir())
    assert {"main", "catalogue", "young", "who"} == {
        path.stem for path in (tmp_path / "data/checked/compare").iterdir()
    }
    assert all((tmp_path / "data" / folder).is_dir() for folder in ("runs/main-composed", "runs/young", "scores/young"))


def test_what_a_stage_needs_another_makes_or_git_has(graph):
    made = {path for stage in graph.values() for path in relative(stage.outs)}
    missing = {
        f"{name}: {path}"
        for name, stage in graph.items()
        for path in relative(stage.deps)
        # a folder of outs, or what lies in one, is made with them
        if not any(path.is_relative_to(out) or out.is_relative_to(path) for out in made) and not (ROOT / path).exists()
    }

    assert set() == missing


def test_the_code_that_a_stage_depends_on_is_written_and_nothing_else(graph, workspace):
    """But for the validity check of the worlds, which is run by hand."""
    asked = {path for stage in graph.values() for path in relative(stage.deps) if path.is_relative_to("data/checked")}
    written = {PurePosixPath(path.relative_to(workspace)) for path in (workspace / "data/checked").rglob("*.txt")}

    assert asked == written - {PurePosixPath(code_of("worlds_validity"))}


def code(workspace: Path, stage: str, item: str) -> set[str]:
    lines = (workspace / code_of(stage, item)).read_text(encoding="utf-8").splitlines()
    return {line.split()[1] for line in lines}


def test_a_variant_depends_on_its_own_parts_and_on_those_of_its_sources(workspace):
    losses = "study/nn/losses/"
    plain, hybrid = (code(workspace, "train", name) for name in ("sum-horizon", "hybrid-lambdarank"))

    assert {f"{losses}softmax.py", "study/nn/representations/sum.py", "study/nn/objectives/horizon.py"} <= plain
    assert set() == plain & {f"{losses}bpr.py", "study/nn/representations/concat.py", "study/models/gbdt.py"}
    assert {"study/models/gbdt.py", "study/nn/heads/repeat_aware.py", f"{losses}softmax.py"} <= hybrid
    assert "study/questions/who.py" not in plain | hybrid


@pytest.fixture
def changed(workspace, tmp_path):
    """The variants for which a stage runs again once a value of params.yaml is another one."""
    raw = yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8")) | {"compare_with": []}
    (tmp_path / "study").symlink_to(ROOT / "study")

    def found(stage: str, *parts: str, value: object) -> set[str]:
        told = copy.deepcopy(raw)
        reduce(getitem, parts[:-1], told)[parts[-1]] = value
        (tmp_path / PARAMS).write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
        with inside(tmp_path):
            check.fingerprints()
        paths = [path.relative_to(tmp_path) for path in (tmp_path / code_of(stage, "any").parent).glob("*.txt")]
        return {path.stem for path in paths if (tmp_path / path).read_bytes() != (workspace / path).read_bytes()}

    return found


@pytest.mark.parametrize("stage", ["train", "score"])
def test_a_variant_depends_on_its_entry_and_its_question(changed, stage):
    assert {"sum-horizon"} == changed(stage, "roster", "sum-horizon", "context", value=64)
    assert {"average-of-seeds"} == changed(stage, "composed", "average-of-seeds", "fits", value=2)
    asked = {name for name, entry in PIPELINE.variants.items() if entry.question == "coupons"}
    assert asked == changed(stage, "questions", "coupons", "eligible_days", value=27)
    assert set() == changed(stage, "statistics", "alpha", value=0.1)


def test_training_depends_on_its_budget_on_the_seed_and_on_the_features(changed):
    every = set(PIPELINE.variants)
    of_who = {name for name, entry in PIPELINE.variants.items() if entry.arm == "who"}
    given = {"features": ("features", "popular"), "seed": ("seed",), "budget": ("budgets", "default", "who", "trials")}

    assert every == changed("train", *given["features"], value=41)
    assert every == changed("train", *given["seed"], value=1)
    assert of_who == changed("train", *given["budget"], value=12)
    for parts in given.values():
        assert set() == changed("score", *parts, value=12)


def test_the_book_depends_on_every_parameter_but_who_runs_the_tasks(changed, tmp_path):
    def shown(*parts: str, value: object) -> bytes:
        changed("train", *parts, value=value)
        return (tmp_path / code_of("report")).read_bytes()

    before = shown("seed", value=PIPELINE.seed)
    assert before == shown("engine", value={"name": "ray"})
    assert before not in {
        shown("statistics", "alpha", value=0.1),
        shown("diagnostics", "impersonal", value=["tifu-knn"]),
    }


def test_a_world_depends_on_its_own_code_and_on_the_variants_that_run_in_it(workspace):
    order = code(workspace, "worlds", "order")

    assert {"study/worlds/order.py", "study/worlds/waiting.py", "study/nn/architectures/mean_pool.py"} <= order
    assert set() == order & {"study/worlds/shop.py", "study/nn/architectures/gru.py", "study/models/hybrid.py"}


def test_a_new_variant_leaves_the_worlds_alone_unless_it_runs_there(workspace, tmp_path):
    raw = yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8")) | {"compare_with": []}
    before = (workspace / code_of("worlds", "order")).read_text(encoding="utf-8")

    def written() -> str:
        (tmp_path / "params.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
        with inside(tmp_path):
            check.fingerprints()
        return (tmp_path / code_of("worlds", "order")).read_text(encoding="utf-8")

    (tmp_path / "study").symlink_to(ROOT / "study")
    raw["roster"]["sum-horizon-long"] = raw["roster"]["sum-horizon"] | {"context": 256}
    assert before == written()

    raw["worlds"]["roster"].append("sum-horizon-long")
    assert before != written()


@pytest.mark.parametrize("name", ["popularity", "sum-horizon", "flat-weighted-tokens", "flat-next-repeat"])
def test_only_a_flat_variant_of_the_next_token_is_accounted(tmp_path, capsys, name):
    raw = yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8")) | {"compare_with": []}
    raw["tokens"]["variant"] = name
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    with inside(tmp_path):
        assert 2 == command_line.main(["check", "--parameters"])

    asked = "representation flat, objective next_token, head plain, loss softmax"
    told = f"downfunnel: params.yaml: tokens.variant: '{name}' is no sequence variant with {asked}"
    assert [told] == capsys.readouterr().err.splitlines()


def test_a_variant_of_another_arm_is_not_accounted():
    variant = PIPELINE.variants["flat-next-tokens"]
    asked = PIPELINE.section(Tokens)
    assert variant == asked.entry({"flat-next-tokens": variant})

    with pytest.raises(UserError, match=r"tokens\.variant: 'flat-next-tokens' is of the arm young; name one"):
        asked.entry({"flat-next-tokens": variant.model_copy(update={"arm": "young"})})


def test_the_book_depends_on_the_models_whose_text_its_pages_read(workspace):
    lines = (workspace / code_of("report")).read_text(encoding="utf-8").splitlines()

    assert {"study/models/sequence.py", "study/nn/objectives/next_token.py"} <= {line.split()[1] for line in lines}


def test_a_gpu_that_is_not_there_stops_the_study_before_anything_else(tmp_path, monkeypatch, capsys):
    """Nor with a cluster: the manifests of the machine that drives it name its own."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    raw = yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8")) | {"compare_with": []}
    (tmp_path / "study").symlink_to(ROOT / "study")

    def ended(engine: str) -> int:
        text = yaml.safe_dump(raw | {"device": "cuda", "engine": {"name": engine}}, sort_keys=False)
        (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
        with inside(tmp_path):
            return command_line.main(["check", "--parameters"])

    assert 2 == ended("loky")
    told = capsys.readouterr().err.splitlines()
    assert ["downfunnel: params.yaml: device: cuda, but torch sees no GPU on this machine; known: auto, cpu"] == told
    assert 2 == ended("ray")
    assert "tasks of Ray see no GPU without engine.gpus" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["diagnose", "diagnostics", "tokens", "worlds null"])
def test_what_no_section_asks_for_is_told_in_one_line(tmp_path, capsys, command):
    raw = yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8")) | {"compare_with": []}
    name = command.split()[0].replace("diagnose", "diagnostics")
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(raw | {name: {}}, sort_keys=False), encoding="utf-8")
    with inside(tmp_path):
        assert 2 == command_line.main(command.split())

    told = f"downfunnel: params.yaml: {name}: there is none, so there is nothing to run; fill it in"
    assert [told] == capsys.readouterr().err.splitlines()


@pytest.mark.parametrize("name", ["diagnostics", "tokens", "worlds"])
def test_a_section_that_dvc_has_a_stage_of_is_not_left_out_of_the_whole_study(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    params = load(ROOT / PARAMS).model_copy(update={name: None})
    refusals.refuse_left_out(params)
    (tmp_path / "dvc.yaml").write_bytes((ROOT / "dvc.yaml").read_bytes())

    with pytest.raises(UserError, match=rf"params\.yaml: {name}: this section is missing, and dvc\.yaml has a stage"):
        refusals.refuse_left_out(params)


def test_a_question_that_dvc_names_is_not_left_out_of_the_whole_study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    params = load(ROOT / PARAMS)
    renamed = params.model_copy(update={"questions": {f"my-{name}": one for name, one in params.questions.items()}})
    refusals.refuse_left_out(renamed)
    (tmp_path / "dvc.yaml").write_bytes((ROOT / "dvc.yaml").read_bytes())
    refusals.refuse_left_out(params)

    with pytest.raises(UserError, match=r"questions: 'categories' is missing, and stages of dvc\.yaml read it"):
        refusals.refuse_left_out(renamed)
