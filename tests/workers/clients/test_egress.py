from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpcore
import httpx
import pytest

from tests.workers.clients.support import tcp_server
from workers.clients.egress import Resolve, connection_client, egress_client, resolve
from workers.clients.errors import NotAllowed


async def say_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nset-cookie: session=1\r\ncontent-length: 5\r\n\r\nhello")
    await writer.drain()
    writer.close()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with tcp_server(say_hello) as listening:
        yield listening


def names(table: dict[str, Sequence[str]]) -> Resolve:
    """A resolver with a fixed table."""

    async def look_up(host: str, _port: int) -> Sequence[str]:
        return table.get(host, [host])

    return look_up


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "LOCALHOST", "0x7f.1", "0x7f000001", "2130706433", "017700000001",
        "127.1", "127.0.1", "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]", "user:word@127.0.0.1",
    ],
)  # fmt: skip
async def test_loopback_is_refused_however_it_is_written(port: int, host: str) -> None:
    async with egress_client([]) as http:
        with pytest.raises(NotAllowed):
            await http.get(f"http://{host}:{port}/")


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254", "2852039166", "0xa9fea9fe", "0xa9.0xfe.0xa9.0xfe", "169.254.43518",
        "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "[fd00:ec2::254]", "[fe80::1]",
        "[fd00::8]", "168.63.129.16", "100.100.100.200", "192.0.0.192", "10.0.0.1", "172.16.0.1", "192.168.0.1",
    ],
)  # fmt: skip
async def test_metadata_and_private_addresses_are_refused_however_they_are_written(host: str) -> None:
    async with egress_client([]) as http:
        with pytest.raises(NotAllowed):
            await http.get(f"http://{host}/latest/meta-data/")


async def test_a_name_that_resolves_to_loopback_is_refused(port: int) -> None:
    async with egress_client([], resolver=names({"evil.test": ["127.0.0.1"]})) as http:
        with pytest.raises(NotAllowed, match=r"evil\.test"):
            await http.get(f"http://evil.test:{port}/")


@pytest.mark.parametrize(
    "entry", ["127.0.0.1", "127.0.0.0/8", "127.0.0.1:{}", " 127.0.0.1 ", "127.0.0.1/32", "127.0.0.9/8", "0.0.0.0/0"]
)
async def test_what_is_listed_is_reached(port: int, entry: str) -> None:
    async with egress_client([entry.format(port)]) as http:
        assert (await http.get(f"http://127.0.0.1:{port}/")).text == "hello"


@pytest.mark.parametrize("entry", ["crm.internal", "CRM.internal.", "crm.internal:{}", "127.0.0.0/8"])
async def test_a_listed_name_is_reached_wherever_it_points(port: int, entry: str) -> None:
    async with egress_client([entry.format(port)], resolver=names({"crm.internal": ["127.0.0.1"]})) as http:
        assert (await http.get(f"http://crm.internal:{port}/")).text == "hello"


@pytest.mark.parametrize("entry", ["127.0.0.1:1", "localhost", "10.0.0.0/8", "crm.internal"])
async def test_what_is_listed_opens_nothing_else(port: int, entry: str) -> None:
    async with egress_client([entry]) as http:
        with pytest.raises(NotAllowed):
            await http.get(f"http://127.0.0.1:{port}/")


async def test_the_connection_goes_to_the_address_that_was_judged(port: int) -> None:
    """A second lookup would give another answer; there is none."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    async def rebinding(_host: str, _port: int) -> Sequence[str]:
        return next(answers)

    async with egress_client(["127.0.0.0/8"], resolver=rebinding) as http:
        assert (await http.get(f"http://rebind.test:{port}/")).text == "hello"
    assert next(answers) == ["10.0.0.1"]


async def test_addresses_that_may_not_be_reached_are_left_out_of_several(port: int) -> None:
    table = names({"mixed.test": ["10.0.0.1", "127.0.0.1"]})
    async with egress_client(["127.0.0.0/8"], resolver=table) as http:
        assert (await http.get(f"http://mixed.test:{port}/")).text == "hello"


async def test_the_next_address_is_tried_when_one_does_not_answer(port: int) -> None:
    table = names({"two.test": ["::1", "127.0.0.1"]})
    async with egress_client(["two.test"], resolver=table) as http:
        assert (await http.get(f"http://two.test:{port}/")).text == "hello"


async def test_every_new_connection_is_judged_again(port: int) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    async def rebinding(_host: str, _port: int) -> Sequence[str]:
        return next(answers)

    async with egress_client(["127.0.0.0/8"], resolver=rebinding) as http:
        await http.get(f"http://rebind.test:{port}/")
        with pytest.raises(NotAllowed):
            await http.get(f"http://rebind.test:{port}/")


async def test_names_that_do_not_exist_are_connect_errors() -> None:
    async def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError("unknown")

    async with egress_client([], resolver=unknown) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("http://nowhere.test/")
    async with egress_client([], resolver=names({"empty.test": []})) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("http://empty.test/")


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "http://a..b/", f"http://{'a' * 70}.test/"])
async def test_addresses_that_cannot_be_are_connect_errors(url: str) -> None:
    async with egress_client(["127.0.0.1"]) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(url)


async def test_a_lookup_that_hangs_is_a_connect_timeout() -> None:
    async def hang(_host: str, _port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    async with egress_client([], resolver=hang, timeout=0.05) as http:
        with pytest.raises(httpx.ConnectTimeout):
            await http.get("http://slow.test/")


async def test_proxies_of_the_environment_are_not_asked(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with egress_client(["127.0.0.1"]) as http:
        assert (await http.get(f"http://127.0.0.1:{port}/")).text == "hello"


async def test_no_cookie_is_kept_from_one_request_to_the_next(port: int) -> None:
    async with egress_client(["127.0.0.1"]) as http:
        await http.get(f"http://127.0.0.1:{port}/")
        assert not list(http.cookies.jar)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_connections_client_reaches_its_own_base_url_and_nothing_else(port: int, host: str) -> None:
    async with connection_client(f"http://{host}:{port}/api/v1") as http:
        assert (await http.get(f"http://{host}:{port}/api/v1/numbers")).text == "hello"
        with pytest.raises(NotAllowed):
            await http.get(f"http://127.0.0.2:{port}/")
        with pytest.raises(NotAllowed):
            await http.get("http://127.0.0.1:1/")


async def test_a_connection_without_base_url_reaches_public_hosts_only(port: int) -> None:
    async with connection_client("") as http:
        with pytest.raises(NotAllowed):
            await http.get(f"http://127.0.0.1:{port}/")


async def test_the_systems_resolver_is_used() -> None:
    assert "127.0.0.1" in await resolve("127.0.0.1", 80)


@pytest.mark.parametrize("host", ["0177.0.0.1", "0251.0376.0251.0376", "１２７.０.０.１", "127.0.0.256"])
async def test_what_no_host_can_be_is_not_even_looked_up(host: str) -> None:
    async def look_up(_host: str, _port: int) -> Sequence[str]:
        raise AssertionError("looked up")

    async with egress_client([], resolver=look_up) as http:
        with pytest.raises(httpx.InvalidURL):
            await http.get(f"http://{host}/")


async def test_a_name_that_was_judged_public_cannot_move_the_connection_elsewhere(port: int) -> None:
    """The listed name pointed at loopback when it was asked; a name that is not listed gains nothing by that."""
    table = names({"listed.test": ["127.0.0.1"], "evil.test": ["127.0.0.1"]})
    async with egress_client(["listed.test"], resolver=table) as http:
        assert (await http.get(f"http://listed.test:{port}/")).text == "hello"
        for url in (f"http://evil.test:{port}/", f"http://127.0.0.1:{port}/"):
            with pytest.raises(NotAllowed):
                await http.get(url, headers={"host": "listed.test"})


async def test_nothing_connects_to_an_address_that_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[str] = []

    async def connect(_self: Any, host: str, *_: Any, **__: Any) -> Any:
        reached.append(host)
        raise httpcore.ConnectError("not reached")

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    table = names({"mixed.test": ["169.254.169.254", "8.8.8.8", "::1", "fd00::8", "1.1.1.1"]})
    async with egress_client([], resolver=table) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("http://mixed.test/")
    assert reached == ["8.8.8.8", "1.1.1.1"]
