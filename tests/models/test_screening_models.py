import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.metrics import roc_auc_score

from study.errors import UserError
from study.events.log import Queries
from study.events.spans import DAY
from study.features.training_rows import TrainingRows, held
from study.models import gbdt as trees
from study.models import screening_gbdt, screening_linear, screening_sequence
from study.models.counting import key_action_days, personal_decay
from study.models.user_rows import training_rows
from study.params import load
from study.params.roster import SequenceEntry
from study.training.cutoff_batches import Strata
from tests.screened import END, screened_fold, screened_log

KEY = np.zeros(1, dtype=np.int64)
USERS = 180
BUDGET = load().spent("who").model_copy(update={"rounds": 4, "positions": 60_000})


def sequence(loss="bce", representation="sum", head="plain", context=40, **options):
    entry = SequenceEntry(
        question="coupons",
        arm="who",
        family="sequence",
        model="screening_sequence",
        objective="across_users",
        representation=representation,
        architecture="causal",
        loss=loss,
        head=head,
        context=context,
        loss_options=options,
    )
    return screening_sequence.build(entry, screening_sequence.Settings(width=16, users=20, positives=5), BUDGET)


def gbdt(loss, windows=None):
    settings = screening_gbdt.Settings(min_child_samples=20, num_leaves=7)
    return screening_gbdt.build(SimpleNamespace(loss=loss, windows=windows), settings, BUDGET)


def linear(windows=None):
    entry = SimpleNamespace(loss="bce", windows=windows)
    return screening_linear.build(entry, screening_linear.Settings(), BUDGET)


MODELS = {
    "days": lambda: key_action_days.build(None, key_action_days.Settings()),
    "decay": lambda: personal_decay.build(None, personal_decay.Settings()),
    "linear": linear,
    "gbdt-bce": lambda: gbdt("bce"),
    "gbdt-lambdarank": lambda: gbdt("lambdarank"),
    "sum-bce": sequence,
    "sum-bce-repeat": lambda: sequence(head="repeat_aware"),
    "sum-bpr": lambda: sequence("bpr"),
    "sum-softmax": lambda: sequence("softmax"),
    "sum-focal": lambda: sequence("focal", gamma=2.0),
    "flat-bce": lambda: sequence(representation="flat", context=100),
}


def rounds_of(name):
    """The rounds in which a model learns the log of these tests."""
    return 4 if "sum" in name or "flat" in name else 30


@pytest.fixture(scope="module")
def log():
    """Of so many users that the law shows whatever a processor rounds: sixty of them act often."""
    return screened_log(USERS)


@pytest.fixture(scope="module")
def fitted(log):
    made = {}

    def fit(name):
        if name not in made:
            made[name] = MODELS[name]()
            made[name].fit(screened_fold(log), rounds=rounds_of(name), seed=1, report=lambda *_: None)
        return made[name]

    return fit


def queries_of(fold, window):
    log = fold.log.before(window.cutoff)
    return Queries(log, window.cutoff, window.local, fold.asked(window)[0])


def last_queries(log):
    fold = screened_fold(log, end=END + 7)
    return queries_of(fold, fold.windows()[-1])


@pytest.mark.parametrize("name", MODELS)
def test_users_who_act_often_are_found(log, fitted, name):
    queries = last_queries(log)
    scores = fitted(name).scores(queries, KEY)
    often = queries.users % 3 == 0

    assert (len(queries.users), 1) == scores.shape
    assert np.float32 == scores.dtype
    assert np.isfinite(scores).all()
    assert roc_auc_score(often, scores[:, 0]) > 0.85


@pytest.mark.parametrize("name", MODELS)
def test_a_saved_model_scores_as_the_model_did(log, fitted, name, tmp_path):
    queries = last_queries(log)
    model = fitted(name)
    model.save(tmp_path)

    expected = model.scores(queries, KEY)
    assert np.array_equal(expected, MODELS[name]().load(tmp_path).scores(replace(queries, memo={}), KEY))


@pytest.mark.parametrize("name", MODELS)
def test_a_fit_is_a_function_of_the_fold_and_the_seed(log, monkeypatch, name):
    """Which a short fit shows as well as a long one."""
    monkeypatch.setattr(sys.modules[__name__], "BUDGET", BUDGET.model_copy(update={"positions": 6_000}))
    models, fold = (MODELS[name](), MODELS[name]()), screened_fold(log)
    for model in models:
        model.fit(replace(fold, memo={}), rounds=2, seed=1, report=lambda *_: None)
    queries = queries_of(fold, fold.windows()[-1])
    one, other = (model.scores(replace(queries, memo={}), KEY) for model in models)

    assert np.array_equal(one, other)
    assert len(np.unique(one)) > 1


def test_training_rows_are_all_eligible_users_of_every_window(log):
    fold = screened_fold(log)
    rows = training_rows(fold)
    expected = [fold.asked(window)[1].sizes > 0 for window in fold.windows()]

    assert [len(label) for label in expected] == rows.sizes.tolist()
    assert np.concatenate(expected).tolist() == rows.relevant.tolist()


def test_training_rows_may_be_those_of_the_last_windows_alone(log):
    fold = screened_fold(log)
    few = training_rows(fold, windows=2)

    assert 2 == len(few.sizes) < len(training_rows(fold).sizes)
    assert np.array_equal(few.features, training_rows(fold).features[-few.sizes.sum() :], equal_nan=True)


@pytest.mark.parametrize("made", [linear, lambda windows: gbdt("bce", windows)])
def test_a_model_learns_from_the_windows_of_its_entry(log, made):
    queries, scores = last_queries(log), []
    for windows in (None, 2):
        model = made(windows)
        model.fit(screened_fold(log), rounds=5, seed=1, report=lambda *_: None)
        scores.append(model.scores(replace(queries, memo={}), KEY))

    assert not np.array_equal(*scores)


def test_a_cutoff_with_too_many_users_is_dealt_out_to_groups_of_its_own():
    number = np.arange(13)
    rows = TrainingRows(
        number[:, None].astype(np.float32), number % 2 == 0, np.ones(13, np.float32), np.array([9, 4]), []
    )
    found = trees.grouped(rows, seed=1, largest=4)

    assert [3, 3, 3, 4] == found.sizes.tolist()
    assert list(range(9)) == sorted(found.features[:9, 0].tolist())
    assert list(range(9, 13)) == found.features[9:, 0].tolist()
    assert (found.features[:, 0] % 2 == 0).tolist() == found.relevant.tolist()
    assert rows is trees.grouped(rows, seed=1)


def test_a_batch_of_users_who_all_act_is_refused():
    assert 3 == screening_sequence.Settings(users=4, positives=3).positives
    with pytest.raises(ValidationError, match=r"positives \(4\) must be fewer than users \(4\)"):
        screening_sequence.Settings(users=4, positives=4)


def test_binary_cross_entropy_speaks_of_all_users_and_not_of_its_batches():
    """Half of a batch acts, and a fifth of those whom the model learned from."""
    model, fold = sequence(), screened_fold(screened_log())
    model.strata = Strata(users=20, positives=10)
    model.fit(fold, rounds=4, seed=1, report=lambda *_: None)
    scores = [model.scores(queries_of(fold, window), KEY) for window in held(fold, None)]
    probability = np.mean([np.mean(1 / (1 + np.exp(-one.astype(np.float64)))) for one in scores])

    assert training_rows(fold).relevant.mean() == pytest.approx(0.188, abs=0.001)
    assert probability == pytest.approx(0.188, rel=0.2)


def test_a_focus_that_the_loss_refuses_is_the_users_error(log):
    entries = r"params\.yaml: roster: loss focal with loss_options \{gamma: -1\.0\}: "
    with pytest.raises(UserError, match=rf"^{entries}focal's gamma is a number of 0 or more, not -1\.0$"):
        sequence("focal", gamma=-1.0).fit(screened_fold(log), rounds=1, seed=1, report=lambda *_: None)


def test_days_are_counted_in_their_window_alone(log):
    queries = last_queries(log)
    model = key_action_days.build(None, key_action_days.Settings(window_days=7))
    user = int(queries.users[0])
    acted = queries.log.key & (queries.log.user == user) & (queries.log.time >= queries.cutoff - 7 * DAY)

    assert len(set(queries.log.day[acted].tolist())) == model.scores(queries, KEY)[0, 0]


def test_every_seed_deals_out_users_of_its_own():
    number = np.arange(40)
    rows = TrainingRows(number[:, None].astype(np.float32), number > 0, np.ones(40, np.float32), np.array([40]), [])
    dealt = [trees.grouped(rows, seed, largest=4).features[:, 0].tolist() for seed in (1, 2, 1)]

    assert dealt[0] == dealt[2] != dealt[1]
