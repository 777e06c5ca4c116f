"""An exported folder that is not what this version writes is told in a line."""

import json
import os
import shutil
from pathlib import Path

import pytest
import torch

from study.__main__ import main
from study.provenance import file_hash
from tests.serving.test_commands import complaint, ranked
from tests.tiny import inside


def vouched(folder: Path) -> None:
    """As if this very folder had been exported."""
    told = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    hashes = {name: file_hash(folder / name) for name in told["files"]}
    (folder / "model.json").write_text(json.dumps(told | {"files": hashes}), encoding="utf-8")


def test_a_folder_of_an_earlier_format_says_so(model, capsys):
    path = model / "model/model.json"
    told = json.loads(path.read_text(encoding="utf-8")) | {"format": 1}
    path.write_text(json.dumps({name: value for name, value in told.items() if name != "files"}), encoding="utf-8")

    assert "by this version of the code; export it again (format" in complaint(capsys, *ranked())


@pytest.mark.parametrize("file", ["vocabulary.json", "weights/training.safetensors"])
def test_a_folder_with_files_of_two_exports_says_so(exported, tmp_path, monkeypatch, capsys, file):
    """As one that was copied by half has them: they fit, and would rank by chance."""
    monkeypatch.chdir(exported)
    folder = shutil.copytree("data/exports/sum-horizon", tmp_path / "mixed")
    (folder / file).write_bytes((folder / file).read_bytes() + b" ")
    arguments = ranked("--model", str(folder))

    assert f"mixed/{file}: it is not the file that was exported with model.json; copy" in complaint(capsys, *arguments)
    (folder / file).unlink()
    assert f"mixed/{file}: no such file; copy the whole folder again" in complaint(capsys, *arguments)


def test_a_folder_of_another_version_says_so(model, capsys):
    path = model / "model/model.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"refit"', '"rfit"'), encoding="utf-8")

    assert "cannot be loaded by this version of the code; export it again" in complaint(capsys, *ranked())
    path.write_bytes(b"\x80\x00 no text")
    assert "cannot be loaded by this version of the code; export it again" in complaint(capsys, *ranked())


@pytest.mark.parametrize("size", [0, 200, 4_350, 5_780, -2])
def test_a_folder_whose_trees_are_cut_short_says_so(exported, tmp_path, monkeypatch, capsys, size):
    monkeypatch.chdir(exported)
    path = shutil.copytree("data/exports/lightgbm-lambdarank", tmp_path / "trees") / "weights/trees.txt"
    path.write_bytes(path.read_bytes()[:size])
    vouched(path.parent.parent)
    told = complaint(capsys, *ranked("--model", str(tmp_path / "trees")))

    assert "trees: cannot be loaded by this version of the code; export it again" in told


@pytest.mark.parametrize(
    ("variant", "file", "holds"),
    [
        ("who-sum-repeat-bce", "weights/prior.json", "{}"),
        ("who-sum-repeat-bce", "weights/prior.json", "null"),
        ("average-of-seeds", "weights/sources.json", "null"),
        ("average-of-seeds", "model.json", None),
    ],
)
def test_a_folder_that_lacks_a_part_of_what_it_is_made_of_says_so(
    exported, tmp_path, monkeypatch, capsys, variant, file, holds
):
    """Of `model.json` the entries of the members."""
    monkeypatch.chdir(exported)
    folder = shutil.copytree(f"data/exports/{variant}", tmp_path / "damaged")
    told = json.loads((folder / file).read_text(encoding="utf-8"))
    (folder / file).write_text(json.dumps(told | {"sources": {}}) if holds is None else holds, encoding="utf-8")
    vouched(folder)

    assert "damaged: cannot be loaded by this version of the code; export it again" in (
        complaint(capsys, *ranked("--model", str(folder)))
    )


RUN, CODED = "data/runs/main/sum-horizon", "data/features/categories/refit.json"


@pytest.mark.parametrize(
    ("file", "place"),
    [
        (f"{RUN}/seed-1/training.safetensors", f"{RUN}/seed-1"),
        (f"{RUN}/seed-1/shape.json", f"{RUN}/seed-1"),
        (f"{RUN}/search.json", f"{RUN}/search.json"),
        (CODED, CODED),
    ],
)
def test_a_run_that_is_damaged_is_not_exported_and_says_so(exported, tmp_path, capsys, file, place):
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    with inside(tmp_path / "study"):
        path = Path(file)
        assert not path.is_symlink()
        path.write_bytes(path.read_bytes()[:100])
        told = complaint(capsys, "export", "sum-horizon", "--refit", "1", "--to", "out")

        assert f"{place}: cannot be loaded by this version of the code; run `dvc repro`, then export (" in told
        assert not Path("out").exists()


def test_a_snapshot_or_results_that_are_damaged_are_told_in_one_line(exported, tmp_path, capsys):
    shutil.copytree(exported, tmp_path / "study")
    with inside(tmp_path / "study"):
        results = Path("data/results/tiny/main")
        results.mkdir(parents=True)
        for name in ("manifest.json", "tuning.json"):
            (results / name).write_text("<<<<<<< HEAD", encoding="utf-8")
        assert f"{results}: cannot be read; restore it from git, or run `dvc repro` (" in complaint(
            capsys, "export", "sum-horizon", "--to", "out"
        )

        snapshot = Path("data/snapshots/tiny.parquet")
        snapshot.write_bytes(snapshot.read_bytes()[:100])
        assert f"{snapshot}: cannot be read; run `dvc repro`, then export (" in complaint(
            capsys, "export", "sum-horizon", "--to", "out"
        )
        assert not Path("out").exists()


def refusing(error: Exception):
    def fails(*_):
        raise error

    return fails


REFUSED = [MemoryError(), torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")]


@pytest.mark.parametrize("error", REFUSED)
@pytest.mark.parametrize("place", ["bundle.build_model", "rank.leading"])
def test_memory_that_is_refused_is_not_blamed_on_the_export(model, monkeypatch, capsys, place, error):
    monkeypatch.setattr(f"study.serving.{place}", refusing(error))

    assert "rank: there was not enough memory; give it more memory; a GPU" in complaint(capsys, *ranked())


@pytest.mark.parametrize("error", REFUSED)
def test_memory_that_an_export_is_refused_is_not_blamed_on_the_run(exported, tmp_path, monkeypatch, capsys, error):
    monkeypatch.setattr("study.serving.export.build_model", refusing(error))
    with inside(exported):
        told = complaint(capsys, "export", "sum-horizon", "--to", str(tmp_path / "out"))

    assert "export: there was not enough memory; give it more memory; a GPU" in told


@pytest.mark.parametrize("file", ["model.json", "vocabulary.json"])
def test_a_file_that_may_not_be_read_is_named_with_the_reason(model, monkeypatch, capsys, file):
    """Root may read every file, so the system's answer is made here."""
    path, opens = model / "model" / file, Path.open

    def refused(self: Path, *arguments, **options):
        if self.name == path.name and self.resolve() == path:
            raise PermissionError(13, os.strerror(13), str(self))
        return opens(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", refused)

    assert 1 == main(ranked())
    (line,) = capsys.readouterr().err.splitlines()
    assert f"model/{file}: Permission denied; " in line
