"""The contrastive term tells the two parts of one user's history from those of the others."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from study.models.sequence_settings import settings_of
from study.params import load
from study.training.contrast import SLICE, TEMPERATURE, PartsOfUsers
from study.tuning.spaces import space_of

USERS = 5
WEIGHT = 0.3
OFFSETS = np.arange(USERS + 1) * (2 * SLICE + 7)


class Pieced:
    """Stands for a batcher: the batch is the pieces themselves."""

    def assemble(self, pieces, generator):
        return pieces


def term(vectors: torch.Tensor) -> tuple[float, np.ndarray]:
    """The term where the last position of a slice of user u is embedded as vectors[part, u]; and the pieces' starts."""
    seen = []

    def encode(pieces, last):
        seen.append(pieces)
        users = np.searchsorted(OFFSETS, pieces.starts, side="right") - 1
        assert last.tolist() == [(row + 1) * SLICE - 1 for row in range(2 * USERS)]
        return vectors[np.repeat([0, 1], USERS), users]

    parts = PartsOfUsers(Pieced(), SimpleNamespace(offsets=OFFSETS), WEIGHT)
    return parts(encode, np.random.default_rng(0)).item(), seen[0].starts


def test_it_is_the_mean_cross_entropy_of_both_directions():
    vectors = torch.randn(2, USERS, 8, generator=torch.Generator().manual_seed(0))
    one, other = (part / part.norm(dim=1, keepdim=True) for part in vectors)
    odds = (one @ other.T / TEMPERATURE).exp()
    right = odds.diagonal()
    expected = -((right / odds.sum(dim=1)).log() + (right / odds.sum(dim=0)).log()).mean() / 2

    assert term(vectors)[0] == pytest.approx(WEIGHT * expected.item(), rel=1e-5)


def test_the_slices_of_a_user_lie_in_their_history_and_do_not_overlap():
    starts = term(torch.eye(USERS).repeat(2, 1, 1))[1].reshape(2, -1)
    users = np.searchsorted(OFFSETS, starts, side="right") - 1

    assert (users[0] == users[1]).all()
    assert (starts[1] >= starts[0] + SLICE).all()
    assert (starts[1] + SLICE <= OFFSETS[users[1] + 1]).all()


@pytest.mark.parametrize(("users", "drawn"), [(0, 0), (1, 0), (2, 2), (12, 12), (30, 12)])
def test_a_step_is_charged_what_it_reads(users, drawn):
    """Of histories that are too short for two slices it reads nothing, and its round is not the shorter for it."""
    offsets = np.concatenate([np.arange(users + 1) * 2 * SLICE, users * 2 * SLICE + np.arange(1, 4)])
    parts, seen = PartsOfUsers(Pieced(), SimpleNamespace(offsets=offsets), WEIGHT), []

    def encode(pieces, last):
        seen.append(int((pieces.stops - pieces.starts).sum()))
        return torch.eye(len(last))

    found = parts(encode, np.random.default_rng(0))
    assert 2 * drawn * SLICE == parts.positions == sum(seen)
    assert drawn or 0 == found.item()


@pytest.mark.parametrize(
    ("weight", "variant"),
    [("contrast_weight", "flat-contrastive-tokens"), ("key_weight", "flat-weighted-tokens")],
)
def test_a_weight_is_tuned_where_the_objective_has_it_and_nowhere_else(weight, variant):
    tuned = {
        name
        for name, entry in load().roster.items()
        if entry.family == "sequence" and weight in space_of(settings_of(entry))
    }

    assert tuned == {variant}
