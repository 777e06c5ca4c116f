import json
import subprocess
import sys

import pytest

from study.errors import UserError
from study.params import load
from study.params.roster import SequenceEntry
from study.stages import catalogue_cost


def test_the_losses_of_the_arm_are_measured_with_their_options():
    params = load()
    found = catalogue_cost.losses(params)
    entries = [e for e in params.entries("catalogue").values() if isinstance(e, SequenceEntry)]

    assert [(entry.loss, entry.loss_options) for entry in entries if entry.head == "plain"] == found
    assert ("bce", {"negatives": 1}) in found


def test_a_loss_that_the_arm_has_with_several_options_is_measured_with_each():
    params = load()
    entry = params.roster["sum-horizon-sampled-products"]
    wider = entry.model_copy(update={"loss_options": {"negatives": 4096}})
    roster = {**params.roster, "wider": wider, "same": entry}
    found = catalogue_cost.losses(params.model_copy(update={"roster": roster}))

    assert ("sampled_softmax", {"negatives": 64}) in found
    assert ("sampled_softmax", {"negatives": 4096}) in found
    assert len(catalogue_cost.losses(params)) + 1 == len(found)


def test_options_that_a_loss_refuses_are_the_users_error():
    entries = r"params\.yaml: roster: loss gbce with loss_options \{calibration: 2, negatives: 4\}: "
    with pytest.raises(UserError, match=rf"^{entries}gbce.s calibration is between 0 and 1"):
        catalogue_cost._alone("gbce", {"negatives": 4, "calibration": 2}, 50, seed=1)


@pytest.mark.parametrize(("loss", "options"), catalogue_cost.losses(load()))
def test_a_step_is_a_function_of_its_seed_and_moves_no_state(loss, options):
    first, second = (catalogue_cost.step_of(loss, options, 50, seed=1) for _ in range(2))

    assert first() == second()
    assert 0 < first()


def test_more_candidates_take_more_memory_under_the_full_softmax():
    """Measured as the stage does: in a process that has run before, a step may live in memory that was freed."""
    told = (
        "from study.stages.catalogue_cost import _alone;"
        "print(*(_alone('softmax', {}, size, seed=1)['peak_mb'] for size in (100, 30_000)))"
    )
    found = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    small, large = map(float, found.stdout.split())

    # At the least the logits themselves: a float32 for each readout and candidate.
    assert 4 * catalogue_cost.READOUTS * 30_000 / 2**20 <= large
    assert small < large


def test_a_cost_is_measured_in_a_process_of_its_own():
    assert {"seconds", "peak_mb"} == set(catalogue_cost._alone("softmax", {}, 50, seed=1))


def test_every_loss_is_written_at_every_size(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    measured = iter(range(1000))
    monkeypatch.setattr(catalogue_cost, "load", lambda: PARAMS)
    monkeypatch.setattr(catalogue_cost, "_alone", lambda *_: {"seconds": next(measured), "peak_mb": 1.0})
    catalogue_cost.run()
    written = json.loads(next(tmp_path.rglob("losses.json")).read_text(encoding="utf-8"))

    sizes, losses = catalogue_cost.SIZES, catalogue_cost.losses(PARAMS)
    assert [(loss, options.get("negatives"), size) for loss, options in losses for size in sizes] == [
        (m["loss"], m["negatives"], m["candidates"]) for m in written["measured"]
    ]
    assert {"", "calibration 0.75"} == {m["options"] for m in written["measured"]}
    assert catalogue_cost.READOUTS == written["readouts"]


PARAMS = load()
