"""An exported folder that is not what this version writes is told in a line."""

import json
import shutil

import pytest

from tests.serving.test_commands import complaint, ranked


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

    assert "damaged: cannot be loaded by this version of the code; export it again" in (
        complaint(capsys, *ranked("--model", str(folder)))
    )
