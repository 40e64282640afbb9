"""The OpenCX organisation as it is after every reset."""

from __future__ import annotations

from console.sandbox.platforms.opencx.account import OpenCXAccount
from console.sandbox.things import Thing

CREATED = "2026-02-03T04:05:06.000Z"
ORG = "org_1"
CONTACT = "0d3f9f0e-7a01-4c0e-9c55-000000000201"
WORKFLOW = "0d3f9f0e-7a01-4c0e-9c55-000000000211"
DORMANT_WORKFLOW = "0d3f9f0e-7a01-4c0e-9c55-000000000212"
SEQUENCE = "0d3f9f0e-7a01-4c0e-9c55-000000000221"
WORKFLOW_TOKEN = "sandbox-workflow-token"  # noqa: S105


def opencx_account() -> OpenCXAccount:
    """A new organisation, the same every time."""
    return OpenCXAccount(
        org_id=ORG,
        agents=[
            _agent("agent_1", ORG, "Front desk", "+31850000001"),
            _agent("agent_2", ORG, "Night desk", None),
            _agent("agent_8", "org_8", "Another company", "+31850000008"),
        ],
        voices=[_voice("voice_1", "Anna", "female"), _voice("voice_2", "Bert", "male")],
        contacts=[_contact(CONTACT, "Ada de Vries", "+31612340001", "ada@example.com")],
        sequences=[{"id": SEQUENCE, "name": "Reminders", "status": "pending", "steps": [], "created_at": CREATED}],
        workflows=[_workflow(WORKFLOW, "Refund", active=True), _workflow(DORMANT_WORKFLOW, "Draft", active=False)],
        actions=[_action("action_1", "opening_hours", "GET"), _action("action_2", "book_appointment", "POST")],
    )


def _agent(agent_id: str, org: str, name: str, number: str | None) -> Thing:
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


def _voice(voice_id: str, name: str, gender: str) -> Thing:
    labels = {"gender": gender, "language": "nl", "use_case": "support"}
    url = f"https://voices.example.com/{voice_id}.mp3"
    return {"voice_id": voice_id, "name": name, "description": "Calm", "labels": labels, "preview_url": url}


def _contact(contact_id: str, name: str, number: str, email: str) -> Thing:
    return {"id": contact_id, "name": name, "phone_number": number, "email": email, "custom_data": {}}


def _workflow(workflow_id: str, name: str, *, active: bool) -> Thing:
    return {
        "id": 1,
        "workflow_id": workflow_id,
        "name": name,
        "description": "",
        "is_active": active,
        "trigger_type": "webhook",
        "version_number": 1,
        "workflow_blocks": [],
        "created_at": CREATED,
        "updated_at": CREATED,
    }


def _action(action_id: str, name: str, method: str) -> Thing:
    return {
        "id": action_id,
        "name": name,
        "request_type": method,
        "api_endpoint": f"https://hooks.example.com/tools/{name}",
        "description": "An action of the sandbox.",
        "enabled_on_channel": {"channels": ["phone_voice"]},
        "status": "active",
        "is_handoff_like": False,
        "created_at": CREATED,
        "updated_at": CREATED,
    }
