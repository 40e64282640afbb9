"""How to set the webhook on each platform, as `docs/connect-*.md` says at length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from store.connections import Connection

HOST = "https://YOUR-HOST"
TOKEN = "TOKEN"  # noqa: S105 - a stand-in: this process knows no token


@dataclass(frozen=True)
class HowTo:
    """What to do on one platform. `{url}` is the connection's URL, `{token_url}` the same with its token."""

    steps: Sequence[str]
    page: str
    """The page of the documentation that says more."""


_FLIREO = HowTo(
    (
        "On the agent, set webhook_url to {url} and webhook_secret to the secret of the connection; without a secret "
        "the platform does not sign, and everything is refused.",
        "Let webhook_events be assistant-request, tool-calls, status-update and end-of-call-report.",
        "Leave a tool's own url empty, so that it comes here too, and do not mark it async when its answer matters.",
        "An agent of generation one signs nothing: it gets {token_url}, and the fallback must hold a whole "
        "configuration.",
    ),
    "connect-flireo.md",
)
_VAPI = HowTo(
    (
        "Make a webhook credential of the kind HMAC with the secret of the connection.",
        "On the phone number, set the server URL {url} and attach that credential; assistantId: null makes Vapi ask "
        "who takes each call.",
        "Set a backoffPlan: without one Vapi delivers everything once, and a report that found us away is lost.",
        "An assistant with a list of its own in serverMessages should have tool-calls, status-update and "
        "end-of-call-report in it.",
    ),
    "connect-vapi.md",
)
_FLUENTS = HowTo(
    (
        "Make a webhook to {token_url} with all nine subscriptions, and attach it to the agent.",
        "Each custom external action gets {token_url}/tools/NAME; write its signature_secret into the connection.",
        "The agent or its prompt gets {token_url}/context, for what it should know of a caller.",
    ),
    "connect-fluents.md",
)
_OPENCX = HowTo(
    (
        "Under Settings → Integrations → Webhooks, enter {url}, and write its signing secret into the connection.",
        "Each action of an agent gets {url}/tools/NAME, with a header that carries the bearer token.",
        "Set data_collection_webhook_url of the phone agent to {token_url}/data.",
    ),
    "connect-opencx.md",
)
_ANY = HowTo(
    (
        "Set the webhook URL of the platform to {url}, or to {token_url} where the connection has a path token.",
        "Write a mapping that says what its events mean; hookswitch connections try shows what a payload becomes.",
    ),
    "connect-anything.md",
)
_PLATFORMS: Mapping[str, HowTo] = {"flireo": _FLIREO, "vapi": _VAPI, "fluents": _FLUENTS, "opencx": _OPENCX}


def url_of(connection: Connection, host: str = "") -> str:
    """The URL for its events; where a token is its only proof, with a stand-in for it."""
    schemes = {entry.scheme for entry in connection.auth}
    plain = f"{host or HOST}/hooks/{connection.name}"
    return f"{plain}/{TOKEN}" if schemes == {"path_token"} else plain


def steps_for(connection: Connection, host: str = "") -> tuple[Sequence[str], str]:
    """What to do, and where to read more."""
    how, plain = _PLATFORMS.get(connection.provider, _ANY), f"{host or HOST}/hooks/{connection.name}"
    return [step.format(url=plain, token_url=f"{plain}/{TOKEN}") for step in how.steps], how.page
