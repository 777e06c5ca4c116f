"""Scores of candidates by the probability of their tokens after the prompt of what the key filter fixes."""

from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from study.events.log import Ints, Log
from study.nn.network import Network
from study.params.base import Frozen


class CandidateTokens(Frozen):
    """The tokens of the prompt, of each known candidate (one per candidate column), and of each candidate column.

    Attributes:
        prompt: tokens that the key filter fixes, event_type first.
        candidates: for each known candidate its token in each candidate column, [known][columns].
        columns: first token and number of tokens of each candidate column.
    """

    prompt: list[int]
    candidates: list[list[int]]
    columns: list[tuple[int, int]]

    @classmethod
    def of(cls, log: Log, starts: dict[str, int]) -> Self:
        """From a log whose events hold every known candidate at least once."""
        values, first = np.unique(log.candidate, return_index=True)
        first = first[values >= 0]
        codes = np.column_stack([log.codes[name][first] + starts[name] for name in log.candidate_columns])
        return cls(
            prompt=[starts[name] + code for name, code in log.prompt.items()],
            candidates=codes.tolist(),
            columns=[(starts[name], log.sizes[name]) for name in log.candidate_columns],
        )

    @property
    def room(self) -> int:
        """Positions that the prompt and all but the last candidate column take."""
        return len(self.prompt) + len(self.columns) - 1


def score_tokens(
    network: Network,
    tokens: CandidateTokens,
    history: dict[str, Tensor],
    last: Ints,
    query: NDArray[np.float32],
    since: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Log-probabilities of the known candidates, float32 [Q, known].

    The prompt is appended to each history; its positions are told the cut-off's time. With several candidate
    columns it is the sum of the log-probabilities of each column's token after those of the columns before it.

    Args:
        history: `inputs`, `features` and `days` of the network, padded on the right.
        last: index of the last position of each history, int64 [Q].
        query: time features of the cut-off, float32 [Q, T].
        since: days from the first position of each history to the cut-off, float64 [Q].
    """
    candidates = np.array(tokens.candidates, dtype=np.int64)
    result = np.zeros((len(last), len(candidates)), dtype=np.float32)
    for column, (start, size) in enumerate(tokens.columns):
        prefixes, group = np.unique(candidates[:, :column], axis=0, return_inverse=True)
        for number, prefix in enumerate(prefixes):
            suffix = [*tokens.prompt, *prefix.tolist()]
            extended = _append(history, last, suffix, query, since)
            logits = _last_logits(network, extended, last + len(suffix))[:, start : start + size]
            members = np.flatnonzero(group.ravel() == number)
            chosen = candidates[members, column] - start
            result[:, members] += torch.log_softmax(logits, dim=-1)[:, chosen].numpy()
    return result


def _append(
    history: dict[str, Tensor], last: Ints, suffix: list[int], query: NDArray[np.float32], since: NDArray[np.float64]
) -> dict[str, Any]:
    length = len(suffix)
    rows = torch.arange(len(last))[:, None]
    at = torch.from_numpy(last)[:, None] + 1 + torch.arange(length)
    extended = {}
    for name, values in history.items():
        padding = values[:, -1:].expand(-1, length, *values.shape[2:])
        extended[name] = torch.cat([values, padding], dim=1).clone()
    extended["inputs"][rows, at] = torch.tensor(suffix)[None, :, None]
    extended["features"][rows, at] = torch.from_numpy(query)[:, None]
    extended["days"][rows, at] = torch.from_numpy(since.astype(np.float32))[:, None]
    return extended


def _last_logits(network: Network, inputs: dict[str, Any], at: Ints) -> Tensor:
    flat = torch.from_numpy(np.arange(len(at)) * inputs["days"].shape[1] + at)
    nothing = torch.zeros(len(at), dtype=torch.int64)
    hidden = network(**inputs, at=flat, query=inputs["features"][:, 0], event_type=nothing)
    logits: Tensor = network.head(hidden)
    return logits
