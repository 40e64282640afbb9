from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.clients.addresses import AllowList, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "224.0.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::1",
        "2002:a00:1::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::7f00:1",
        "::ffff:0:7f00:1",
        "64:ff9b:1::7f00:1",
        "fd00::8",
        "100.100.100.200",
        "168.63.129.16",
        "::ffff:168.63.129.16",
        "192.0.0.192",
        "192.0.0.9",
        "2001:1::1",
        "2001:4:112::1",
        "2001:20::1",
        "3fff::1",
        "fe80::1%eth0",
    ],
)
def test_addresses_that_are_nobodys_business_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_changes_nothing(address: ipaddress.IPv4Address) -> None:
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public(ipaddress.ip_address(wrapped)) == is_public(address)


@pytest.mark.parametrize("entry", ["http://crm.internal", "crm.internal/path", "a b:c", "10.0.0.0/99"])
def test_an_entry_that_means_nothing_is_refused_at_start(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a host"):
        AllowList([entry])


def test_hosts_of_ipv6_and_default_ports() -> None:
    allow = AllowList(["[::1]:8080", "", "api.internal:443"])
    assert allow.has_host("::1", 8080)
    assert not allow.has_host("::1", 80)
    assert allow.has_host("api.internal", 443)


@given(st.text(max_size=30))
def test_any_entry_is_read_or_refused_and_opens_no_metadata_service(entry: str) -> None:
    try:
        allow = AllowList([entry])
    except ValueError:
        return
    if "/0" not in entry and "169.254" not in entry:
        assert not allow.may_reach(ipaddress.ip_address("169.254.169.254"))


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("10.2.0.0/16", "10.2.3.4"),
        ("10.2.0.0/16", "::ffff:10.2.3.4"),
        ("fd00::/8", "fd12::1"),
        ("10.0.0.7", "10.0.0.7"),
    ],
)
def test_listed_networks_may_be_reached(entry: str, address: str) -> None:
    assert AllowList([entry]).may_reach(ipaddress.ip_address(address))
    assert not AllowList([]).may_reach(ipaddress.ip_address(address))
