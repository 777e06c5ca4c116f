"""Scores of candidates by the probability of their tokens after the prompt of what the key filter fixes."""

from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from study.events.log import Log
from study.features.sequences import prompt_of
from study.nn.heads.base import Own
from study.nn.network import Network
from study.params.base import Frozen
from study.training.histories import History
from study.training.placement import moved

ABSENT = -1


class CandidateTokens(Frozen):
    """The tokens of the prompt, of each known candidate (one per candidate column), and of each candidate column.

    Attributes:
        prompt: tokens that the key filter fixes, event_type first.
        candidates: for each known candidate its token in each candidate column, [known][columns]; `ABSENT` where the
            log has no event with it, as one that ends before its first may.
        columns: first token and number of tokens of each candidate column.
    """

    prompt: list[int]
    candidates: list[list[int]]
    columns: list[tuple[int, int]]

    @classmethod
    def of(cls, log: Log, starts: dict[str, int]) -> Self:
        """From the events of a log."""
        values, first = np.unique(log.candidate, return_index=True)
        found, first = values[values >= 0], first[values >= 0]
        codes = np.full((log.known, len(log.candidate_columns)), ABSENT)
        for column, name in enumerate(log.candidate_columns):
            codes[found, column] = log.codes[name][first] + starts[name]
        return cls(
            prompt=list(prompt_of(log)),
            candidates=codes.tolist(),
            columns=[(starts[name], log.sizes[name]) for name in log.candidate_columns],
        )

    @property
    def room(self) -> int:
        """Positions that the prompt and all but the last candidate column take."""
        return len(self.prompt) + len(self.columns) - 1


def score_tokens(
    network: Network, tokens: CandidateTokens, history: History, past: Own | None, device: torch.device
) -> NDArray[np.float32]:
    """Log-probabilities of the known candidates, float32 [Q, known]; NaN of those without tokens.

    The prompt is appended to each history; its positions are told the cut-off's time. With several candidate
    columns it is the sum of the log-probabilities of each column's token after those of the columns before it.

    Args:
        past: the own past of each query over tokens, for heads that read it.
        device: of the network.
    """
    everyone = np.array(tokens.candidates, dtype=np.int64)
    present = np.flatnonzero(everyone[:, 0] != ABSENT)
    candidates = everyone[present]
    result = np.full((len(history.lengths), len(everyone)), np.nan, dtype=np.float32)
    result[:, present] = 0
    head = network.head.bind(moved(past, device))
    for column, (start, size) in enumerate(tokens.columns):
        prefixes, group = np.unique(candidates[:, :column], axis=0, return_inverse=True)
        for number, prefix in enumerate(prefixes):
            extended = history.extended([*tokens.prompt, *prefix.tolist()])
            logits = head(network(moved(extended.asked(0), device)))[:, start : start + size]
            members = np.flatnonzero(group.ravel() == number)
            chosen = candidates[members, column] - start
            result[:, present[members]] += torch.log_softmax(logits, dim=-1)[:, chosen].cpu().numpy()
    return result
