from __future__ import annotations

import httpx
import pytest

from store.connections import Api, Connection
from tests.workers.clients.support import context
from workers.actions import ACTIONS
from workers.actions.ports.base import Port
from workers.actions.ports.flireo import FlireoFirstPort, FlireoLaterPort
from workers.actions.ports.fluents import FluentsPort
from workers.actions.ports.table import PORTS, able, port, port_of, reasons
from workers.actions.ports.vapi import VapiPort
from workers.clients.errors import Invalid, Unsupported


@pytest.mark.parametrize(
    ("provider", "generation", "kind"),
    [
        ("flireo", "g1", FlireoFirstPort),
        ("flireo", "g2", FlireoLaterPort),
        ("flireo", "g3", FlireoLaterPort),
        ("fluents", "", FluentsPort),
        ("fluents", "g1", FluentsPort),
        ("vapi", "", VapiPort),
    ],
)
def test_each_platform_and_generation_has_its_port(provider: str, generation: str, kind: type[Port]) -> None:
    assert type(port(context(httpx.AsyncClient(), provider, generation))) is kind


@pytest.mark.parametrize("generation", ["", "auto", "g9"])
def test_an_unknown_generation_says_what_to_write(generation: str) -> None:
    with pytest.raises(Invalid, match="write `generation:`"):
        port(context(httpx.AsyncClient(), "flireo", generation))


def test_a_platform_without_a_client_is_unsupported() -> None:
    to = Connection(name="desk", provider="retell", api=Api(key="k"))
    with pytest.raises(Unsupported, match="retell has no API client"):
        port(context(httpx.AsyncClient(), to=to))


def test_a_step_without_connection_says_so() -> None:
    own = context(httpx.AsyncClient())
    own.connection = None
    with pytest.raises(Invalid, match="no connection"):
        port(own)


def test_ability_follows_from_what_a_port_does() -> None:
    assert able(Port.call_say) == {"flireo": frozenset({"g2", "g3"}), "vapi": frozenset({""})}
    assert "opencx" not in able(Port.number_link)


def test_why_a_platform_cannot_is_told() -> None:
    assert reasons("number.link") == {"opencx": {"": "a number belongs to its phone agent"}}
    assert set(reasons("call.say")) == {"flireo", "fluents", "opencx"}
    assert set(reasons("call.say")["flireo"]) == {"g1"}
    assert reasons("number.list") == {}


def test_every_gap_has_its_reason_and_no_reason_is_without_a_gap() -> None:
    for name, action in ACTIONS.items():
        if name.partition(".")[0] not in ("number", "agent", "call") or action.platforms is None:
            continue
        gaps = {
            provider: {each for each in generations if each not in action.platforms.get(provider, ())}
            for provider, generations in PORTS.items()
        }
        told = {provider: set(of) for provider, of in reasons(name).items()}
        assert told == {provider: missing for provider, missing in gaps.items() if missing}, name


def test_a_port_of_another_platform_is_refused() -> None:
    own = context(httpx.AsyncClient(), "vapi")
    assert isinstance(port_of(own, VapiPort), VapiPort)
    with pytest.raises(Unsupported, match="Vapi cannot do this"):
        port_of(own, FluentsPort)


def test_who_can_do_it_can_also_tell_whether_it_happened() -> None:
    assert able(Port.number_buy) == able(Port.number_bought)
    assert able(Port.number_release) == able(Port.number_released)
    assert able(Port.call_start) == able(Port.call_started)
