"""Truncated power series: coefficients along the last axis, float64, the constant term first."""

import numpy as np

from study.worlds.diary import Floats


def product(left: Floats, right: Floats) -> Floats:
    """The product of two series, truncated like them."""
    result: Floats = np.zeros(np.broadcast_shapes(left.shape, right.shape))
    for power in range(left.shape[-1]):
        result[..., power] = (left[..., : power + 1] * right[..., power::-1][..., : power + 1]).sum(axis=-1)
    return result


def reciprocal(series: Floats) -> Floats:
    """1 / series, whose constant term is 1: r_n = -sum_(k=1..n) s_k r_(n-k)."""
    result = np.zeros_like(series)
    result[..., 0] = 1
    for n in range(1, series.shape[-1]):
        result[..., n] = -(series[..., 1 : n + 1] * result[..., n - 1 :: -1][..., :n]).sum(axis=-1)
    return result


def logarithm(series: Floats) -> Floats:
    """The logarithm of a series whose constant term is 1, by log(s)' = s' / s."""
    n = np.arange(series.shape[-1])
    derivative = product(series * n, reciprocal(series))  # both sides times x
    return np.divide(derivative, n, out=np.zeros_like(derivative), where=n > 0)


def exponential(series: Floats) -> Floats:
    """The exponential of a series whose constant term is 0, by e' = s' e."""
    weighted = series * np.arange(series.shape[-1])
    result = np.zeros_like(series)
    result[..., 0] = 1
    for n in range(1, series.shape[-1]):
        result[..., n] = (weighted[..., 1 : n + 1] * result[..., n - 1 :: -1][..., :n]).sum(axis=-1) / n
    return result
