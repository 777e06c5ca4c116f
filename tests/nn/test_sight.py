from types import SimpleNamespace

import pytest
import torch

from study.nn.architectures import causal
from study.nn.heads.plain import Plain
from study.nn.network import Network
from study.nn.representations import flat
from study.nn.sight import NearSighted, pack
from study.nn.time import FEATURES

TYPES, TOKENS, WIDTH = 3, 20, 16
# two moments: two events of 3 and 2 tokens, then one of 3; a row of padding behind
INPUTS = torch.tensor([[0, 5, 9, 1, 6, 0, 5, 11], [2, 7, 0, 8, 12, 12, 12, 12]])
DAYS = torch.tensor([[0.0, 0, 0, 0, 0, 4, 4, 4], [0.0, 0, 3, 3, 3, 3, 3, 3]])
LENGTHS = torch.tensor([8, 5])


def network(sight):
    torch.manual_seed(0)
    whole = Network(flat.build([TYPES, TOKENS - TYPES], WIDTH, None), causal.build(WIDTH, 2, 2, 0.0),
                    Plain(WIDTH, TOKENS), WIDTH, None)  # fmt: skip
    return (whole if sight is None else NearSighted(whole, sight, TYPES)).eval()


def batch(inputs=INPUTS, features=None, days=DAYS):
    features = torch.zeros(*inputs.shape, FEATURES) if features is None else features
    at = torch.arange(inputs.numel())[(torch.arange(8) < LENGTHS[:, None]).flatten()]
    return SimpleNamespace(inputs=inputs[..., None], features=features, days=days, lengths=LENGTHS, hidden=None, at=at)


def changed(place, token):
    inputs = INPUTS.clone()
    inputs[0, place] = token
    return batch(inputs)


@pytest.mark.parametrize(
    ("sight", "place", "touched"),
    [
        ("event", 1, {1, 2}),  # in the first event: its own later tokens alone
        ("event", 4, {4}),
        ("moment", 1, {1, 2, 3, 4}),  # also the other event of the moment
        ("moment", 6, {6, 7}),
        (None, 1, {1, 2, 3, 4, 5, 6, 7}),
    ],
)
def test_a_position_sees_its_segment_and_nothing_else(sight, place, touched):
    model = network(sight)
    before, after = model(batch()), model(changed(place, 10))
    differs = (before - after).abs().amax(dim=-1) > 1e-6

    assert touched == set(differs.nonzero().squeeze(1).tolist())


@pytest.mark.parametrize("sight", ["event", "moment"])
def test_the_gap_is_hidden_and_the_weekday_told(sight):
    model, features = network(sight), torch.zeros(2, 8, FEATURES)
    gaps, weekdays = features.clone(), features.clone()
    gaps[..., :5], weekdays[..., 5:] = 1.0, 1.0

    torch.testing.assert_close(model(batch()), model(batch(features=gaps)))
    assert not torch.allclose(model(batch()), model(batch(features=weekdays)), atol=1e-4)


def test_how_long_ago_the_other_moments_were_says_nothing():
    later = DAYS * 5

    torch.testing.assert_close(network("moment")(batch()), network("moment")(batch(days=later)))


def test_a_first_segment_is_seen_as_the_whole_network_sees_it():
    features = torch.zeros(2, 8, FEATURES)
    features[..., :5] = network("event").no_gap
    whole, near = network(None)(batch(features=features)), network("moment")(batch())

    torch.testing.assert_close(whole[:5], near[:5], atol=1e-5, rtol=1e-5)


def test_segments_are_packed_in_order_and_padding_left_out():
    x = torch.arange(16.0).view(2, 8, 1)
    begins = INPUTS < TYPES
    packed = pack(x, DAYS, LENGTHS, begins)

    assert [3, 2, 3, 2, 3] == packed.lengths.tolist()
    assert [3.0, 4.0, 0.0] == packed.x[1, :, 0].tolist()
    assert [[0, 1, 2, 3, 4, 6, 7, 8], [9, 10, 12, 13, 14, -1, -1, -1]] == packed.where.view(2, 8).tolist()
