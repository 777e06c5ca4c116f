"""Neural variants: composes the parts of `study/nn` that the roster entry names, and trains them with the one loop."""

import importlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from study.device import Device, chosen
from study.events.fold import Fold
from study.events.log import Ints, Log, Queries
from study.events.stream import Readouts, Stream
from study.features.candidate_attributes import candidate_attributes
from study.features.own_counts import DECAYS, OwnCounts
from study.features.sequences import event_stream, token_stream
from study.memory import keep_freed
from study.models.base import Recommender, Report, Scores
from study.models.candidate_loss import build_loss
from study.models.past import Past
from study.models.prompt import score_tokens
from study.models.sequence_settings import Settings, settings_of
from study.models.sequence_shape import Shape, cutoffs_of, shape_of
from study.nn.losses.base import Loss
from study.nn.network import Network
from study.params.budget import Rounds
from study.params.roster import SequenceEntry
from study.prepared import kept
from study.seeds import seed_of
from study.training.batches import Asking, Batcher
from study.training.contrast import PartsOfUsers
from study.training.histories import histories
from study.training.loop import Optimisation, Trainer
from study.training.placement import moved

__all__ = ["SequenceModel", "Settings", "build", "settings_of"]

RANKS = "candidates"
INFERENCE_POSITIONS = 16_384
"""Scored at a time: what a layer makes of many more of them does not fit into a processor's cache."""
PADDED = 16
KEPT_POSITIONS = 4_000_000
"""Of the past of the users of a cut-off, about, for the next model or round that scores them; else made anew."""
TOKENS_IN_BATCH = 4
"""A batch of tokens has so many times the positions of one of events: fewer events, but not a tenth of them."""
PRETRAINED_SHARE = 0.25
"""Share of the rounds of the cap that a variant with pre-training spends on it."""


class SequenceModel(Recommender):
    """A `Recommender` over positions of events or tokens.

    Raises:
        UserError: there is no such device.
    """

    def __init__(self, entry: SequenceEntry, settings: Settings, budget: Rounds, device: Device = "auto") -> None:
        keep_freed()
        self.entry, self.settings, self.budget, self.device = entry, settings, budget, chosen(device)
        self.parts = {kind: importlib.import_module(module) for kind, module in entry.parts().items()}
        self.shape: Shape | None = None
        self.fitted: Ints | None = None
        self.trainer: Trainer | None = None

    def fit(self, fold: Fold, *, rounds: int, seed: int, report: Report) -> None:
        """See `Recommender`.

        Raises:
            FloatingPointError: the loss is not a number, no history has a target, or the context has no room for one.
            UserError: the loss refuses its options.
        """
        stream = self._kept_stream(fold)
        if self.trainer is None:
            self.fitted = self._fit_representation(stream, fold.log)
            self.shape = shape_of(fold, stream, with_tokens=self._asks_tokens)
            if self._room < 1:
                raise FloatingPointError(
                    f"a context of {self.entry.context} has no room for a history beside what asks"
                )
            self.trainer = self._trainer(seed)
        own = OwnCounts.of(fold.log, fold.horizon) if self.parts["head"].READS_OWN else None
        self._describe(self.trainer.network, fold.log, fold.memo)
        for kind, until in self._phases(rounds):
            if self.trainer.rounds < until:
                asked = self._kept_readouts(fold, stream, kind)
                if not len(asked.position):
                    raise FloatingPointError("there is nothing to learn: no position of the fit span has a target")
                batcher = self._batcher(stream, asked, kind, own)
                contrasts = getattr(self.parts[kind], "CONTRASTS_PARTS", False)
                auxiliary = PartsOfUsers(batcher, stream, self.settings.contrast_weight) if contrasts else None
                self.trainer.run(batcher, self._loss(asked), until, seed, partial(report, self), auxiliary)

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`; candidates outside the fit span are unknown, unless the head composes them."""
        assert self.shape is not None and self.trainer is not None
        self._describe(self.trainer.averaged, queries.log, queries.log.memo)
        past = self._kept_past(queries)
        result = np.full((len(queries.users), len(candidates)), np.nan, dtype=np.float32)
        classes = np.arange(len(queries.log.catalogue)) if self.parts["head"].COMPOSES else self._classes
        is_known = candidates < len(classes)
        for users, length in alike(np.minimum(np.diff(past.stream.offsets), self._room)):
            known = self._block(past, queries, users, length, classes)
            result[np.ix_(users, is_known)] = known[:, candidates[is_known]]
        return result

    def parameters(self) -> int:
        """See `Recommender`; of one that reads no history without what would read it, which nothing trains."""
        assert self.trainer is not None
        network = self.trainer.network
        parts = [network.head, network.query] if hasattr(self.parts["architecture"], "IS_BLIND") else [network]
        return sum(parameter.numel() for part in parts if part is not None for parameter in part.parameters())

    def save(self, folder: Path) -> None:
        """See `Recommender`."""
        assert self.shape is not None and self.trainer is not None
        (folder / "shape.json").write_text(self.shape.model_dump_json(), encoding="utf-8")
        if self.fitted is not None:
            save_file({"fitted": self.fitted}, folder / "representation.safetensors")
        self.trainer.save(folder)

    def load(self, folder: Path) -> Self:
        """See `Recommender`."""
        self.shape = Shape.model_validate_json((folder / "shape.json").read_text(encoding="utf-8"))
        path = folder / "representation.safetensors"
        self.fitted = load_file(path)["fitted"] if path.exists() else None
        self.trainer = self._trainer(seed=0)
        self.trainer.load(folder)
        return self

    @property
    def losses(self) -> list[float]:
        """See `Recommender`."""
        return self.trainer.progress.losses if self.trainer else []

    @property
    def pretraining(self) -> int:
        """See `Recommender`: those of the objective that comes before, which leave one round for the other at least."""
        share = max(1, round(PRETRAINED_SHARE * self.budget.rounds)) if "pretrain" in self.parts else 0
        return min(share, self.budget.rounds - 1)

    @property
    def _lays_out_tokens(self) -> bool:
        return bool(self.parts["representation"].LAYOUT == "token")

    @property
    def _asks_tokens(self) -> bool:
        return bool(self.parts["objective"].CLASSES == "tokens")

    @property
    def _hides(self) -> bool:
        return hasattr(self.parts["objective"], "HIDES")

    @property
    def _classes(self) -> Ints:
        """The class of each known candidate: its token where classes are tokens, negative where it has none."""
        assert self.shape is not None
        tokens = self.shape.tokens
        return np.array(tokens.candidates, dtype=np.int64)[:, 0] if tokens else np.arange(self.shape.candidates)

    def _describe(self, network: Network, log: Log, memo: dict[Any, Any]) -> None:
        """Tells a head that composes candidates what describes them in a log: all of its catalogue, as of its end."""
        if self.parts["head"].COMPOSES:
            if "described" not in memo:
                memo["described"] = torch.from_numpy(candidate_attributes(log).astype(np.int64))
            network.head.describe(memo["described"])

    def _phases(self, rounds: int) -> Iterator[tuple[str, int]]:
        if self.pretraining:
            yield "pretrain", min(rounds, self.pretraining)
        yield "objective", rounds

    def _asking(self, kind: str) -> Asking:
        return Asking(
            context=self.entry.context,
            recency_days=self.settings.recency_days,
            prefixes=self.entry.prefixes or (self.parts["architecture"].SEES_LATER and not self._hides),
            hides=self._hides,
            read_share=self.parts[kind].READ_SHARE,
            key_weight=self.settings.key_weight if hasattr(self.parts[kind], "WEIGHS_KEY") else 1.0,
        )

    def _batcher(self, stream: Stream, asked: Readouts, kind: str, own: OwnCounts | None) -> Batcher:
        return Batcher(stream, asked, self._asking(kind), own, self._classes)

    def _loss(self, asked: Readouts) -> Loss:
        assert self.shape is not None
        classes = sum(self.shape.sizes) if self._asks_tokens else self.shape.candidates
        frequency = torch.from_numpy(np.bincount(asked.labels, minlength=classes).astype(np.float32))
        return build_loss(self.parts["loss"], frequency, self.entry.loss_options)

    def _fit_representation(self, stream: Stream, log: Log) -> Ints | None:
        fit = getattr(self.parts["representation"], "fit", None)
        candidate = [list(log.codes).index(column) for column in log.candidate_columns]
        return fit(stream.inputs, list(log.sizes.values()), candidate) if fit else None

    def _stream(self, log: Log, last: int | None = None) -> Stream:
        lay_out = token_stream if self._lays_out_tokens else event_stream
        return lay_out(log, last)

    def _kept_stream(self, fold: Fold) -> Stream:
        """The stream of a fold, made once for all trials."""
        key = ("stream", self.parts["representation"].LAYOUT)
        return kept(fold.memo, key, partial(self._stream, fold.log))

    def _kept_past(self, queries: Queries) -> Past:
        """The past of the users of some queries, made once for all models that score them, until much is kept."""
        assert self.shape is not None
        reads, layout, context = self.parts["head"].READS_OWN, self.parts["representation"].LAYOUT, self.entry.context
        key = ("past", layout, context, reads, queries.users.tobytes())
        log = queries.log
        events = np.minimum(np.diff(log.offsets)[queries.users], context)
        each = len(log.codes) if layout == "token" else 1  # at most: a value that is missing has no token
        positions = int(events.sum()) * each
        make = partial(self._past, log, queries.users)
        others = sum(len(one.stream.time) for one in queries.memo.values() if isinstance(one, Past))
        is_large = key not in queries.memo and others + positions > KEPT_POSITIONS
        return make() if is_large else kept(queries.memo, key, make)

    def _past(self, log: Log, users: Ints) -> Past:
        assert self.shape is not None
        theirs = log.of(users)
        own = OwnCounts.of(theirs, self.shape.horizon) if self.parts["head"].READS_OWN else None
        return Past(self._stream(theirs, self.entry.context), own, theirs.offsets[1:])

    def _kept_readouts(self, fold: Fold, stream: Stream, kind: str) -> Readouts:
        key = ("readouts", self.parts["representation"].LAYOUT, self.parts[kind].__name__)
        return kept(fold.memo, key, lambda: fold.relabelled(self.parts[kind].readouts(stream, cutoffs_of(fold))))

    def _trainer(self, seed: int) -> Trainer:
        assert self.shape is not None
        shape, s = self.shape, self.settings
        torch.manual_seed(seed_of(seed, "weights"))
        classes = sum(shape.sizes) if self._asks_tokens else shape.candidates
        network = Network(
            self.parts["representation"].build(shape.sizes, s.width, self.fitted),
            self.parts["architecture"].build(s.width, self.entry.blocks, s.heads, s.dropout),
            self.parts["head"].build(s.width, classes, len(DECAYS), shape.described),
            s.width,
            shape.event_types if self.parts["objective"].ASKS_ABOUT_TIME else None,
        )
        how = Optimisation(
            learning_rate=s.learning_rate,
            weight_decay=s.weight_decay,
            warmup_steps=s.warmup_steps,
            batch=s.batch * (TOKENS_IN_BATCH if self._lays_out_tokens and self.entry.budget_in == "events" else 1),
            positions=round(self.budget.positions * (shape.per_event if self.entry.budget_in == "events" else 1)),
        )
        return Trainer(network, how, self.device)

    @property
    def _room(self) -> int:
        """Positions of a history that the context has room for, beside those that are asked about."""
        assert self.shape is not None
        return self.entry.context - (self.shape.tokens.room if self.shape.tokens else int(self._hides))

    def _block(self, past: Past, queries: Queries, users: Ints, length: int, classes: Ints) -> NDArray[np.float32]:
        assert self.shape is not None and self.trainer is not None
        history = histories(past.stream, queries, users, min(length, self._room), padded_to=length)
        network, own = self.trainer.averaged, past.own_of(users, queries.cutoff, classes)
        with torch.inference_mode():
            if self.shape.tokens:
                return score_tokens(network, self.shape.tokens, history, own, self.device)
            if self._hides:
                history = history.with_hidden_event()
            asked = moved(history.asked(queries.log.prompt["event_type"]), self.device)
            logits: NDArray[np.float32] = network.head.bind(moved(own, self.device))(network(asked)).cpu().numpy()
            return logits


def alike(lengths: Ints) -> Iterator[tuple[Ints, int]]:
    """Blocks of histories that are padded to one length: the next multiple of `PADDED`, which is their own alone.

    Args:
        lengths: positions of each history, int64 [Q].

    Yields:
        Indices of some histories, and the length, of at most `INFERENCE_POSITIONS` positions.
    """
    wanted = -(-lengths // PADDED) * PADDED
    for length in np.unique(wanted).tolist():
        rows = np.flatnonzero(wanted == length)
        step = max(INFERENCE_POSITIONS // length, 1)
        for begin in range(0, len(rows), step):
            yield rows[begin : begin + step], length


def build(entry: SequenceEntry, settings: Settings, budget: Rounds, device: Device = "auto") -> SequenceModel:
    """The variant of a roster entry; a round has `budget.positions` positions."""
    return SequenceModel(entry, settings, budget, device)
