"""A Fluents environment as it is after every reset."""

from __future__ import annotations

from typing import Any

from console.sandbox.platforms.fluents.account import FluentsAccount
from console.sandbox.things import Thing

FLUENTS_USER = "0d3f9f0e-7a01-4c0e-9c55-00000000000a"
FLUENTS_DAY_AGENT = "agent-7f"
FLUENTS_NIGHT_AGENT = "0d3f9f0e-7a01-4c0e-9c55-0000000000b2"
FLUENTS_CARRIER = "0d3f9f0e-7a01-4c0e-9c55-0000000000ff"
FLUENTS_PROMPT = "0d3f9f0e-7a01-4c0e-9c55-0000000000c1"
FLUENTS_ACTION = "0d3f9f0e-7a01-4c0e-9c55-0000000000d1"
FLUENTS_WEBHOOK = "0d3f9f0e-7a01-4c0e-9c55-0000000000d2"
FLUENTS_VOICE = "0d3f9f0e-7a01-4c0e-9c55-0000000000d3"
FLUENTS_PAST_CALL = "0d3f9f0e-7a01-4c0e-9c55-0000000000d4"
FLUENTS_CARRIED = "+31850000077"
"""A number that the carrier has and the environment does not."""

_EVENTS = (
    "message", "action", "transcript", "recording", "human_detection", "phone_call_connected", "phone_call_ended",
    "phone_call_did_not_connect", "error",
)  # fmt: skip
_DESCRIPTION = "Kept by the support team"


def fluents_account(url: str = "") -> FluentsAccount:
    """Three numbers, two agents, and one of everything else; `url` is where its webhook leads."""
    return FluentsAccount(
        user_id=FLUENTS_USER,
        numbers=[
            _number(1, "+31850000001", "Main line", FLUENTS_DAY_AGENT, "Day desk"),
            _number(2, "+31850000002", "Second line"),
            _number(3, "+31850000003", "Calling out") | {"outbound_only": True},
        ],
        agents=[_agent(FLUENTS_DAY_AGENT, "Day desk"), _agent(FLUENTS_NIGHT_AGENT, "Night desk")],
        connections=[_carrier()],
        stock=[_number(40 + place, f"+3185200{place:04d}", "") for place in range(25)],
        carried=[_number(77, FLUENTS_CARRIED, "At the carrier")],
        prompts=[_prompt()],
        actions=[_action()],
        webhooks=[_webhook(url or "https://hooks.example.com/hooks/fluents_desk")],
        voices=[_voice()],
        calls=[_past_call()],
        do_not_call=[_unwanted()],
    )


def _owned(thing_id: str, label: str, **more: Any) -> Thing:
    return {"id": thing_id, "user_id": FLUENTS_USER, "label": label, "description": _DESCRIPTION, **more}


def _carrier() -> Thing:
    return _owned(
        FLUENTS_CARRIER,
        "Carrier account",
        type="account_connection_twilio",
        credentials={"twilio_account_sid": "ACexample", "twilio_auth_token": "example-token"},
        config={"voicemail_detection": {}},
        steering_pool=["+31850000001"],
        account_supports_any_caller_id=False,
    )


def _prompt() -> Thing:
    return _owned(
        FLUENTS_PROMPT,
        "Desk prompt",
        content="Answer questions about orders.",
        context_endpoint=None,
        collect_fields=[],
        type="prompt",
        tags=["orders"],
        prompt_template=None,
    )


def _action() -> Thing:
    return _owned(
        FLUENTS_ACTION,
        "Look up order",
        type="action_external",
        config={"name": "look_up_order", "signature_secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
        action_trigger={"type": "action_trigger_function_call", "config": {}},
    )


def _webhook(url: str) -> Thing:
    return _owned(
        FLUENTS_WEBHOOK,
        "Hookswitch",
        subscriptions=[f"event_{name}" for name in _EVENTS],
        url=url,
        method="POST",
        account_connection_id=None,
    )


def _voice() -> Thing:
    return _owned(
        FLUENTS_VOICE,
        "Warm voice",
        type="voice_eleven_labs",
        voice_id="voice-1",
        api_key="example-voice-key",
        stability=0.5,
        similarity_boost=0.7,
    )


def _number(place: int, number: str, label: str, agent: str | None = None, name: str | None = None) -> Thing:
    return {
        "id": f"0d3f9f0e-7a01-4c0e-9c55-0000000001{place:02d}",
        "user_id": FLUENTS_USER,
        "number": number,
        "active": True,
        "label": label,
        "inbound_agent_name": name,
        "outbound_only": False,
        "example_context": {},
        "telephony_provider": "twilio",
        "description": "Number on the website",
        "inbound_agent": agent,
        "telephony_account_connection": FLUENTS_CARRIER,
    }


def _agent(agent_id: str, name: str) -> Thing:
    return _owned(
        agent_id,
        name,
        name=name,
        language="en",
        prompt=FLUENTS_PROMPT,
        actions=[FLUENTS_ACTION],
        voice=FLUENTS_VOICE,
        initial_message=f"Good day, this is the {name.lower()}.",
        webhook=FLUENTS_WEBHOOK if agent_id == FLUENTS_DAY_AGENT else None,
        interrupt_sensitivity="low",
        endpointing_sensitivity="auto",
        ivr_navigation_mode="default",
        context_endpoint=None,
        noise_suppression=True,
        conversation_speed=1,
        openai_account_connection=FLUENTS_CARRIER,
        run_do_not_call_detection=False,
        enable_recording=True,
        provider="openai",
        model="gpt-4",
        post_call_prompt=None,
        idle_time_seconds=10,
    )


def _past_call() -> Thing:
    history = {
        "event_type": "action_completed",
        "timestamp": "2026-02-03T04:05:20.560833+00:00",
        "action_id": FLUENTS_ACTION,
        "action_type": "action_external",
        "action_label": "Look up order",
        "parameters": {"order_number": "A-1001"},
        "result": {"json": {"result": {"status": "shipped"}}, "http_status_code": 200, "error": None},
    }
    return {
        "id": FLUENTS_PAST_CALL,
        "user_id": FLUENTS_USER,
        "status": "ended",
        "error_message": None,
        "errors": [],
        "recording_available": True,
        "transcript": "[00:00.50] BOT: Good day, this is the-\n[00:02.10] HUMAN: Where is my order?\n"
        "[00:03.00] BOT_ACTION_START: look_up_order\n[00:04.20] BOT: It has shipped.",
        "human_detection_result": "human",
        "do_not_call_result": False,
        "telephony_id": "CAexample",
        "telephony_metadata": {"type": "telephony_metadata_twilio", "call_sid": "CAexample"},
        "stage": "picked_up",
        "stage_outcome": "human_disconnected",
        "start_time": "2026-02-03T04:05:06+00:00",
        "end_time": "2026-02-03T04:06:06+00:00",
        "to_number": "+31850000001",
        "from_number": "+31612340001",
        "agent": FLUENTS_DAY_AGENT,
        "agent_phone_number": "+31850000001",
        "telephony_provider": "twilio",
        "telephony_account_connection": FLUENTS_CARRIER,
        "telephony_params": {},
        "context": {},
        "hipaa_compliant": False,
        "on_no_human_answer": "continue",
        "run_do_not_call_detection": False,
        "is_outgoing": False,
        "action_history": [history],
    }


def _unwanted() -> Thing:
    return {
        "id": "0d3f9f0e-7a01-4c0e-9c55-0000000000d5",
        "phoneNumber": "+31612349999",
        "userId": FLUENTS_USER,
        "reason": "User requested to not be called",
        "createdAt": "2026-02-03T04:05:06.000Z",
        "updatedAt": "2026-02-03T04:05:06.000Z",
    }
