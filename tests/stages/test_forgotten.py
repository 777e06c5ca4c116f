"""What runs of variants have left that the roster has no more."""

from pathlib import Path

from study.folders import BEFORE, BEGUN
from study.paths import PARAMS, PIPELINE_LOCK, RESULTS, run_folder, score_folder
from study.stages import check
from tests.tiny import ROOT, inside


def test_what_variants_have_left_that_the_roster_lost_is_removed(tmp_path):
    """Else it stays in the folders that others depend on, and whoever has it not trains these again.

    What killed stages have begun of them goes too.
    """
    (tmp_path / "params.yaml").write_bytes((ROOT / PARAMS).read_bytes())
    (tmp_path / "study").symlink_to(ROOT / "study")
    (tmp_path / RESULTS).parent.mkdir()
    (tmp_path / RESULTS).symlink_to(ROOT / RESULTS)
    (tmp_path / PIPELINE_LOCK).write_text("stages:\n  train@lost:\n  score@lost:\n  train@popularity:\n")
    begun, kept = [f".popularity.{BEGUN}", f".popularity.{BEFORE}"], [Path("data/runs/mine/lost")]
    kept += [run_folder("main", name) for name in ("popularity", "by-hand", ".hidden", *begun)]
    lost = [
        run_folder("catalogue", "popularity"),
        run_folder("main", "lost"),
        run_folder("main-composed", "lost"),
        score_folder("who", "lost"),
        *(run_folder("main", f".never-trained.{end}") for end in (BEGUN, BEFORE)),
    ]
    for folder in (*kept, *lost):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").touch()
    with inside(tmp_path):
        check.fingerprints()

    assert kept == [folder for folder in (*kept, *lost) if (tmp_path / folder).exists()]
