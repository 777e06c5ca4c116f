import math
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from study.events.log import Labels
from study.metrics import ranking
from study.metrics.ranking import MISS, Order, coverage, query_metrics, ranks_of_relevant, recall_at

KS = (1, 5, 10, 20, 50)
NAN = float("nan")


def labels_of(*sets):
    sizes = [len(codes) for codes in sets]
    codes = [code for codes in sets for code in codes]
    return Labels(np.cumsum([0, *sizes]), np.array(codes, dtype=np.int32))


def halves(repeat):
    mask = np.array(repeat, dtype=bool)
    return {"repeat": mask, "explore": ~mask}


def order_by_hand(scores, popularity, tie_hash, asof):
    def key(c):
        if math.isnan(scores[c]):
            return (1, -asof[c], -popularity[c], tie_hash[c])
        return (0, -scores[c], -popularity[c], tie_hash[c])

    return sorted(range(len(scores)), key=key)


@st.composite
def rankings(draw):
    queries, columns = draw(st.integers(1, 4)), draw(st.integers(1, 12))
    values = st.sampled_from([NAN, -math.inf, -1.5, -1e-30, -0.0, 0.0, 1e-30, 0.25, 3.0, math.inf])
    scores = draw(arrays(np.float32, (queries, columns), elements=values))
    small = arrays(np.int64, columns, elements=st.integers(0, 2))
    tie_hash = np.array(draw(st.permutations(range(columns))), dtype=np.uint64) << np.uint64(60)
    sets = [draw(st.lists(st.integers(-1, columns - 1), unique=True)) for _ in range(queries)]
    return scores, draw(small), tie_hash, draw(small), labels_of(*sets)


def test_known_scores_then_ties_by_popularity_then_hash_then_unknown_by_asof_popularity():
    scores = np.array([[0.5, 0.9, 0.5, 0.5, NAN, NAN, -2.0]], dtype=np.float32)
    popularity = np.array([3, 1, 7, 3, 9, 0, 2])
    tie_hash = np.array([6, 1, 2, 4, 5, 3, 0], dtype=np.uint64)
    asof = np.array([0, 0, 0, 0, 1, 2, 0])
    labels = labels_of([0, 1, 2, 3, 4, 5, 6, -1])

    order = Order.of(popularity, tie_hash, asof)
    ranks = ranks_of_relevant(order.keys(scores), labels)

    assert [4, 1, 2, 3, 7, 6, 5, MISS] == ranks.tolist()
    assert [[1, 2, 3, 0]] == order.top(order.keys(scores), 4).tolist()


@given(rankings())
def test_ranks_and_top_follow_the_declared_order(case):
    scores, popularity, tie_hash, asof, labels = case
    orders = [order_by_hand(row, popularity, tie_hash, asof) for row in scores]

    order = Order.of(popularity, tie_hash, asof)
    ranks = ranks_of_relevant(order.keys(scores), labels)

    expected = [
        orders[row].index(code) + 1 if code >= 0 else MISS for row, code in zip(labels.rows, labels.codes, strict=True)
    ]
    assert expected == ranks.tolist()
    for k in (1, 3, 50):
        assert [right[:k] for right in orders] == order.top(order.keys(scores), k).tolist()


@given(rankings(), st.randoms(use_true_random=False))
def test_the_order_of_the_columns_does_not_matter(case, random):
    scores, popularity, tie_hash, asof, labels = case
    shuffled = list(range(scores.shape[1]))
    random.shuffle(shuffled)
    moved = np.append(np.argsort(shuffled), -1).astype(np.int32)

    ranks = ranks_of_relevant(Order.of(popularity, tie_hash, asof).keys(scores), labels)
    again = ranks_of_relevant(
        Order.of(popularity[shuffled], tie_hash[shuffled], asof[shuffled]).keys(scores[:, shuffled]),
        Labels(labels.offsets, moved[labels.codes]),
    )

    assert ranks.tolist() == again.tolist()


def test_metrics_of_a_query_by_hand():
    # Relevant at ranks 1, 4 (repeat) and 12, and one outside the catalogue (explore).
    labels = labels_of([7, 3, 5, -1])
    table = query_metrics(np.array([1, 4, 12, MISS]), labels, halves([True, True, False, False]), KS)

    row = table.row(0, named=True)
    discount = [1 / math.log2(1 + rank) for rank in range(1, 51)]
    assert {
        "recall@1": 0.25,
        "recall@10": 0.5,
        "recall@20": 0.75,
        "capped_recall@1": 1.0,
        "capped_recall@10": 0.5,
        "ndcg@5": pytest.approx((discount[0] + discount[3]) / sum(discount[:4])),
        "ndcg@1": 1.0,
        "hit_rate@1": 1.0,
        "recall@5/repeat": 1.0,
        "ndcg@5/repeat": pytest.approx((discount[0] + discount[3]) / sum(discount[:2])),
        "recall@10/explore": 0.0,
        "hit_rate@10/explore": 0.0,
        "recall@20/explore": 0.5,
        "capped_recall@20/explore": 0.5,
        "ndcg@50/explore": pytest.approx(discount[11] / sum(discount[:2])),
        "relevant": 4,
        "repeat": 2,
        "explore": 2,
        "outside": 1,
    }.items() <= row.items()


def test_recall_is_the_share_of_all_that_is_relevant_or_of_a_part_of_it():
    labels, ranks = labels_of([7, 3, 5, -1], [], [2]), np.array([1, 4, 12, MISS, 11])
    some = np.array([True, False, True, False, False])

    assert np.array_equal([0.5, NAN, 0.0], recall_at(ranks, labels, 10), equal_nan=True)
    assert np.array_equal([0.75, NAN, 1.0], recall_at(ranks, labels, 12), equal_nan=True)
    assert np.array_equal([0.5, NAN, NAN], recall_at(ranks, labels, 10, some), equal_nan=True)


def test_a_slice_without_relevant_candidates_is_null_and_types_are_small():
    table = query_metrics(np.array([2, 1]), labels_of([0], [1]), halves([True, False]), KS)

    assert [1.0, None] == table["recall@5/repeat"].to_list()
    assert [None, 1.0] == table["ndcg@5/explore"].to_list()
    for metric in ("recall", "capped_recall", "ndcg", "hit_rate"):
        assert [False, True] == table[f"{metric}@5/repeat"].is_null().to_list()
    assert {pl.Float32} == {dtype for name, dtype in table.schema.items() if "@" in name}
    assert 4 * 5 * 3 + 4 == table.width


@given(rankings())
def test_metrics_are_consistent_with_each_other(case):
    scores, popularity, tie_hash, asof, labels = case
    repeat = np.arange(len(labels.codes)) % 3 == 0
    ranks = ranks_of_relevant(Order.of(popularity, tie_hash, asof).keys(scores), labels)
    table = query_metrics(ranks, labels, halves(repeat), KS).filter(pl.col("relevant") > 0)

    for k in KS:
        whole = table[f"recall@{k}"] * table["relevant"]
        parts = [(table[f"recall@{k}/{part}"] * table[part]).fill_null(0) for part in ("repeat", "explore")]
        assert np.allclose(whole, parts[0] + parts[1], atol=1e-5)
        assert (table[f"recall@{k}"] <= table[f"capped_recall@{k}"]).all()
        assert (table[f"capped_recall@{k}"] <= table[f"hit_rate@{k}"]).all()
        assert ((table[f"ndcg@{k}"] > 0) == (table[f"hit_rate@{k}"] == 1)).all()
        assert (table[f"ndcg@{k}"] <= 1 + 1e-6).all()
    assert all((table[f"recall@{a}"] <= table[f"recall@{b}"]).all() for a, b in pairwise(KS))


def test_any_slices_have_denominators_of_their_own():
    labels = labels_of([0, 1, 2], [3])
    young = np.array([False, True, True, False])
    table = query_metrics(np.array([1, 2, 30, 4]), labels, {"known": ~young, "young": young}, KS)

    assert [1.0, 1.0] == table["recall@5/known"].to_list()
    assert [0.5, None] == table["recall@5/young"].to_list()
    assert [2, 0] == table["young"].to_list()
    assert "repeat" not in table.columns


def test_a_perfect_ranking_has_ndcg_one_and_capped_recall_one():
    table = query_metrics(np.arange(1, 13), labels_of(range(12)), halves([True] * 12), KS)

    assert all(table[f"{metric}@{k}"].item() == 1 for metric in ("ndcg", "capped_recall", "hit_rate") for k in KS)
    assert pytest.approx(10 / 12) == table["recall@10"].item()


def test_coverage_is_the_share_of_the_catalogue_in_some_top_k():
    columns = np.array([[0, 1, 2], [0, 3, 1]])

    assert 1 / 8 == coverage(columns, 8, 1)
    assert 3 / 8 == coverage(columns, 8, 2)
    assert 4 / 8 == coverage(columns, 8, 50)


def test_ranks_of_a_query_with_very_many_relevant_are_those_of_its_sorted_catalogue(monkeypatch):
    random = np.random.default_rng(0)
    keys = random.permutation(3 * 400).reshape(3, 400).astype(np.uint64)
    sets = [random.permutation(400)[:300], [-1, 7], [*random.permutation(400)[:200], -1]]
    compared, count = [], np.count_nonzero
    monkeypatch.setattr(
        ranking.np, "count_nonzero", lambda cells, axis: compared.append(cells.size) or count(cells, axis=axis)
    )
    ranks = ranks_of_relevant(keys, labels_of(*sets))
    plain = [1 + (keys[row] < keys[row, code]).sum() if code >= 0 else MISS for row in range(3) for code in sets[row]]

    assert (plain, [400]) == (ranks.tolist(), compared)
