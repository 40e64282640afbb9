"""Commands into a live call, and where they may go."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.clients.support import KEY, Platform, context, refused, said_by, session
from workers.clients.errors import ApiError, InDoubtError, Invalid, NotAllowed, NotFound
from workers.clients.vapi.control import VapiControl, checked_url

BASE = "https://api.vapi.ai"
URL = "https://calls.aws-us-west-2.vapi.ai/secret-of-the-call/control"
PATH = "POST /secret-of-the-call/control"


@pytest.mark.parametrize("written", [URL, f"<{URL}>", f" {URL} ", "https://vapi.ai/x", "https://EU.Vapi.AI/x"])
def test_urls_at_home(written: str) -> None:
    assert checked_url(written, BASE).host.endswith("vapi.ai")


@pytest.mark.parametrize(
    "written",
    [
        "http://calls.vapi.ai/x",
        "https://calls.vapi.ai:8443/x",
        "https://vapi.ai.example.com/x",
        "https://evilvapi.ai/x",
        "https://vapi.ai@example.com/x",
        "https://user:pass@calls.vapi.ai/x",
        "https://example.com/vapi.ai",
        "https://169.254.169.254/latest",
        "https://example.com#.vapi.ai",
        "https://example.com\\.vapi.ai/x",
        "//calls.vapi.ai/x",
        "wss://calls.vapi.ai/x",
        "file:///etc/passwd",
        "https://",
        "",
        "https://[::1",
        "https://vapi.ai\u3002example.com/x",
        "https://vapi\uff0eai.example.com/",
    ],
)
def test_urls_elsewhere(written: str) -> None:
    with pytest.raises(NotAllowed):
        checked_url(written, BASE)


@pytest.mark.parametrize(
    ("written", "fine"),
    [
        ("http://127.0.0.1:8090/vapi/control/x", True),
        ("http://127.0.0.1:8091/vapi/control/x", False),
        ("https://127.0.0.1:8090/vapi/control/x", False),
        ("http://127.0.0.1:8090/vapid/x", False),
        ("http://127.0.0.1:8090/crm/notes", False),
        ("http://127.0.0.1:8090/vapi/../crm/notes", False),
        ("http://127.0.0.1:8090/vapi/%2e%2e/crm/notes", False),
        ("http://localhost:8090/vapi/control/x", False),
    ],
)
def test_urls_under_the_connections_own_api(written: str, fine: bool) -> None:
    base = "http://127.0.0.1:8090/vapi"
    if fine:
        assert str(checked_url(written, base)) == written
    else:
        with pytest.raises(NotAllowed):
            checked_url(written, base)


@given(
    st.text(max_size=40),
    st.sampled_from(["{}", "https://{}", "https://{}/x", "https://{}.vapi.ai", "https://vapi.ai{}"]),
)
def test_whatever_is_written_leads_home_or_nowhere(text: str, form: str) -> None:
    try:
        url = checked_url(form.replace("{}", text), BASE)
    except NotAllowed:
        return
    host = httpx.Request("POST", url).headers["host"]
    assert url.scheme == "https"
    assert host == "vapi.ai" or host.endswith(".vapi.ai")


def control(platform: Platform, key: str = "", recorder: Any = None) -> VapiControl:
    return VapiControl(session(platform, recorder=recorder), checked_url(URL, BASE), key)


async def test_each_command_as_it_is_documented() -> None:
    platform = Platform({PATH: {}})
    live = control(platform)
    await live.say("Hello.", end_after=True)
    await live.add_message("It shipped.", respond=True)
    await live.end()
    await live.transfer({"type": "number", "number": "+31850000099"}, "One moment.")
    await live.transfer({"type": "sip", "sipUri": "sip:a@b.nl"}, "")
    number = {"type": "number", "number": "+31850000099"}
    assert [seen.body for seen in platform.seen] == [
        {"type": "say", "content": "Hello.", "endCallAfterSpoken": True},
        {
            "type": "add-message",
            "message": {"role": "system", "content": "It shipped."},
            "triggerResponseEnabled": True,
        },
        {"type": "end-call"},
        {"type": "transfer", "destination": number, "content": "One moment."},
        {"type": "transfer", "destination": {"type": "sip", "sipUri": "sip:a@b.nl"}},
    ]


async def test_the_private_key_stays_here_and_the_public_one_goes_when_given() -> None:
    platform = Platform({PATH: {}})
    await control(platform).end()
    await control(platform, "public-key").end()
    assert "authorization" not in platform.seen[0].headers
    assert platform.seen[1].headers["authorization"] == "Bearer public-key"
    assert KEY not in str(platform.seen)


async def test_the_url_is_in_no_record_and_in_no_error() -> None:
    platform = Platform({PATH: refused(404, {"message": f"no call at {URL}"})})
    own = context(platform.client())
    with pytest.raises(NotFound) as caught:
        await control(platform, recorder=own).end()
    assert "secret-of-the-call" not in said_by(own) + str(caught.value)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Invalid), (404, NotFound), (500, InDoubtError), (503, InDoubtError)]
)
async def test_a_command_that_fails(status: int, kind: type[ApiError]) -> None:
    with pytest.raises(kind):
        await control(Platform({PATH: refused(status, {})})).end()
