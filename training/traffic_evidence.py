"""Evidence that may be looked at as often as one likes: the chance of one false alarm ever stays below alpha.

A canary is judged every two seconds, and a test made for one look would cry wolf sooner or later. Shares use a mixture
of likelihood ratios, which is a test martingale (Ville 1939; Robbins 1970); means use the asymptotic confidence
sequence of Waudby-Smith et al. (2021, arXiv:2103.06476). Natural logarithms, fractions of 1, plain floats.
"""

from __future__ import annotations

from math import exp, inf, log, log1p, sqrt

from annotation.bootstrap import Interval

# The alternatives of a share that are weighed against its limit: odds larger by these powers of the root of 2.
STEPS = range(1, 33)
# The number of notes at which the interval of a mean is to be narrowest.
NARROWEST_AT = 50


def share_evidence(hits: int, n: int, limit: float) -> float:
    """How strongly `hits` of `n` say that the share is above `limit`: the log of an e-value.

    Calling the share too high when this reaches ``log(1 / alpha)``, at whatever moment one looks, is wrong in at most
    alpha of all series whose true share is `limit` or less. Raises ValueError for what is no share.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no share; give no more hits than trials.")
    if not 0 < limit < 1:
        raise ValueError(f"A limit of {limit} can't be tested; give one between 0 and 1.")
    odds = limit / (1 - limit)
    gains = []
    for step in STEPS:
        # Share p with odds o: log(p / limit) and log((1 - p) / (1 - limit)) without losing digits near 1.
        other = odds * 2 ** (step / 2)
        misses = log1p(odds) - log1p(other)
        gains.append(n * misses + hits * step / 2 * log(2))
    top = max(gains)
    return top + log(sum(exp(gain - top) for gain in gains) / len(gains))


def mean_interval(n: int, mean: float, variance: float, alpha: float) -> Interval:
    """An interval that holds the true mean at all moments at once with probability 1 - `alpha`, for n of 50 and more.

    `variance` is of one observation. No observation: from minus to plus infinity.
    """
    if n < 1:
        return Interval(-inf, inf)
    spent = -2 * log(alpha)
    rho = (spent + log(spent + 1)) / NARROWEST_AT
    grown = n * rho + 1
    radius = sqrt(variance * 2 * grown / (n * n * rho) * log(sqrt(grown) / alpha))
    return Interval(mean - radius, mean + radius)
