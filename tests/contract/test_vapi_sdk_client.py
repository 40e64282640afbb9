"""Vapi's own Python client beside ours: both ask alike, and the library reads what the sandbox answers to either."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from vapi import types
from vapi.client import AsyncVapi

from console.sandbox import seed
from console.sandbox.app import VAPI_BASE, build_sandbox
from console.sandbox.settings import SandboxSettings
from tests.contract.vapi_sdk import AT, sdk, unknown
from tests.workers.clients.support import context, round_trip
from workers.clients.base import Lenient, Session
from workers.clients.exchange import Deadline
from workers.clients.vapi import models
from workers.clients.vapi.client import VapiApi

KEY = "vapi_sandbox"
ORDER = {
    "assistantId": seed.VAPI_DAY_DESK,
    "phoneNumberId": seed.VAPI_MAIN_NUMBER,
    "customer": {"number": "+31612340001"},
    "name": "hookswitch 1",
    "assistantOverrides": {"variableValues": {"name": "Ada"}, "metadata": {"order": "A-1"}},
    "schedulePlan": {"earliestAt": "2026-03-02T14:00:00+00:00"},
}


@dataclass
class Wire:
    """Keeps what was asked and answered on the way to the sandbox."""

    inner: httpx.AsyncBaseTransport
    seen: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        body = json.loads(content) if content else None
        self.seen.append((request.method, request.url.path, dict(request.url.params), body))
        return await self.inner.handle_async_request(request)


@dataclass(frozen=True)
class Beside:
    """Both clients, and what goes over the wire."""

    ours: VapiApi
    theirs: AsyncVapi
    wire: Wire


@asynccontextmanager
async def beside() -> AsyncIterator[Beside]:
    settings = SandboxSettings(vapi_url="http://nowhere.test/hook")
    app = build_sandbox(settings, transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    wire = Wire(httpx.ASGITransport(app))
    async with httpx.AsyncClient(transport=httpx.MockTransport(wire)) as http:
        base = f"http://sandbox{VAPI_BASE}"
        ours = VapiApi(Session(http, base, KEY, context(http), Deadline(5.0)))
        yield Beside(ours, sdk(http, base, KEY), wire)
    await app.state.sandbox.close()


Way = tuple[str, Callable[[VapiApi], Awaitable[Any]], Callable[[AsyncVapi], Awaitable[Any]]]
NUMBER, DESK, NIGHT = seed.VAPI_MAIN_NUMBER, seed.VAPI_DAY_DESK, seed.VAPI_NIGHT_DESK
WAYS: Sequence[Way] = [
    ("numbers", lambda us: us.numbers(), lambda them: them.phone_numbers.list(limit=100)),
    (
        "numbers_found",
        lambda us: us.numbers_found("+3185"),
        lambda them: them.phone_numbers.phone_number_controller_find_all_paginated(search="+3185", page=1, limit=100),
    ),
    ("number", lambda us: us.number(NUMBER), lambda them: them.phone_numbers.get(NUMBER)),
    (
        "create_number",
        lambda us: us.create_number({"provider": "vapi", "name": "New", "assistantId": DESK}),
        lambda them: them.phone_numbers.create(
            request=types.CreateVapiPhoneNumberDto(provider="vapi", name="New", assistant_id=DESK)
        ),
    ),
    (
        "update_number",
        lambda us: us.update_number(NUMBER, {"assistantId": NIGHT}),
        lambda them: them.phone_numbers.update(NUMBER, request=types.UpdateVapiPhoneNumberDto(assistant_id=NIGHT)),
    ),
    ("delete_number", lambda us: us.delete_number(NUMBER), lambda them: them.phone_numbers.delete(NUMBER)),
    ("assistants", lambda us: us.assistants(), lambda them: them.assistants.list(limit=100)),
    ("assistant", lambda us: us.assistant(DESK), lambda them: them.assistants.get(DESK)),
    (
        "create_assistant",
        lambda us: us.create_assistant({"name": "Sunday", "firstMessage": "Hi", "metadata": {"a": 1}}),
        lambda them: them.assistants.create(name="Sunday", first_message="Hi", metadata={"a": 1}),
    ),
    (
        "update_assistant",
        lambda us: us.update_assistant(DESK, {"firstMessage": "Hi", "maxDurationSeconds": 300}),
        lambda them: them.assistants.update(DESK, first_message="Hi", max_duration_seconds=300),
    ),
    (
        "create_call",
        lambda us: us.create_call(ORDER),
        lambda them: them.calls.create(
            assistant_id=DESK,
            phone_number_id=NUMBER,
            customer=types.CreateCustomerDto(number="+31612340001"),
            name="hookswitch 1",
            assistant_overrides=types.AssistantOverrides(variable_values={"name": "Ada"}, metadata={"order": "A-1"}),
            schedule_plan=types.SchedulePlan(earliest_at=AT),
        ),
    ),
    ("calls", lambda us: us.calls({}, 100), lambda them: them.calls.list(limit=100)),
    ("delete_calls", lambda us: us.delete_calls(["c", "d"]), lambda them: them.calls.delete("c", ids=["c", "d"])),
]
every = pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0])


def plain(asked: tuple[Any, ...]) -> str:
    """The request with its moments in one spelling."""
    return json.dumps(asked, sort_keys=True).replace("+00:00", "Z")


@every
async def test_both_clients_ask_alike(way: Way) -> None:
    asked = []
    for which in ("ours", "theirs"):
        async with beside() as around:
            await (way[1](around.ours) if which == "ours" else way[2](around.theirs))
            asked.append([plain(each) for each in around.wire.seen])
    assert asked[0] == asked[1]
    assert asked[0]


@every
async def test_the_library_reads_what_the_sandbox_answers(way: Way) -> None:
    async with beside() as around:
        answer = await way[2](around.theirs)
    assert list(unknown(answer)) == []


READERS: Mapping[str, type[Lenient]] = {
    "number": models.PhoneNumber,
    "assistant": models.Assistant,
    "call": models.Call,
    "found": models.NumberPage,
}
FULL: Mapping[str, Any] = {
    "number": types.VapiPhoneNumber(
        id="n", org_id="o", created_at=AT, updated_at=AT, status="active", number="+31850000001", assistant_id="a",
        name="Main", server=types.Server(url="https://hooks.example.com", timeout_seconds=20),
    ),
    "assistant": types.Assistant(
        id="a", org_id="o", created_at=AT, updated_at=AT, name="Day desk", first_message="Hi", metadata={"x": 1},
        model=types.OpenAiModel(provider="openai", model="gpt-4.1"),
    ),
    "call": types.Call(
        id="c", org_id="o", created_at=AT, updated_at=AT, started_at=AT, ended_at=AT, type="inboundPhoneCall",
        status="ended", ended_reason="customer-ended-call", cost=0.5, name="ours", phone_number_id="n",
        assistant_id="a", customer=types.CreateCustomerDto(number="+31612340001", name="Ada", external_id="e"),
        analysis=types.Analysis(summary="s", success_evaluation="true", structured_data={"x": 1}),
        artifact=types.Artifact(
            transcript="AI: Hi", recording_url="https://r.test/m", stereo_recording_url="https://r.test/s", messages=[]
        ),
        monitor=types.Monitor(control_url="https://x.vapi.ai/control", listen_url="wss://x.vapi.ai/listen"),
    ),
    "found": types.PhoneNumberPaginatedResponse(
        results=[], metadata=types.PaginationMeta(items_per_page=100, total_items=120, current_page=1)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_we_read_what_the_library_writes(name: str) -> None:
    """Each of our fields that the library has is filled by what stands in the library's."""
    written = json.loads(FULL[name].json())
    model = READERS[name].model_validate(written)
    assert round_trip(READERS[name], written) == written
    known = {info.alias or field_name for field_name, info in READERS[name].model_fields.items()}
    filled = {info.alias or name for name, info in type(model).model_fields.items() if name in model.model_fields_set}
    assert filled == known & set(written)
    theirs = type(FULL[name]).model_fields
    assert {each for each in known if _snake(each) not in theirs} <= {"orgId", "sipUri", "number"}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
