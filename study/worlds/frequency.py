"""*frequency*: a taste of one's own, and nothing else.

User u has a taste theta_u ~ Dirichlet(a, ..., a) over C items, a = `concentration` / C. On each day a purchase happens
with probability `purchase`, independently of taste, and its item is drawn from theta_u. The number of purchases N of a
window is therefore Binomial(7, `purchase`) and independent of the history and of theta_u.

Why ranking by the posterior is optimal. Given the counts n_c of the history, theta_u ~ Dirichlet(a + n_c), and given N
the window's items are exchangeable draws from it. Let n_c >= n_d. Swapping the names c and d turns an outcome with c in
R and d not into one with d in R and c not, of the same |R|; its Dirichlet-multinomial probability has the factors
Gamma(a + n_c + m) Gamma(a + n_d) against Gamma(a + n_c) Gamma(a + n_d + m), of which the first is the greater for every
m >= 1. Outcomes with both or neither count alike. So g(c) >= g(d): g orders items as their posterior means
(a + n_c) / (C a + n) do. The base is symmetric, so raw counts give that order as well.

Oracle. Given N = n, the counts m_c of the window have probability n! Gamma(A) / Gamma(A + n) * prod_c of the
coefficients of f_c(x) = (1 - x)^-(a + n_c) = sum_m Gamma(a + n_c + m) / (Gamma(a + n_c) m!) x^m, with
A = sum_c (a + n_c). Marking each item that occurs by y, and since integral_0^1 y^(r-1) dy = 1/r,

    E[1{c in R} / |R|; N = n] =
        n! Gamma(A) / Gamma(A + n) [x^n] integral_0^1 (f_c - 1) prod_(d != c) (1 + y (f_d - 1)) dy.

The integrand is a polynomial in y of degree below 7: four Gauss-Legendre nodes integrate it exactly. The product over
items is exp of a sum of logarithms of power series, which are the same for all items with the same count.
"""

from math import comb

import numpy as np
import polars as pl
from scipy.special import gammaln

from study.events.log import Ints
from study.params.worlds import FrequencySettings
from study.seeds import seed_of
from study.worlds.diary import HORIZON_DAYS, ITEM, PURCHASE, Diary, Floats, labels, read
from study.worlds.series import exponential, logarithm, product, reciprocal

NODES = HORIZON_DAYS // 2 + 1


def values(settings: FrequencySettings) -> dict[str, list[str]]:
    """The values of each attribute."""
    return {ITEM: labels(ITEM, settings.items)}


def simulate(settings: FrequencySettings, seed: int) -> pl.DataFrame:
    """The log."""
    generator = np.random.default_rng(seed_of(seed, "frequency"))
    base = np.full(settings.items, settings.concentration / settings.items)
    cumulative = np.cumsum(generator.dirichlet(base, settings.users), axis=1)
    diary = Diary(labels("user", settings.users), values(settings), generator)
    for day in range(settings.days):
        who = np.flatnonzero(generator.random(settings.users) < settings.purchase)
        drawn = (generator.random(len(who))[:, None] > cumulative[who]).sum(axis=1)
        diary.write(who, day, 18, PURCHASE, item=np.minimum(drawn, settings.items - 1))
    return diary.frame()


def oracle(settings: FrequencySettings, seed: int, history: pl.DataFrame, users: list[str], cutoff: int) -> Floats:  # noqa: ARG001 - the signature of all oracles
    """The gains g of each user and item, float64 [Q, items]."""
    past = read(history, users, cutoff, values(settings))
    cells = past.row * settings.items + past.codes[ITEM]
    counts = np.bincount(cells, minlength=len(users) * settings.items).reshape(len(users), -1)
    return gains(settings, counts)


def gains(settings: FrequencySettings, counts: Ints) -> Floats:
    """The gains g from how often each user took each item, float64 like `counts` [Q, items]."""
    nodes, masses = np.polynomial.legendre.leggauss(NODES)
    y, masses = (nodes + 1) / 2, masses / 2
    found = np.arange(counts.max() + 1)
    excess = _excess(settings.concentration / settings.items + found)
    marked = excess[:, None] * y[:, None]  # [V, Y, 8]
    marked[..., 0] = 1
    taken = np.stack([(counts == value).sum(axis=1) for value in found], axis=1).astype(np.float64)
    whole = exponential(np.tensordot(taken, logarithm(marked), axes=1))  # [Q, Y, 8]
    weights = _weights(settings, counts.sum(axis=1))
    # sum_n w_n [x^n] (whole * other) = sum_k other_k sum_n w_n whole_(n-k): what each power of `other` is worth
    worth = np.stack(
        [(weights[:, None, k:] * whole[..., : HORIZON_DAYS + 1 - k]).sum(axis=-1) for k in range(HORIZON_DAYS + 1)],
        axis=-1,
    )
    other = product(np.broadcast_to(excess[:, None], marked.shape), reciprocal(marked))
    by_count = np.einsum("qyk,y,vyk->qv", worth, masses, other)
    result: Floats = np.take_along_axis(by_count, counts, axis=1)
    return result


def _excess(shape: Floats) -> Floats:
    """Coefficients of (1 - x)^-shape - 1 up to x^7, float64 [V, 8]."""
    powers = np.arange(HORIZON_DAYS + 1)
    terms: Floats = np.exp(gammaln(shape[:, None] + powers) - gammaln(shape)[:, None] - gammaln(powers + 1))
    terms[:, 0] = 0
    return terms


def _weights(settings: FrequencySettings, events: Ints) -> Floats:
    """P(N = n given N >= 1) n! Gamma(A) / Gamma(A + n) for n = 0..7, float64 [Q, 8]."""
    h, n = settings.purchase, np.arange(HORIZON_DAYS + 1)
    happens = np.array([comb(HORIZON_DAYS, k) * h**k * (1 - h) ** (HORIZON_DAYS - k) for k in n])
    happens[0] = 0
    total = settings.concentration + events[:, None]
    return np.asarray(happens / happens.sum() * np.exp(gammaln(n + 1) + gammaln(total) - gammaln(total + n)))
