"""The world as it is after every reset: made so that each documented success and refusal can be provoked."""

from __future__ import annotations

from typing import Any

from console.sandbox.world import (
    CREATED,
    FlireoAccount,
    FlireoAssistant,
    FlireoNumber,
    FluentsAccount,
    Shop,
    VapiAccount,
    VapiAssistant,
    VapiNumber,
    World,
)

DAY_DESK = "0d3f9f0e-7a01-4c0e-9c55-0000000000a1"
NIGHT_DESK = "0d3f9f0e-7a01-4c0e-9c55-0000000000a2"
OVERFLOW = "0d3f9f0e-7a01-4c0e-9c55-0000000000a3"
WEEKEND_DESK = "0d3f9f0e-7a01-4c0e-9c55-0000000000a4"

MAIN_NUMBER = "0d3f9f0e-7a01-4c0e-9c55-000000000001"
FREE_NUMBER = "0d3f9f0e-7a01-4c0e-9c55-000000000002"
OVERFLOW_NUMBER = "0d3f9f0e-7a01-4c0e-9c55-000000000003"
MOBILE_NUMBER = "0d3f9f0e-7a01-4c0e-9c55-000000000004"
FOREIGN_NUMBER = "0d3f9f0e-7a01-4c0e-9c55-000000000008"
SHARED_NUMBER = "0d3f9f0e-7a01-4c0e-9c55-000000000009"
SECOND_SHARED_NUMBER = "0d3f9f0e-7a01-4c0e-9c55-00000000000b"

FLUENTS_USER = "0d3f9f0e-7a01-4c0e-9c55-00000000000a"
FLUENTS_DAY_AGENT = "agent-7f"
FLUENTS_NIGHT_AGENT = "0d3f9f0e-7a01-4c0e-9c55-0000000000b2"
FLUENTS_CARRIER = "0d3f9f0e-7a01-4c0e-9c55-0000000000ff"

OPENCX_ORG = "org_1"

VAPI_DAY_DESK = "0d3f9f0e-7a01-4c0e-9c55-0000000000e1"
VAPI_NIGHT_DESK = "0d3f9f0e-7a01-4c0e-9c55-0000000000e2"
VAPI_MAIN_NUMBER = "0d3f9f0e-7a01-4c0e-9c55-0000000000f1"
VAPI_NIGHT_NUMBER = "0d3f9f0e-7a01-4c0e-9c55-0000000000f2"


def fresh_world() -> World:
    """A new world, the same every time."""
    return World(_flireo(), _fluents(), _opencx(), _shop(), _vapi())


def _flireo() -> FlireoAccount:
    assistants = [
        FlireoAssistant(id=DAY_DESK, name="Day desk", first_message="Good morning, this is the day desk."),
        FlireoAssistant(id=NIGHT_DESK, name="Night desk", first_message="Good evening, this is the night desk."),
        FlireoAssistant(id=OVERFLOW, name="Overflow"),
        FlireoAssistant(id=WEEKEND_DESK, name="Weekend desk"),
    ]
    numbers = [
        FlireoNumber(id=MAIN_NUMBER, number="+31850000001", assistant_id=DAY_DESK),
        FlireoNumber(id=FREE_NUMBER, number="+31850000002", locality="Utrecht"),
        FlireoNumber(id=OVERFLOW_NUMBER, number="+31850000003", type="national", assistant_id=OVERFLOW),
        FlireoNumber(id=MOBILE_NUMBER, number="+31612000004", type="mobile", locality=None),
        FlireoNumber(id=FOREIGN_NUMBER, number="+31850000008", ours=False, assistant_id="someone-elses"),
        FlireoNumber(id=SHARED_NUMBER, number="+31850000090", origin="default", assistant_id=WEEKEND_DESK),
        FlireoNumber(id=SECOND_SHARED_NUMBER, number="+31850000091", origin="default"),
    ]
    stock = [
        FlireoNumber(id="", number=f"+3185100{place:04d}", type="national", locality=None) for place in range(30)
    ] + [FlireoNumber(id="", number=f"+3161200{place:04d}", type="mobile", locality=None) for place in range(10)]
    stock.append(FlireoNumber(id="", number="+31207000001", type="local"))
    return FlireoAccount({each.id: each for each in assistants}, {each.id: each for each in numbers}, stock)


def _fluents() -> FluentsAccount:
    carrier = {
        "id": FLUENTS_CARRIER,
        "user_id": FLUENTS_USER,
        "type": "account_connection_twilio",
        "credentials": {"twilio_account_sid": "ACexample", "twilio_auth_token": "example-token"},
        "config": {"voicemail_detection": {}},
        "label": "Carrier account",
        "description": "Kept by the support team",
        "steering_pool": ["+31850000001"],
        "account_supports_any_caller_id": False,
    }
    agents = [_fluents_agent(FLUENTS_DAY_AGENT, "Day desk"), _fluents_agent(FLUENTS_NIGHT_AGENT, "Night desk")]
    numbers = [
        _fluents_number(1, "+31850000001", "Main line", FLUENTS_DAY_AGENT, "Day desk"),
        _fluents_number(2, "+31850000002", "Second line", None, None),
        _fluents_number(3, "+31850000003", "Calling out", None, None) | {"outbound_only": True},
    ]
    stock = [_fluents_number(40 + place, f"+3185200{place:04d}", "", None, None) for place in range(25)]
    return FluentsAccount(numbers, agents, [carrier], stock)


def _fluents_number(place: int, number: str, label: str, agent: str | None, name: str | None) -> dict[str, Any]:
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


def _fluents_agent(agent_id: str, name: str) -> dict[str, Any]:
    prompt = {
        "id": "0d3f9f0e-7a01-4c0e-9c55-0000000000c1",
        "user_id": FLUENTS_USER,
        "label": f"{name} prompt",
        "description": "Kept by the support team",
        "content": "Answer questions about orders.",
        "context_endpoint": None,
        "collect_fields": [],
        "type": "prompt",
        "tags": ["orders"],
        "prompt_template": None,
    }
    lookup = {
        "id": "0d3f9f0e-7a01-4c0e-9c55-0000000000d1",
        "user_id": FLUENTS_USER,
        "type": "action_external",
        "config": {"name": "look_up_order", "signature_secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
        "label": "Look up order",
        "description": "Kept by the support team",
        "action_trigger": {"type": "action_trigger_function_call", "config": {}},
    }
    return {
        "id": agent_id,
        "user_id": FLUENTS_USER,
        "name": name,
        "label": name,
        "description": "Kept by the support team",
        "language": "en",
        "prompt": prompt,
        "actions": [lookup],
        "voice": {},
        "initial_message": f"Good day, this is the {name.lower()}.",
        "webhook": None,
        "interrupt_sensitivity": "low",
        "endpointing_sensitivity": "auto",
        "ivr_navigation_mode": "default",
        "context_endpoint": None,
        "noise_suppression": True,
        "conversation_speed": 1,
        "openai_account_connection": None,
        "run_do_not_call_detection": False,
        "enable_recording": True,
        "provider": "openai",
        "model": "gpt-4",
        "post_call_prompt": None,
        "idle_time_seconds": 10,
    }


def _opencx() -> list[dict[str, Any]]:
    return [
        _opencx_agent("agent_1", OPENCX_ORG, "Front desk", "+31850000001"),
        _opencx_agent("agent_2", OPENCX_ORG, "Night desk", None),
        _opencx_agent("agent_8", "org_8", "Another company", "+31850000008"),
    ]


def _opencx_agent(agent_id: str, org: str, name: str, number: str | None) -> dict[str, Any]:
    return {
        "id": agent_id,
        "org_id": org,
        "phone_number": number,
        "name": name,
        "language": ["nl", "en"],
        "accent": None,
        "handoff_phone_number": "+31850000009",
        "speed": 1,
        "interruptible": True,
        "actionIds": None,
        "instructions": [],
        "data_collection_fields": ["email"],
        "data_collection_webhook_url": None,
        "voice_id": "voice_1",
        "first_message": "Hello",
        "created_at": CREATED,
        "updated_at": CREATED,
        "provider_external_id": None,
        "flow": None,
        "manual_mode": False,
        "custom_llm": None,
        "use_org_knowledgebase": True,
        "recording_enabled": True,
        "stt_keyterms": ["invoice"],
        "tts_speed_pct": 0,
        "failover_transfer_destination_id": None,
        "type": "inbound",
        "model": "oppie-vox-livekit",
        "background_noise_preset": "office",
        "stt_model": "deepgram/nova-3",
    }


def _vapi() -> VapiAccount:
    """The main number has no assistant, so its calls ask the webhook; the other one has."""
    assistants = [
        VapiAssistant(id=VAPI_DAY_DESK, name="Day desk", first_message="Good morning, this is the day desk."),
        VapiAssistant(id=VAPI_NIGHT_DESK, name="Night desk", first_message="Good evening, this is the night desk."),
    ]
    numbers = [
        VapiNumber(id=VAPI_MAIN_NUMBER, number="+31850000001", name="Main line"),
        VapiNumber(id=VAPI_NIGHT_NUMBER, number="+31850000002", name="Night line", assistant_id=VAPI_NIGHT_DESK),
    ]
    return VapiAccount({each.id: each for each in assistants}, {each.id: each for each in numbers})


def _shop() -> Shop:
    return Shop(
        customers={
            "+31612340001": {"name": "Ada de Vries", "email": "ada@example.com"},
            "+31612340002": {"name": "Bram Jansen", "email": ""},
        }
    )
