"""A window that could not be scored leaves what was there as it was."""

import pytest

from study.errors import UserError
from study.paths import score_folder
from study.stages import score, train
from study.tuning import workers
from tests.tiny import inside, prepare, tiny_log, write_workspace

VARIANT = "personal-decay"


def test_a_window_whose_worker_died_is_told_and_the_scores_before_stay(tmp_path, monkeypatch):
    write_workspace(tmp_path, tiny_log())
    prepare(tmp_path)
    with inside(tmp_path):
        train.run(VARIANT)
        score.run(VARIANT)
        before = {path: path.read_bytes() for path in score_folder("main", VARIANT).iterdir()}

        def dying(tasks, workers, engine):
            yield from ((number, None if number else task()) for number, task in enumerate(tasks))

        monkeypatch.setattr(workers, "run_all", dying)
        with pytest.raises(UserError, match=rf"{VARIANT}: window 1 of test: its worker died .*; give it more memory"):
            score.run(VARIANT)
        after = {path: path.read_bytes() for path in score_folder("main", VARIANT).iterdir()}

    assert before
    assert before == after
