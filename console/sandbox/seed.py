"""The world as it is after every reset: made so that each documented success and refusal can be provoked."""

from __future__ import annotations

from console.sandbox.platforms.fluents.seed import fluents_account
from console.sandbox.platforms.opencx.seed import opencx_account
from console.sandbox.world import (
    CREATED,
    FlireoAccount,
    FlireoAssistant,
    FlireoGroup,
    FlireoNumber,
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

APPROVED_GROUP = "0d3f9f0e-7a01-4c0e-9c55-0000000000c8"
WAITING_GROUP = "0d3f9f0e-7a01-4c0e-9c55-0000000000c9"

VAPI_DAY_DESK = "0d3f9f0e-7a01-4c0e-9c55-0000000000e1"
VAPI_NIGHT_DESK = "0d3f9f0e-7a01-4c0e-9c55-0000000000e2"
VAPI_MAIN_NUMBER = "0d3f9f0e-7a01-4c0e-9c55-0000000000f1"
VAPI_NIGHT_NUMBER = "0d3f9f0e-7a01-4c0e-9c55-0000000000f2"


def fresh_world(fluents_url: str = "") -> World:
    """A new world, the same every time; `fluents_url` is where the webhook of Fluents leads."""
    return World(_flireo(), fluents_account(fluents_url), opencx_account(), _shop(), _vapi())


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
    groups = [
        FlireoGroup(APPROVED_GROUP, "Main office", "local", "Amsterdam", "Example BV", CREATED, "approved"),
        FlireoGroup(WAITING_GROUP, "New office", "local", "Utrecht", "Example BV", CREATED),
    ]
    account = FlireoAccount({each.id: each for each in assistants}, {each.id: each for each in numbers}, stock)
    account.groups = {each.id: each for each in groups}
    return account


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
