"""Fluents: what is saved and edited alike: agents, prompts, actions, webhooks, voices, account connections; and usage.

What is sent may hold nothing that only answers have, such as `id` and `user_id`. A reference may be an id or, for
something new, the fields of it.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from console.sandbox.platforms.fluents.account import AGENT_REFERENCES, FluentsAccount
from console.sandbox.platforms.fluents.common import (
    account,
    body_of,
    chosen,
    done,
    invalid,
    only,
    page,
    require,
    unknown,
)
from console.sandbox.things import Thing, with_id

_ANY = object
_TEXT = (str, type(None))
_NUMBER = (int, float, type(None))
_REFERENCE = (str, dict, type(None))
_NAMES = {"label": _TEXT, "description": _TEXT}

AGENT_FIELDS: Mapping[str, Any] = {
    **_NAMES,
    **dict.fromkeys(("name", "language", "initial_message", "context_endpoint", "interrupt_sensitivity"), _TEXT),
    **dict.fromkeys(("endpointing_sensitivity", "ivr_navigation_mode", "openai_model_name_override"), _TEXT),
    **dict.fromkeys(("provider", "model", "voicemail_message", "post_call_prompt"), _TEXT),
    **dict.fromkeys(("initial_message_delay", "conversation_speed", "noise_suppression_level"), _NUMBER),
    **dict.fromkeys(("idle_time_seconds", "idle_after_interaction_seconds", "max_idle_check_count"), _NUMBER),
    **dict.fromkeys(("max_aggregate_idle_check_count", "llm_temperature", "call_duration_sec", "min_volume"), _NUMBER),
    **dict.fromkeys(("dynamic_max_silence_secs", "dynamic_min_wait_secs"), _NUMBER),
    **dict.fromkeys(("noise_suppression", "ask_if_human_present_on_idle", "run_do_not_call_detection"), bool),
    **dict.fromkeys(("enable_recording", "combine_last_call_context", "enable_dynamic_turns"), bool),
    **dict.fromkeys(("enable_preload_prompt", "transfer_on_end", "enable_dynamic_vm_detection"), bool),
    "llm_vm_detection_only": bool,
    **dict.fromkeys(AGENT_REFERENCES, _REFERENCE),
    "actions": list,
    **dict.fromkeys(("llm_fallback", "transcriber", "post_call_email", "post_call_sms"), dict),
    "deepgram_keywords": (dict, list),
    **dict.fromkeys(("skills", "post_call_actions", "post_call_insights", "activity_actions"), list),
}
NEW_AGENT: Mapping[str, Any] = {
    **dict.fromkeys(("name", "label", "description", "initial_message", "post_call_prompt", "context_endpoint")),
    "language": "en",
    "interrupt_sensitivity": "low",
    "endpointing_sensitivity": "auto",
    "ivr_navigation_mode": "default",
    **dict.fromkeys(AGENT_REFERENCES),
    "enable_recording": False,
}


@dataclass(frozen=True)
class Kind:
    """One resource: its path, where it is kept, and what may and must be sent."""

    path: str
    kept: str
    name: str
    fields: Mapping[str, Any] | None
    """Field → its types; None where makers have fields of their own."""
    needed: tuple[str, ...]
    removable: bool = True

    def check(self, body: Mapping[str, Any]) -> None:
        """Refuse what may not be sent."""
        only(body, dict.fromkeys(body, _ANY) if self.fields is None else self.fields)
        for name in ("id", "user_id"):
            if name in body:
                raise invalid(f"property {name} should not exist")


KINDS = (
    Kind("agents", "agents", "Agent", AGENT_FIELDS, ("prompt", "voice", "actions")),
    Kind(
        "prompts",
        "prompts",
        "Prompt",
        _NAMES
        | {
            "content": str,
            "context_endpoint": _TEXT,
            "collect_fields": list,
            "type": str,
            "tags": list,
            "prompt_template": (dict, type(None)),
        },
        ("content",),
    ),
    Kind(
        "actions",
        "actions",
        "Action",
        _NAMES | {"type": str, "config": dict, "action_trigger": dict},
        ("type", "config"),
    ),
    Kind(
        "webhooks",
        "webhooks",
        "Webhook",
        _NAMES | {"subscriptions": list, "url": str, "method": str},
        ("subscriptions", "url"),
    ),
    Kind("voices", "voices", "Voice", None, ("type",)),
    Kind(
        "account_connections",
        "connections",
        "Account connection",
        _NAMES
        | {
            "type": str,
            "credentials": dict,
            "config": dict,
            "steering_pool": list,
            "account_supports_any_caller_id": bool,
        },
        ("type", "credentials"),
        removable=False,
    ),
)
BY_KEPT: Mapping[str, Kind] = {kind.kept: kind for kind in KINDS}


class Saved:
    """The routes of one kind."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def routes(self) -> list[BaseRoute]:
        base = f"/{self._kind.path}"
        always: list[BaseRoute] = [
            Route(base, self._get, methods=["GET"]),
            Route(f"{base}/list", self._list, methods=["GET"]),
            Route(f"{base}/create", self._create, methods=["POST"]),
            Route(f"{base}/update", self._update, methods=["POST"]),
        ]
        removing: list[BaseRoute] = [Route(f"{base}/delete", self._delete, methods=["DELETE"])]
        return always + (removing if self._kind.removable else [])

    async def _get(self, request: Request) -> JSONResponse:
        return JSONResponse(self._shown(request, self._chosen(request)))

    async def _list(self, request: Request) -> JSONResponse:
        items = account(request).kept(self._kind.kept)
        return JSONResponse(page(request, [self._shown(request, each) for each in items]))

    async def _create(self, request: Request) -> JSONResponse:
        body = await body_of(request)
        require(body, self._kind.needed)
        return done(request, self._shown(request, saved(account(request), self._kind, body)))

    async def _update(self, request: Request) -> JSONResponse:
        thing, changes = self._chosen(request), await body_of(request)
        self._kind.check(changes)
        thing.update(referring(account(request), self._kind, changes))
        return done(request, self._shown(request, thing))

    async def _delete(self, request: Request) -> JSONResponse:
        account(request).kept(self._kind.kept).remove(self._chosen(request))
        return JSONResponse({})

    def _chosen(self, request: Request) -> Thing:
        return chosen(request, account(request).kept(self._kind.kept), self._kind.name)

    def _shown(self, request: Request, thing: Thing) -> Thing:
        return account(request).expanded_agent(thing) if self._kind.kept == "agents" else thing


def saved(held: FluentsAccount, kind: Kind, body: Mapping[str, Any]) -> Thing:
    """Something new, after it was checked."""
    kind.check(body)
    fields = referring(held, kind, body)
    if kind.kept == "agents":
        fields = {**NEW_AGENT, **fields}
    if kind.kept == "webhooks":
        fields = {"method": "POST", "account_connection_id": None, **fields}
    if kind.kept == "actions" and body["type"] == "action_external":
        made = base64.b64encode(secrets.token_bytes(32)).decode()
        fields["config"] = {"signature_secret": made, **body["config"]}
    return held.save(kind.kept, fields)


def referring(held: FluentsAccount, kind: Kind, body: Mapping[str, Any]) -> Thing:
    """The fields with an id for whatever they refer to; what is new is saved by itself."""
    if kind.kept != "agents":
        return dict(body)
    fields = {
        name: _reference(held, AGENT_REFERENCES[name], value) if name in AGENT_REFERENCES else value
        for name, value in body.items()
    }
    if "actions" in body:
        fields["actions"] = [_reference(held, "actions", each) for each in body["actions"]]
    return fields


def _reference(held: FluentsAccount, kept: str, value: Any) -> str | None:
    if value is None:
        return None
    kind = BY_KEPT[kept]
    if isinstance(value, dict):
        require(value, kind.needed)
        return str(saved(held, kind, value)["id"])
    if with_id(held.kept(kept), str(value)) is None:
        raise unknown(kind.name)
    return str(value)


async def add_to_pool(request: Request) -> JSONResponse:
    """POST /account_connections/add_to_steering_pool?id="""
    pool, number = await _pool(request)
    if number not in pool:
        pool.append(number)
    return JSONResponse({})


async def remove_from_pool(request: Request) -> JSONResponse:
    """POST /account_connections/remove_from_steering_pool?id="""
    pool, number = await _pool(request)
    if number in pool:
        pool.remove(number)
    return JSONResponse({})


async def _pool(request: Request) -> tuple[list[str], str]:
    connection = chosen(request, account(request).connections, "Account connection")
    body = await body_of(request)
    require(body, ("phone_number",))
    pool: list[str] = connection.setdefault("steering_pool", [])
    return pool, str(body["phone_number"])


async def usage(request: Request) -> JSONResponse:
    """GET /usage"""
    shown = {"plan_type": "plan_sandbox", "monthly_usage_minutes": 12.5, "monthly_usage_limit_minutes": 500}
    return JSONResponse({"user_id": account(request).user_id, **shown})


SAVED_ROUTES: list[BaseRoute] = [
    *(route for kind in KINDS for route in Saved(kind).routes()),
    Route("/account_connections/add_to_steering_pool", add_to_pool, methods=["POST"]),
    Route("/account_connections/remove_from_steering_pool", remove_from_pool, methods=["POST"]),
    Route("/usage", usage, methods=["GET"]),
]
