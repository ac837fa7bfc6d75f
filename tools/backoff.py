"""How long to wait before trying again."""

import random as _random

from .. import const


def backoff(attempt, random=_random.random):
    """Seconds before the next try, growing, with full jitter.

    :param attempt: how many tries have failed so far, 1 after the first
    :param random: callable that returns a float in [0, 1)
    :return: float between 0.5 s and the bound of this attempt (5 s, 15 s, ...
        one hour)
    """
    table = const.BACKOFF_SECONDS
    bound = table[min(max(attempt, 1), len(table)) - 1]
    return max(const.BACKOFF_MINIMUM_SECONDS, random() * bound)
