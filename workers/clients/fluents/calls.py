"""Fluents' calls: ordered, shown, listed, ended, and their recordings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workers.clients.base import ApiClient
from workers.clients.fluents.models import Call
from workers.clients.fluents.requests import CallOrder, checked
from workers.clients.fluents.resources import Readable

RECORDING_LIMIT = 33_554_432
"""Bytes of one recording: more than half an hour at 128 kbit/s."""


@dataclass(frozen=True)
class Recording:
    """The sound of a call, MP3 by all accounts."""

    content: bytes
    media_type: str


class Calls(Readable[Call]):
    """The calls of an environment. How a list could be filtered is not documented."""

    def __init__(self, api: ApiClient) -> None:
        super().__init__(api, "calls", Call)

    async def create(self, order: CallOrder, usual: Mapping[str, object]) -> Call:
        """Let an agent call a number; `usual` holds the other fields, such as `on_no_human_answer`.

        `telephony_params` is always sent, since second-hand documents require it.
        """
        body = checked({"telephony_params": {}, **usual, **order})
        return await self._api.write("POST", Call, "calls", "create", body=body, idempotent=False)

    async def end(self, key: str) -> Call:
        """Hang up."""
        return await self._api.write("POST", Call, "calls", "end", query={"id": key}, idempotent=False)

    async def recording(self, key: str) -> Recording:
        """The recording, once the call says that there is one; raises Invalid for one above RECORDING_LIMIT."""
        received = await self._api.fetch(
            "calls", "recording", query={"id": key}, accept="audio/mpeg", limit=RECORDING_LIMIT
        )
        return Recording(received.content, received.media_type)

    def recording_url(self, key: str) -> str:
        """Where the recording is; it is only given to somebody with the environment's key."""
        return self._api.address("calls", "recording", query={"id": key})
