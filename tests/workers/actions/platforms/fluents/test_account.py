from __future__ import annotations

from console.sandbox.platforms.fluents.seed import FLUENTS_CARRIER
from tests.workers.actions.platforms.fluents.support import desk
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import said_by


async def test_accounts_are_listed_without_credentials() -> None:
    async with desk() as own:
        (shown,) = (await own.do("fluents.account_connection.list"))["account_connections"]
        assert shown == {
            "id": FLUENTS_CARRIER,
            "type": "account_connection_twilio",
            "label": "Carrier account",
            "steering_pool": ["+31850000001"],
        }
        assert "example-token" not in said_by(own.own)


async def test_a_pool_gets_a_number_and_loses_one() -> None:
    async with desk() as own:
        pool = {"account_connection": FLUENTS_CARRIER}
        await own.do("fluents.steering_pool.add", **pool, number="+31850000002")
        await own.do("fluents.steering_pool.remove", **pool, number="+31850000001")
        assert own.account.connections[0]["steering_pool"] == ["+31850000002"]


async def test_the_minutes_of_the_month() -> None:
    async with desk() as own:
        assert await own.do("fluents.usage.get") == {"plan": "plan_sandbox", "minutes": 12.5, "limit": 500.0}
    odd = Platform({"GET /v1/usage": {"plan_type": 3, "monthly_usage_minutes": "many"}})
    assert await perform(given(odd, "fluents"), "fluents.usage.get") == {"plan": "3", "minutes": 0.0, "limit": 0.0}
