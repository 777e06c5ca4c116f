"""Token accounting of the flat model: trains it and its near-sighted twins on train, and reads their loss on select.

Test is not read: how a loss comes about is asked of the events of the select windows.
"""

import json
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.diagnostics.accounting import COLUMN, OWN, STARTS, UNIGRAM, account, finding, past
from study.diagnostics.own_tokens import OwnTokens, at_starts
from study.diagnostics.slots import Strict, Unigram, by_user, inside, losses, number_of, sum_of
from study.diagnostics.twins import SEEN, Seen, twin
from study.events.fold import Fold
from study.events.log import Ints, Log
from study.events.stream import Cutoffs, Readouts, Stream
from study.features.sequences import prompt_of, token_stream
from study.models.data import encoded, make_fold, read_spans
from study.models.sequence import Settings
from study.nn.objectives import next_token
from study.params import Params, load
from study.params.features import Features
from study.params.question import Question
from study.params.roster import SequenceEntry
from study.params.tokens import Tokens
from study.paths import PARAMS, code_of, events_file, replacing, spans_file, vocabulary_file, write_text
from study.provenance import identity
from study.scratch import scratch
from study.seeds import hash_text, mix64, seed_of
from study.stages.arm_manifest import publish, sections_hash
from study.stages.scored import text_of
from study.tuning.refused import telling
from study.tuning.workers import run_each


@dataclass(frozen=True)
class AskedTokens:
    """The tokens whose loss is read: those of at most so many users, in the select windows.

    Attributes:
        rows: into `readouts`, ascending.
        users: the user of each row, [len(rows)].
        is_start: whether the token is of a ranked column, in the first event of a moment, bool [len(rows)].
    """

    fold: Fold
    log: Log
    stream: Stream
    readouts: Readouts
    rows: Ints
    users: list[str]
    unigram: Unigram
    is_start: NDArray[np.bool_]

    @property
    def labels(self) -> Ints:
        """The token of each row."""
        labels: Ints = self.readouts.labels[self.rows]
        return labels


def run() -> None:
    """Writes `data/results/<snapshot>/tokens/`: the accounting and its manifest."""
    params = load()
    budget, declared = params.size.tokens, params.section(Tokens)
    entry, settings = declared.entry(params.variants), Settings(batch=declared.batch)
    read_asked.cache_clear()  # what another run in this process has kept
    with scratch(Path("tokens"), _fingerprint(params, entry, settings), "tokens", params.device) as folder:
        fits = [(seen, number) for number in range(budget.seeds) for seen in SEEN]
        tasks = {
            f"tokens: {s}-{n}": partial(account_once, folder / f"{s}-{n}", params, entry, settings, s, n)
            for s, n in fits
        }
        tables = run_each(tasks, budget.workers, params.engine, desc="tokens", unit="fit")
        curves = {seen: [_trained(folder / f"{s}-{n}") for s, n in fits if s == seen] for seen in SEEN}
    asked = read(params, entry)
    sums = pl.concat([*naive(asked, entry.context), *tables.values()])
    rows = account(sums, list(asked.log.codes), params.statistics, params.seed)
    whole, before = rows[-1], past(sums, params.statistics, params.seed)
    found = {
        "variant": declared.variant,
        "seeds": budget.seeds,
        "rounds": budget.rounds,
        "positions": budget.positions,
        "users": sums["user_id"].n_unique(),
        "at_least": declared.statistics_share,
        "finding": finding(whole["shares"]["within_event"], declared.statistics_share),
        "finding_beyond_column": finding(whole["within_event_beyond_column"], declared.statistics_share),
        "past": before,
        "finding_as_counting": finding(before and before["share"], 1.0),
        "training_losses": curves,
        "slots": rows,
    }
    hashed = sections_hash(params, "tokens", declared, params.question(entry.question), entry, settings)
    publish(params, "tokens", {"tokens.json": text_of(found)}, hashed)


def naive(asked: AskedTokens, context: int) -> list[pl.DataFrame]:
    """What counting alone loses: all tokens, those of the slot that comes next, and the user's own ones of that slot.

    The own ones are counted over the half of a context that every position of a model sees at least, and mixed with
    those of the slot as it is best in the fit span, for the same users.
    """
    unigram, reach = asked.unigram, max(context // 2, 1)
    own, before = (
        OwnTokens.before(asked.stream, unigram.starts, asked.readouts.position[rows] + 1, reach)
        for rows in (asked.rows, inside(asked.readouts, asked.stream, int(asked.stream.time.min()), asked.fold.end))
    )
    known = {
        UNIGRAM: -unigram.logp[asked.labels],
        COLUMN: -unigram.logp_in_slot[asked.labels],
        OWN: own.losses(unigram, before.fitted(unigram)),
    }
    return [_sums(asked, name, 0, values) for name, values in known.items()]


def account_once(
    folder: Path, params: Params, entry: SequenceEntry, settings: Settings, seen: Seen, number: int
) -> pl.DataFrame:
    """Trains one model in a worker and sums its losses by user and slot; what is finished is not done again.

    Raises:
        UserError: the loss is no number, or memory is refused.
    """
    path = folder / "sums.parquet"
    if not path.exists():
        advice = f"the section tokens of {PARAMS} asks for it: name another variant, or give tokens another budget"
        with telling(f"tokens: {params.section(Tokens).variant} that sees {seen}, seed {number}", advice):
            trained, sums = _accounted(params, entry, settings, seen, number)
        write_text(folder / "losses.json", json.dumps(trained) + "\n")
        with replacing(path) as temporary:
            sums.write_parquet(temporary)
    return pl.read_parquet(path)


def _accounted(
    params: Params, entry: SequenceEntry, settings: Settings, seen: Seen, number: int
) -> tuple[list[float], pl.DataFrame]:
    """The training losses of a model, and its sums."""
    asked, budget = read(params, entry), params.size.tokens
    model = twin(entry, settings, budget, seen, params.device)
    seed = seed_of(params.seed, "tokens", number)  # the same for the twins: equal starts and batches
    model.fit(asked.fold, rounds=budget.rounds, seed=seed, report=lambda *_: None)
    assert model.trainer is not None
    strict = Strict(seen, asked.stream, asked.unigram)
    asking = asked.stream, asked.readouts, asked.rows, entry.context
    values = losses(model.trainer.averaged, *asking, strict, model.device)
    return model.losses, _sums(asked, seen, number, values)


def read(params: Params, entry: SequenceEntry) -> AskedTokens:
    """The train span, and the tokens that are asked about; kept for the process."""
    name = entry.question
    return read_asked(name, params.question(name), params.features, params.size.tokens.users, params.seed)


@cache
def read_asked(name: str, question: Question, features: Features, users: int, seed: int) -> AskedTokens:
    """The same, of at most so many users."""
    log, spans = encoded(pl.read_parquet(events_file(name, "development")), name, "train"), read_spans(name)
    fold = make_fold(log, name, question, "train", features)
    since, until = spans.select[0].cutoff, spans.select[-1].end
    drawn = _drawn(log, since, until, users, seed)
    log = log.kept(drawn[log.user] & (log.time < until))
    stream = token_stream(log)
    readouts = _readouts(log, stream)
    rows = inside(readouts, stream, since, until)
    whose = [log.users[user] for user in stream.user[readouts.position[rows]]]
    unigram = Unigram.of(fold.log)
    ranked = [list(log.codes).index(column) for column in question.candidate_columns]
    is_start = at_starts(stream, unigram.starts, readouts.position[rows] + 1, ranked)
    return AskedTokens(fold, log, stream, readouts, rows, whose, unigram, is_start)


def _trained(folder: Path) -> list[float]:
    curve: list[float] = json.loads((folder / "losses.json").read_text(encoding="utf-8"))
    return curve


def _sums(asked: AskedTokens, name: str, number: int, values: NDArray[np.float64]) -> pl.DataFrame:
    """The losses by user: of every slot, and of the ranked columns where a moment begins."""
    every = by_user(values, asked.labels, asked.users, asked.unigram.starts)
    labels, whose = asked.labels[asked.is_start], [asked.users[row] for row in np.flatnonzero(asked.is_start)]
    starts = by_user(values[asked.is_start], np.zeros_like(labels), whose, np.zeros(1, dtype=np.int64))
    starts = starts.rename({sum_of(0): sum_of(STARTS), number_of(0): number_of(STARTS)})
    sums = every.join(starts, on="user_id", how="left", maintain_order="left").fill_null(0.0)
    return sums.select(pl.lit(name).alias("variant"), pl.lit(number).cast(pl.Int64).alias("seed"), pl.all())


def _readouts(log: Log, stream: Stream) -> Readouts:
    none = np.zeros(0, dtype=np.int64)
    return next_token.readouts(stream, Cutoffs(none, none, none, 0, 0, log.prompt["event_type"], prompt_of(log)))


def _drawn(log: Log, since: int, until: int, count: int, seed: int) -> NDArray[np.bool_]:
    """At most `count` of the users with an event in [since, until), by a hash of their ids; bool [U]."""
    users = np.flatnonzero(np.bincount(log.user[(log.time >= since) & (log.time < until)], minlength=len(log.users)))
    order = np.argsort(mix64(hash_text(log.users)[users] ^ np.uint64(seed_of(seed, "tokens"))))
    drawn = np.zeros(len(log.users), dtype=bool)
    drawn[users[order[:count]]] = True
    return drawn


def _fingerprint(params: Params, entry: SequenceEntry, settings: Settings) -> str:
    name = entry.question
    inputs = events_file(name, "development"), spans_file(name), vocabulary_file(name, "train"), code_of("tokens")
    declared = params.section(Tokens), params.size.tokens, params.features, params.question(name)
    return identity(str(params.seed), *declared, entry, settings, *inputs)
