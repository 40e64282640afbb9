from __future__ import annotations

import pytest
from pydantic import ValidationError

from console.web.settings import ConsoleSettings


@pytest.mark.parametrize(
    ("host", "loopback"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("desk", False)]
)
def test_what_is_loopback(host: str, loopback: bool) -> None:
    assert ConsoleSettings(console_host=host).on_loopback is loopback


def test_a_password_or_a_proxy_closes_it() -> None:
    assert ConsoleSettings().open
    assert not ConsoleSettings(console_password="x").open
    assert not ConsoleSettings(console_proxy_header="X-User").open


def test_networks_are_checked() -> None:
    assert len(ConsoleSettings(console_proxy_from="10.0.0.0/8, ::1").proxies) == 2
    with pytest.raises(ValidationError):
        ConsoleSettings(console_proxy_from="everywhere")


def test_the_password_is_not_printed() -> None:
    assert "hunter2" not in repr(ConsoleSettings(console_password="hunter2"))
