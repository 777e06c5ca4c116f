"""One variant is fitted outside of any search, and says what it was fitted with."""

import errno
import json
import os
from pathlib import Path

import pytest
from filelock import FileLock

import study.__main__ as command_line
from study.models.factory import build_model
from study.models.sequence import SequenceModel
from study.params import load
from study.paths import fit_folder, search_file, write_text
from study.questions.development import read_development
from study.questions.kind import kind_of
from study.stages import features, snapshot, split
from tests.tiny import inside, tiny_log, write_workspace

VARIANT, SCREENING = "sum-horizon", "who-sum-bce"
CHOSEN = {"learning_rate": 0.004, "dropout": 0.0}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit")
    write_workspace(folder, tiny_log())
    with inside(folder):
        snapshot.run()
        for question in ("categories", "coupons"):
            split.run(question)
            features.run(question)
        trial = {"number": 0, "settings": CHOSEN, "select": 0.5, "best_round": 1}
        write_text(search_file("main", VARIANT), json.dumps({"chosen": 0, "trials": [trial]}))
        yield folder


def record() -> dict:
    return json.loads((fit_folder(VARIANT) / "fit.json").read_text(encoding="utf-8"))


def test_the_chosen_settings_are_kept_but_for_those_that_are_given(workspace, capsys):
    assert 0 == command_line.main(["fit", VARIANT, "--set", "width=32", "--set", "heads=2", "--rounds", "2"])
    found = record()
    params = load()
    loaded = build_model(params.variant(VARIANT), found["settings"], params.spent("main")).load(fit_folder(VARIANT))
    select = kind_of(params.question_of(VARIANT)).primary(loaded, read_development(params, VARIANT).select)

    expected = CHOSEN | {"width": 32, "heads": 2}
    assert expected == {name: found["settings"][name] for name in expected}
    assert (2, 1, "cpu", "train") == tuple(found[name] for name in ("rounds", "processes", "device", "span"))
    assert select == found["select"]
    assert f"select recall@10 {select:.4f}" in capsys.readouterr().out


def test_the_second_of_two_fits_to_one_folder_ends_in_a_line_and_leaves_the_first_alone(workspace, capsys):
    fresh = fit_folder(VARIANT).with_name(f".{VARIANT}.new")
    fresh.mkdir(parents=True)
    with FileLock(fresh.with_name(f".{VARIANT}.lock")):
        assert 2 == command_line.main(["fit", VARIANT])

    told = f"fit to {fit_folder(VARIANT)}: another run is at it (lock "
    assert told in capsys.readouterr().err
    assert fresh.is_dir()
    fresh.rmdir()


def test_everything_before_test_is_fitted_without_a_score_being_read(workspace):
    assert 0 == command_line.main(["fit", VARIANT, "--span", "refit"])
    found = record()

    assert (1, "refit", None) == (found["rounds"], found["span"], found["select"])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["popularity"], "popularity is no sequence variant"),
        (["sum-horizn"], "did you mean 'sum-horizon'?"),
        ([VARIANT, "--set", "widht=32"], "widht: this key is unknown"),
        ([VARIANT, "--set", "width=wide"], "width: Input should be a valid integer"),
        ([VARIANT, "--set", "width=[3"], "give name=value"),
        ([VARIANT, "--set", "dropout=2024-13-45"], "dropout=2024-13-45: this is no value of a setting"),
        ([VARIANT, "--set", "heads=3"], "width 64 must be a multiple of twice the heads, 6"),
        ([VARIANT, "--set", "learning_rate=.nan"], "learning_rate: Input should be"),
        ([VARIANT, "--set", "recency_days=0"], "recency_days: Input should be greater than 0"),
        ([VARIANT, "--set", "key_weight=5"], "key_weight: this variant does not read it: its objective does not weigh"),
        ([VARIANT, "--set", "contrast_weight=1"], "contrast_weight: this variant does not read it: its objective has"),
        ([SCREENING, "--set", "batch=256"], "batch: this variant does not read it: its batches are of users; set use"),
        ([VARIANT, "--set", "learning_rate=1e30", "--rounds", "1"], f"fit {VARIANT}: the training loss is"),
        ([VARIANT, "--rounds", "0"], "give 1 or more"),
        ([VARIANT, "--to", "study"], "study: exists and is no fitted model"),
    ],
)
def test_a_mistake_is_one_line(workspace, given, told, capsys):
    assert 2 == command_line.main(["fit", *given])
    error = capsys.readouterr().err

    assert told in error
    assert 1 == error.count("\n")


def test_what_is_not_there_yet_is_named_with_the_command_that_makes_it(tmp_path, capsys):
    write_workspace(tmp_path, tiny_log())
    with inside(tmp_path):
        assert 2 == command_line.main(["fit", VARIANT])
        assert "train.json: no such file; run `python -m study repro features@categories`" in capsys.readouterr().err


def files(folder: str) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def test_a_folder_with_anything_else_in_it_stays_and_so_does_what_is_beside_it(workspace, capsys):
    assert 0 == command_line.main(["fit", VARIANT, "--rounds", "1", "--to", "mine"])
    Path("mine.new").mkdir()
    Path("mine.new/notes.txt").write_text("ours", encoding="utf-8")
    assert 0 == command_line.main(["fit", VARIANT, "--rounds", "1", "--to", "mine"])
    assert "ours" == Path("mine.new/notes.txt").read_text(encoding="utf-8")
    Path("mine/notes.txt").write_text("ours", encoding="utf-8")
    before = files("mine")
    capsys.readouterr()

    assert 2 == command_line.main(["fit", VARIANT, "--rounds", "1", "--to", "mine"])
    assert "mine: exists and is no fitted model, or has other files in it" in capsys.readouterr().err
    assert before == files("mine")


def test_a_place_that_cannot_be_written_is_told_before_anything_is_trained(workspace, capsys, monkeypatch):
    def trains(*_, **__):
        raise AssertionError

    monkeypatch.setattr(SequenceModel, "fit", trains)
    Path("taken").write_text("ours", encoding="utf-8")
    before = sorted(workspace.iterdir())

    assert 1 == command_line.main(["fit", VARIANT, "--to", "taken/deep/mine"])
    assert "taken: Not a directory; a file stands where a folder is needed; move it away" in capsys.readouterr().err
    with pytest.raises(AssertionError):
        command_line.main(["fit", VARIANT, "--to", "free/deep/mine"])
    assert before == sorted(workspace.iterdir())


def test_a_fit_that_cannot_be_written_leaves_the_one_that_is_there(workspace, capsys, monkeypatch):
    assert 0 == command_line.main(["fit", VARIANT, "--rounds", "1", "--to", "kept"])
    before = files("kept")

    def is_full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(SequenceModel, "save", is_full)
    capsys.readouterr()
    assert 1 == command_line.main(["fit", VARIANT, "--rounds", "1", "--to", "kept"])
    told = "kept: No space left on device; make room, then run the same command again: it begins anew\n"
    assert capsys.readouterr().err.endswith(told)
    assert before == files("kept")
    assert [] == list(workspace.glob(".kept*"))


@pytest.mark.parametrize(("variant", "less"), [(VARIANT, "width or batch"), (SCREENING, "width or fewer users")])
@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB.")])
def test_memory_that_is_refused_is_one_line_with_what_would_need_less(
    workspace, capsys, monkeypatch, error, variant, less
):
    def refuses(*_, **__):
        raise error

    monkeypatch.setattr(SequenceModel, "fit", refuses)
    assert 2 == command_line.main(["fit", variant])
    told = f"fit {variant}: there was not enough memory; give it more memory, or a smaller {less} with --set\n"
    assert capsys.readouterr().err.endswith(told)
