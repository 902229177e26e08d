"""Who is sent to which model."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

from training.lanes import Lane, Served
from training.routes import Route, Target


def target(pk: int) -> Target:
    served = Served(pk, pk, pk, "clinic", "", "champion", cast(Any, None))
    return Target(served, cast(Lane, object()))


CHAMPION, CANARY = target(1), target(2)
KEYS = [f"doctor {number}" for number in range(2_000)]


def sent(route: Route) -> set[str]:
    return {key for key in KEYS if route.choose(key) is CANARY}


def test_without_another_everybody_goes_to_the_champion() -> None:
    assert all(Route(CHAMPION).choose(key) is CHAMPION for key in KEYS)


def test_share_is_kept_and_the_same_caller_goes_the_same_way() -> None:
    route = Route(CHAMPION, CANARY, 25)
    assert 420 < len(sent(route)) < 580
    assert sent(route) == sent(Route(CHAMPION, CANARY, 25))


def test_growing_share_moves_nobody_back() -> None:
    shares = [sent(Route(CHAMPION, CANARY, share)) for share in (0, 5, 25, 100)]
    assert shares[0] == set()
    assert shares[3] == set(KEYS)
    assert all(small <= large for small, large in pairwise(shares))


def test_next_canary_draws_anew() -> None:
    third = target(3)
    others = {key for key in KEYS if Route(CHAMPION, third, 25).choose(key) is third}
    assert others != sent(Route(CHAMPION, CANARY, 25))
