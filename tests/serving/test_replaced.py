"""An export takes the place of an earlier one, and of nothing else; one that fails leaves it."""

import json
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from study.__main__ import main
from study.serving import export
from tests.serving.test_commands import complaint
from tests.test_failures import no_files_beyond
from tests.tiny import inside


@pytest.fixture
def study(exported, tmp_path):
    """A copy of the study, as the current folder, with the export `out`."""
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    with inside(tmp_path / "study"):
        assert 0 == main(["export", "popularity", "--to", "out"])
        yield tmp_path / "study"


def files(folder: str) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def test_a_folder_with_another_model_json_stays(study, capsys):
    Path("web").mkdir()
    Path("web/model.json").write_text(json.dumps({"format": "layers-model", "weightsManifest": []}), encoding="utf-8")
    before = files("web")

    assert "web: exists and is no exported variant" in complaint(capsys, "export", "popularity", "--to", "web")
    Path("web/model.json").write_text("[]", encoding="utf-8")
    assert "web: exists and is no exported variant" in complaint(capsys, "export", "popularity", "--to", "web")
    assert list(before) == list(files("web"))
    assert "/: exists and is no exported variant" in complaint(capsys, "export", "popularity", "--to", "/")


def test_an_export_with_somebodys_files_in_it_stays(study, capsys):
    Path("out/notes.txt").write_text("ours", encoding="utf-8")
    before = files("out")

    assert "out: exists and is no exported variant, or has other files in it" in (
        complaint(capsys, "export", "tifu-knn", "--to", "out")
    )
    assert before == files("out")


def test_an_export_of_an_earlier_format_is_replaced(study):
    model = Path("out/model.json")
    model.write_text(json.dumps(json.loads(model.read_text("utf-8")) | {"format": 0, "more": 1}), encoding="utf-8")

    assert 0 == main(["export", "tifu-knn", "--to", "out"])
    assert "tifu-knn" == json.loads(model.read_text("utf-8"))["variant"]


def test_that_an_export_takes_the_place_of_one_of_another_snapshot_is_said(study, capsys):
    model = Path("out/model.json")
    told = json.loads(model.read_text("utf-8"))
    model.write_text(json.dumps(told | {"snapshot": told["snapshot"] | {"name": "other"}}), encoding="utf-8")

    assert 0 == main(["export", "tifu-knn", "--to", "out"])
    expected = "tifu-knn: exported to out, in place of what was of snapshot other; its card is out/README.md"
    assert expected in capsys.readouterr().out
    assert 0 == main(["export", "popularity", "--to", "out"])
    assert "popularity: exported to out; its card is out/README.md\n" == capsys.readouterr().out
    model.write_text(json.dumps({name: value for name, value in told.items() if name != "snapshot"}), encoding="utf-8")
    assert 0 == main(["export", "tifu-knn", "--to", "out"])
    assert "tifu-knn: exported to out; its card is out/README.md\n" == capsys.readouterr().out


def test_a_replacement_that_fails_leaves_what_was_there(study, monkeypatch):
    before, rename = files("out"), Path.rename

    def fails(path: Path, target: Path) -> Path:
        if path.name == ".out.new":
            raise OSError("no")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match="no"):
        export.run("tifu-knn", Path("out"), 0)

    assert before == files("out")
    assert [] == list(study.glob(".out.*"))


def test_the_second_of_two_exports_to_one_folder_ends_in_a_line_and_leaves_the_first_alone(study, capsys):
    Path(".out.new").mkdir()
    with FileLock(".out.lock"):
        told = complaint(capsys, "export", "tifu-knn", "--to", "out")

    assert "export to out: another run is at it (lock " in told
    assert told.endswith("; wait for it to end")
    assert Path(".out.new").is_dir()
    assert 0 == main(["export", "tifu-knn", "--to", "out"])
    assert [] == list(study.glob(".out.*"))


def test_what_a_killed_replacement_has_moved_away_comes_back(study, capsys):
    before = files("out")
    Path("out").rename(".out.old")

    assert "has no refit 7" in complaint(capsys, "export", "popularity", "--refit", "7", "--to", "out")
    assert before == files("out")


def test_of_a_link_what_it_points_to_is_replaced(study):
    Path("link").symlink_to("out")

    assert 0 == main(["export", "tifu-knn", "--to", "link"])
    assert Path("link").is_symlink()
    assert "tifu-knn" == json.loads(Path("out/model.json").read_text("utf-8"))["variant"]
    assert [] == [*study.glob(".out.*"), *study.glob(".link.*")]


def test_a_disk_without_room_is_named_and_leaves_what_was_there(study, capsys):
    before = files("out")
    for variant, room in (("popularity", 300), ("sum-horizon", 3000)):
        with no_files_beyond(room):
            assert 1 == main(["export", variant, "--to", "out"])

        assert "out: File too large; a limit on the size of files is in the way" in capsys.readouterr().err
        assert before == files("out")
        assert [] == list(study.glob(".out.*"))
