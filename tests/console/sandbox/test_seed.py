from __future__ import annotations

from console.sandbox.seed import fresh_world


def test_the_same_every_time_and_never_shared() -> None:
    first = fresh_world()
    assert first == fresh_world()
    first.shop.notes.append({})
    first.flireo.assistants.clear()
    assert first != fresh_world()


def test_references_hold() -> None:
    world = fresh_world()
    own = [number for number in world.flireo.own_numbers() if number.assistant_id]
    assert all(number.assistant_id in world.flireo.assistants for number in own)
    for number in world.fluents.numbers:
        assert world.fluents.connection(number["telephony_account_connection"])
        assert number["inbound_agent"] is None or world.fluents.agent(number["inbound_agent"])


def test_the_known_customer() -> None:
    assert fresh_world().shop.customers["+31612340001"] == {"name": "Ada de Vries", "email": "ada@example.com"}
