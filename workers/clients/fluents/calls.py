"""Fluents' calls: ordered, shown, listed, ended, and their recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workers.clients.base import ApiClient, Listing, Page, Query, collect, listed
from workers.clients.errors import Invalid
from workers.clients.fluents.models import Call, Paged
from workers.clients.fluents.requests import CallOrder, checked
from workers.clients.fluents.resources import Readable, list_query
from workers.clients.times import moment

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

    async def since(self, begin: datetime) -> Listing[Call]:
        """Every call that began after this moment, and older ones.

        Whether a list can be sorted by time is not documented. The newest are asked for first, and reading stops early
        only where all that was read shows it; where that is refused, all calls are read.
        """
        seen: list[Call] = []

        async def page(number: int) -> Page[Call]:
            newest_first: Query = {"sort_column": "start_time", "sort_desc": True}
            query: Query = {**list_query(number, self._size), **newest_first}
            answer = await self._api.get(Paged, self._name, "list", query=query)
            items = listed(answer.items, Call)
            seen.extend(items)
            more = self._has_more(answer, number, len(items)) and not _reaches(seen, begin)
            return Page(items, number + 1 if more else None)

        try:
            return await collect(page, 1)
        except Invalid:
            return await self.all()

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


def _reaches(calls: Sequence[Call], begin: datetime) -> bool:
    """Whether the calls come newest first, and the last of them is older than `begin`."""
    times = [time for call in calls if (time := moment(call.start_time))]
    return 1 < len(times) == len(calls) and times[-1] < begin and times == sorted(times, reverse=True)
