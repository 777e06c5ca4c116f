"""Candidates of a model whose classes are tokens."""

from types import SimpleNamespace

import numpy as np
import torch

from study.features.sequences import token_starts, token_stream
from study.models.prompt import ABSENT, CandidateTokens, score_tokens
from study.nn.architectures import causal
from study.nn.heads import plain
from study.nn.network import Network
from study.nn.representations import flat
from study.params.question import WhatQuestion
from study.training.histories import histories
from tests.made import QUESTION, day_of, made_log

ROWS = [
    *(("a", 1.0, "buy", item, None) for item in "xyz"),
    *(("b", 9.0, "buy", item, "red") for item in "wy"),
]


def test_a_log_that_ends_before_the_first_event_of_a_candidate_has_no_tokens_of_it_and_those_of_the_others():
    log = made_log(ROWS)
    early, starts = log.before(day_of(8.0)), token_starts(log)
    late = log.catalogue.index("w")
    whole, part = (np.array(CandidateTokens.of(some, starts).candidates) for some in (log, early))
    others = np.arange(len(log.catalogue)) != late

    assert (4, 1) == whole.shape == part.shape
    assert (whole > 0).all()
    assert ABSENT == part[late, 0]
    assert np.array_equal(whole[others], part[others])
    assert 4 == len(np.unique(whole))


PAIRS = [
    *(("a", day, "buy", item, colour) for day, item, colour in [(1.0, "x", "red"), (2.0, "x", "blue")]),
    *(("b", day, "buy", item, colour) for day, item, colour in [(1.0, "y", "red"), (3.0, "z", "blue")]),
]


def test_a_candidate_of_two_columns_is_as_likely_as_its_first_token_and_then_its_second():
    """Read off one pass over what was done, the prompt and the first token, at the last two positions."""
    log = made_log(PAIRS, WhatQuestion(**QUESTION.model_dump() | {"candidate": ["item", "colour"]}))
    tokens, width = CandidateTokens.of(log, token_starts(log)), 8
    sizes = list(log.sizes.values())
    torch.manual_seed(0)
    representation, architecture = flat.build(sizes, width, None), causal.build(width, 1, 2, 0.0)
    network = Network(representation, architecture, plain.build(width, sum(sizes), 0, []), width, None).eval()
    queries = SimpleNamespace(cutoff=day_of(9.0), local=day_of(9.0))
    history = histories(token_stream(log), queries, np.arange(2), 9)

    def said(logits, column, token):
        start, size = tokens.columns[column]
        return torch.log_softmax(logits[:, start : start + size], dim=-1)[:, token - start]

    with torch.inference_mode():
        scores = score_tokens(network, tokens, history, None, torch.device("cpu"))
        assert (2, 4) == scores.shape
        for candidate, (first, second) in enumerate(tokens.candidates):
            asked = history.extended([*tokens.prompt, first]).asked(0)
            before, after = (network.head.bind(None)(network.encode(asked, asked.at - back)) for back in (1, 0))
            expected = said(before, 0, first) + said(after, 1, second)
            np.testing.assert_allclose(scores[:, candidate], expected, rtol=1e-5)
    assert (np.exp(scores).sum(axis=1) <= 1).all()

    fewer = tokens.model_copy(update={"candidates": [[ABSENT, ABSENT], *tokens.candidates[1:]]})
    with torch.inference_mode():
        without = score_tokens(network, fewer, history, None, torch.device("cpu"))
    assert np.isnan(without[:, 0]).all()
    np.testing.assert_allclose(without[:, 1:], scores[:, 1:], rtol=1e-5)
