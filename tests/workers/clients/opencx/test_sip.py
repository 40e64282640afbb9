from __future__ import annotations

from tests.workers.clients.support import Platform, session
from workers.clients.opencx.sip import Sip

TRUNK = {
    "id": "t",
    "sip_endpoint": "sip.example.com",
    "auth_username": "u",
    "auth_password": "p",
    "phone_numbers": ["+31"],
}


async def test_trunks_in_both_directions() -> None:
    platform = Platform(
        {
            "POST /phone/sip/inbound-trunk": TRUNK,
            "DELETE /phone/sip/inbound-trunk/phone-numbers/%2B31": TRUNK | {"phone_numbers": []},
            "POST /phone/sip/outbound-trunks": {"id": "o", "name": "carrier"},
        }
    )
    client = Sip(session(platform))
    assert (await client.put_inbound_trunk({"phone_numbers": ["+31"]})).phone_numbers == ["+31"]
    assert (await client.remove_inbound_number("+31")).phone_numbers == []
    assert (await client.create_outbound_trunk({"name": "carrier"})).id == "o"


async def test_destinations_are_made_replaced_and_attached() -> None:
    made = {"id": "d", "name": "Desk", "type": "phone", "value": "+31"}
    platform = Platform(
        {
            "POST /phone/sip/transfer-destinations": made,
            "PUT /phone/sip/transfer-destinations/d": made | {"name": "Night"},
            "POST /phone/sip/agents/a/transfer-destinations": {"destination_id": "d"},
        }
    )
    client = Sip(session(platform))
    assert (await client.create_destination({"name": "Desk", "type": "phone", "value": "+31"})).id == "d"
    assert (await client.replace_destination("d", {"name": "Night"})).name == "Night"
    assert await client.attach_destination("a", "d") == "d"
    assert platform.seen[-1].body == {"destination_id": "d"}
