"""SIP: trunks in both directions, and where agents may transfer to. Answers hold passwords."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.clients.base import text
from workers.clients.opencx.lists import ListClient
from workers.clients.opencx.models import Attached, Destination, InboundTrunk, OutboundTrunk

_SIP = ("phone", "sip")


class Sip(ListClient):
    """What begins with `/phone/sip`. Only writing is documented: nothing can be listed."""

    async def put_inbound_trunk(self, trunk: Mapping[str, Any]) -> InboundTrunk:
        """Numbers that come in by SIP: `phone_numbers`, `krisp_enabled`."""
        return await self.write("POST", InboundTrunk, *_SIP, "inbound-trunk", body=dict(trunk), idempotent=False)

    async def remove_inbound_number(self, number: str) -> InboundTrunk:
        """Take one number out of the trunk."""
        return await self.write("DELETE", InboundTrunk, *_SIP, "inbound-trunk", "phone-numbers", number)

    async def create_outbound_trunk(self, trunk: Mapping[str, Any]) -> OutboundTrunk:
        """A way out: `name`, `host`, `username`, `password`, `caller_number`; `port`, `transport`."""
        return await self.write("POST", OutboundTrunk, *_SIP, "outbound-trunks", body=dict(trunk), idempotent=False)

    async def create_destination(self, destination: Mapping[str, Any]) -> Destination:
        """Where calls may be transferred to: `name`, `type` (phone or sip), `value`."""
        path = (*_SIP, "transfer-destinations")
        return await self.write("POST", Destination, *path, body=dict(destination), idempotent=False)

    async def replace_destination(self, destination_id: str, destination: Mapping[str, Any]) -> Destination:
        """The same three fields, written anew."""
        return await self.write(
            "PUT", Destination, *_SIP, "transfer-destinations", destination_id, body=dict(destination)
        )

    async def attach_destination(self, agent_id: str, destination_id: str) -> str:
        """Let an agent transfer there; the destination's id as the platform tells it."""
        path, body = (*_SIP, "agents", agent_id, "transfer-destinations"), {"destination_id": destination_id}
        return text((await self.write("POST", Attached, *path, body=body)).destination_id)
