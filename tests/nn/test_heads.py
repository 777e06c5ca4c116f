"""Every file of study/nn/heads: what a sampled loss asks for equals the full logits, and all of a head is trained."""

import pytest
import torch
import torch.nn.functional as F

from study.nn.heads.base import Own, Shared
from tests.nn.parts import parts

HEADS = parts("heads")
COMPOSED = [name for name, module in HEADS.items() if module.COMPOSES]
WIDTH, CLASSES, DECAYS, DESCRIBED = 8, 5, 3, [4, 6]
CODES = torch.tensor([[1, 2], [1, 3], [2, 2], [3, 5], [0, 0]])
UNSEEN = torch.tensor([[2, 5]])
OWN = Own(
    rows=torch.tensor([0, 0, 2]),
    classes=torch.tensor([1, 4, 3]),
    counts=torch.tensor([[0.1, 0.5, 0.9], [1.0, 1.0, 2.0], [0.3, 0.2, 0.7]]),
)
NOTHING = Own(OWN.rows[:0], OWN.classes[:0], OWN.counts[:0])
BASKETS = Own(
    rows=torch.tensor([0, 0, 1, 1, 3]),
    classes=torch.tensor([1, 4, 1, 4, 3]),
    counts=OWN.counts,
    shared=Shared(torch.tensor([0, 1, 0, 1, 2]), torch.tensor([0, 1, 3]), asking=[2, 1], sizes=[2, 1]),
)
"""Readouts 0 and 1 ask for the same past."""


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


HIDDEN = drawn(1, 4, WIDTH)


def made(name: str):
    """A head whose every parameter has a value of its own: some start at zero."""
    head = HEADS[name].build(WIDTH, CLASSES, DECAYS, DESCRIBED)
    with torch.no_grad():
        for number, parameter in enumerate(head.parameters()):
            parameter.copy_(drawn(number + 2, *parameter.shape))
    head.describe(CODES)
    return head


def test_the_folder_is_discovered():
    assert {"plain", "repeat_aware", "composed", "composed_with_id"} <= set(HEADS)
    assert {"composed_repeat_aware", "composed_with_id_repeat_aware"} <= set(HEADS)


@pytest.mark.parametrize("own", [OWN, BASKETS, NOTHING], ids=["counts", "shared-counts", "no-counts"])
@pytest.mark.parametrize("name", HEADS)
def test_some_logits_are_those_of_all(name, own):
    bound = made(name).bind(own)
    rows = torch.tensor([0, 0, 2, 3])
    one, several = torch.tensor([1, 2, 3, 0]), torch.tensor([[1, 4], [0, 1], [3, 2], [4, 4]])
    full = bound(HIDDEN)

    assert (len(HIDDEN), CLASSES) == tuple(full.shape)
    assert CLASSES == bound.classes
    torch.testing.assert_close(bound.some(HIDDEN, rows, one), full[rows, one])
    torch.testing.assert_close(bound.some(HIDDEN, rows, several), full[rows[:, None], several])


@pytest.mark.parametrize("name", HEADS)
def test_gradients_reach_every_parameter(name):
    head = made(name)
    (head.bind(OWN)(HIDDEN) ** 2).sum().backward()

    assert [] == [n for n, p in head.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]


@pytest.mark.parametrize("name", [name for name, module in HEADS.items() if module.READS_OWN])
def test_the_own_past_moves_the_logits_of_its_pairs_alone(name):
    head = made(name)
    told, untold = head.bind(OWN)(HIDDEN), head.bind(NOTHING)(HIDDEN)
    moved = torch.zeros(len(HIDDEN), CLASSES, dtype=torch.bool)
    moved[OWN.rows, OWN.classes] = True

    assert torch.equal(moved, told != untold)


@pytest.mark.parametrize("name", [name for name, module in HEADS.items() if module.READS_OWN])
def test_counts_that_readouts_share_say_what_those_of_their_own_do(name):
    apart = BASKETS._replace(counts=BASKETS.counts[BASKETS.shared.place], shared=None)
    found = {}
    for kept, own in (("shared", BASKETS), ("apart", apart)):
        head = made(name)
        hidden = HIDDEN.clone().requires_grad_()
        logits = head.bind(own)(hidden)
        (logits**2).sum().backward()
        found[kept] = [logits, hidden.grad, *(parameter.grad for parameter in head.parameters())]

    torch.testing.assert_close(found["shared"], found["apart"], rtol=1e-4, atol=1e-4)


def test_the_repeat_aware_term_is_zero_without_counts_and_rises_with_them_at_the_start():
    fresh = HEADS["repeat_aware"].build(WIDTH, CLASSES, DECAYS, DESCRIBED)
    none, some = (fresh.term(HIDDEN, OWN._replace(counts=OWN.counts * times)) for times in (0.0, 1.0))

    assert torch.zeros(3).tolist() == none.tolist()
    assert (len(OWN.rows),) == tuple(some.shape)


def test_the_repeat_aware_term_by_hand():
    """w . x + (gelu(Wx + b) - gelu(b)) . (a_c + B h_r), with one bend that is told nothing of class or history."""
    head = HEADS["repeat_aware"].build(WIDTH, CLASSES, DECAYS, DESCRIBED)
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.zero_()
        head.line.copy_(torch.tensor([1.0, 0.0, 2.0]))
        head.bend.weight[0] = torch.tensor([0.0, 10.0, 0.0])
        head.of_class.table.weight[4, 0] = 3.0

    # far from zero gelu is the identity: 10 * 1.0 * 3 for class 4, nothing for classes 1 and 3
    expected = torch.tensor([0.1 + 1.8, 1.0 + 4.0 + 30.0, 0.3 + 1.4])
    torch.testing.assert_close(head.term(HIDDEN, OWN), expected)


@pytest.mark.parametrize("name", COMPOSED)
def test_an_unseen_candidate_is_ranked_by_its_attributes(name):
    head = made(name).eval()
    head.describe(torch.cat([CODES, UNSEEN]))
    vectors = of_unseen(getattr(head, "base", head).table)
    logits = head.bind(NOTHING)(HIDDEN)

    assert (len(HIDDEN), CLASSES + 1) == tuple(logits.shape)
    torch.testing.assert_close(logits[:, -1], HIDDEN @ vectors[:-1] + vectors[-1])


@pytest.mark.parametrize("name", [name for name in COMPOSED if HEADS[name].READS_OWN])
def test_counts_of_an_unseen_candidate_count_by_its_attributes(name):
    """(gelu(Wx + b) - gelu(b)) . (a_c + B h_r) + w . x, with an a_c that is composed."""
    head = made(name).eval()
    head.describe(torch.cat([CODES, UNSEEN]))
    own = Own(torch.tensor([1]), torch.tensor([CLASSES]), torch.tensor([[0.5, 1.0, 1.5]]))
    bent = F.gelu(head.bend(own.counts[0])) - F.gelu(head.bend.bias)
    term = own.counts[0] @ head.line + bent @ (of_unseen(head.of_class) + head.of_hidden(HIDDEN[1]))
    bound = head.bind(own)
    gained = bound(HIDDEN) - head.bind(NOTHING)(HIDDEN)

    torch.testing.assert_close(gained[1, CLASSES], term, rtol=1e-4, atol=1e-4)
    assert 1 == (gained != 0).sum()
    rows, asked = torch.tensor([1, 2]), torch.tensor([[CLASSES, 0], [0, CLASSES]])
    torch.testing.assert_close(bound.some(HIDDEN, rows, asked), bound(HIDDEN)[rows[:, None], asked])


def of_unseen(vectors) -> torch.Tensor:
    """The sum of the vectors of the unseen candidate's attributes."""
    return vectors.parts.weight[UNSEEN[0] + torch.tensor([0, DESCRIBED[0]])].sum(dim=0)


@pytest.mark.parametrize("name", COMPOSED)
def test_in_training_only_candidates_of_the_fit_span_are_ranked(name):
    head = made(name)
    seen = head.eval().bind(OWN)(HIDDEN)
    head.describe(torch.cat([CODES, UNSEEN]))

    torch.testing.assert_close(head.train().bind(OWN)(HIDDEN), seen)


def test_candidates_with_equal_attributes_are_told_apart_by_ids_alone():
    twins = CODES.clone()
    twins[1] = twins[0]
    logits = {}
    for name in ("composed", "composed_with_id"):
        head = made(name)
        head.describe(twins)
        logits[name] = head(HIDDEN)

    torch.testing.assert_close(logits["composed"][:, 0], logits["composed"][:, 1])
    assert not torch.allclose(logits["composed_with_id"][:, 0], logits["composed_with_id"][:, 1])
