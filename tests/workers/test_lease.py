from __future__ import annotations

import asyncio

import pytest

from store.queue import LEASE_MS
from store.runs import Claim, LeaseLostError
from workers.lease import Lease


def a_lease(lane: str = "live", age: float = 0.0) -> Lease:
    return Lease(Claim("evt_1", lane, "7"), 1_000_000, asyncio.get_running_loop().time() - age)


@pytest.mark.parametrize("lane", list(LEASE_MS))
async def test_it_holds_as_long_as_the_store_says(lane: str) -> None:
    seconds = LEASE_MS[lane] / 1000
    assert a_lease(lane, seconds - 0.1).holds
    assert not a_lease(lane, seconds).holds


async def test_a_renewal_prolongs_it() -> None:
    lease = a_lease(age=10)
    with pytest.raises(LeaseLostError):
        lease.ensure()
    lease.renewed_at = asyncio.get_running_loop().time()
    lease.ensure()


async def test_moments_of_the_store_are_told_in_loop_time_whatever_was_renewed() -> None:
    lease = a_lease(age=3)
    lease.renewed_at += 2
    assert lease.loop_time(1_000_000) == lease.claimed_at
    assert lease.loop_time(1_002_500) == pytest.approx(lease.claimed_at + 2.5)
