import numpy as np
import pytest
import torch
import torch.nn.functional as F

from study.nn.representations import concat
from study.nn.representations import tuple as tuples
from study.nn.time import EMBEDDING_STD
from tests.nn.parts import parts

REPRESENTATIONS = parts("representations")
SIZES, WIDTH = [4, 60, 7], 32


@pytest.fixture
def codes():
    generator = np.random.default_rng(0)
    return np.column_stack([generator.integers(0, size, 3000) for size in SIZES]).astype(np.int32)


def built(module, codes):
    torch.manual_seed(0)
    fitted = module.fit(codes, SIZES, [1]) if hasattr(module, "fit") else None
    return module.build(SIZES, WIDTH, fitted)


def inputs(module, codes):
    if module.LAYOUT == "token":
        starts = np.concatenate(([0], np.cumsum(SIZES)[:-1]))
        codes = (codes + starts).ravel()[:, None]
    return torch.from_numpy(codes.astype(np.int64)).view(2, -1, codes.shape[1])


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_a_vector_per_position_at_the_common_scale(name, codes):
    module = REPRESENTATIONS[name]
    positions = inputs(module, codes)
    vectors = built(module, codes)(positions)

    assert module.LAYOUT in {"event", "token"}
    assert (*positions.shape[:2], WIDTH) == vectors.shape
    assert EMBEDDING_STD == pytest.approx(vectors.std().item(), rel=0.35)


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_gradients_reach_every_parameter(name, codes):
    module = REPRESENTATIONS[name]
    network = built(module, codes)
    network(inputs(module, codes)).square().sum().backward()

    assert [] == [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]


def test_every_representation_is_found():
    assert {"flat", "sum", "concat", "tuple", "candidate"} <= set(REPRESENTATIONS)


def test_candidate_reads_the_event_type_and_the_candidate_columns_alone(codes):
    module = REPRESENTATIONS["candidate"]
    network, positions = built(module, codes), inputs(module, codes)
    others = [positions.clone() for _ in SIZES]
    for column, changed in enumerate(others):
        changed[..., column] = (changed[..., column] + 1) % SIZES[column]
    is_read = [not torch.equal(network(positions), network(changed)) for changed in others]

    assert [True, True, False] == is_read
    with pytest.raises(ValueError, match="its fit returns"):
        module.build(SIZES, WIDTH, None)


def test_a_concat_of_columns_learns_what_stood_with_what_where_no_single_column_tells():
    a, b = torch.meshgrid(torch.arange(10), torch.arange(10), indexing="ij")
    codes, answer = torch.stack([a, b], dim=-1).view(1, -1, 2), ((a + b) % 10).flatten()
    torch.manual_seed(0)
    network = torch.nn.Sequential(concat.build([10, 10], 32, None), torch.nn.LayerNorm(32), torch.nn.Linear(32, 10))
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-3)
    for _ in range(300):
        optimizer.zero_grad()
        F.cross_entropy(network(codes)[0], answer).backward()
        optimizer.step()

    assert 1.0 == (network(codes)[0].argmax(-1) == answer).double().mean().item()


def test_the_key_of_a_tuple_has_the_same_bits_in_numpy_and_in_torch(codes):
    wide = codes.astype(np.int64)

    assert tuples.keys_of(wide).tolist() == tuples.keys_of(torch.from_numpy(wide)).tolist()


def test_the_key_of_a_tuple_tells_tuples_apart_by_value_and_place():
    a, b = np.meshgrid(np.arange(700), np.arange(700))
    keys = tuples.keys_of(np.column_stack([a.ravel(), b.ravel()]))

    assert 700 * 700 == len(set(keys.tolist()))
    assert (2**63) * 0.01 > abs(keys.astype(np.float64).mean())


def test_fitted_tuples_are_the_frequent_ones(monkeypatch):
    counted = {(1, 1): 9, (2, 1): 5, (1, 2): 7, (2, 2): 4, (3, 3): 5}
    codes = np.repeat(np.array(list(counted), dtype=np.int32), list(counted.values()), axis=0)
    keys = {row: int(tuples.keys_of(np.array([row], dtype=np.int64))[0]) for row in counted}
    np.random.default_rng(0).shuffle(codes)

    assert sorted(keys[row] for row in counted if row != (2, 2)) == tuples.fit(codes, [4, 4], [1]).tolist()
    monkeypatch.setattr(tuples, "MAX_TUPLES", 3)
    tied = min(keys[2, 1], keys[3, 3])
    assert sorted([keys[1, 1], keys[1, 2], tied]) == tuples.fit(codes, [4, 4], [1]).tolist()


def test_tuples_that_are_not_frequent_share_one_vector():
    codes = np.repeat(np.array([[1, 1], [1, 2]], dtype=np.int32), 6, axis=0)
    network = tuples.build([4, 4], 8, tuples.fit(codes, [4, 4], [1]))
    vectors = network(torch.tensor([[[1, 1], [1, 2], [2, 1], [3, 3]]]))[0]

    assert 3 == len(network.table.weight)
    assert 3 == len({tuple(row) for row in vectors.tolist()})
    assert vectors[2].tolist() == vectors[3].tolist()


def test_a_log_without_frequent_tuples_has_one_vector():
    nothing = tuples.fit(np.zeros((0, 2), dtype=np.int32), [4, 4], [1])
    vectors = tuples.build([4, 4], 8, nothing)(torch.tensor([[[1, 1], [0, 0]]]))[0]

    assert 0 == len(nothing)
    assert vectors[0].tolist() == vectors[1].tolist()


def test_tuples_that_were_not_fitted_say_so():
    with pytest.raises(ValueError, match="fit"):
        tuples.build([4, 4], 8, None)
