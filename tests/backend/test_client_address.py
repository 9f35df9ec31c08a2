"""Who asks, when proxies stand in front: as they write addresses, and as many of them as there are."""

import logging
from collections import Counter

import pytest
from starlette.types import Scope

from mentorkorps.backend import settings
from mentorkorps.backend.web import client_address
from tests.backend.conftest import FORM, KEY, opened, volunteer

PROXIES = settings.read_settings(
    {
        "MENTORKORPS_SECRET_KEYS": KEY,
        "MENTORKORPS_TRUSTED_PROXY": "127.0.0.1, 10.0.0.0/8 2001:db8:ffff::/48",
        "MENTORKORPS_DATABASE_URL": "postgresql://db.example/korps",
    }
).trusted_proxy


def asked(client: str, **headers: str) -> Scope:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "client": (client, 4711), "headers": named}


def visitor(client: str, **headers: str) -> str:
    return str(client_address.client_address(asked(client, **headers), PROXIES))


WRITTEN = {
    "192.0.2.7": "192.0.2.7",
    "192.0.2.7:5123": "192.0.2.7",
    " 192.0.2.7 ": "192.0.2.7",
    '"192.0.2.7:80"': "192.0.2.7",
    "2001:db8::7": "2001:db8::7",
    "[2001:db8::7]": "2001:db8::7",
    "[2001:db8::7]:443": "2001:db8::7",
    '"[2001:db8::7]:443"': "2001:db8::7",
    "2001:db8:0:0:0:0:0:7:443": "2001:db8::7",
    "fe80::1%eth0": "fe80::1",
    "[fe80::1%25eth0]:443": "fe80::1",
    "::ffff:192.0.2.7": "192.0.2.7",
    "[::ffff:192.0.2.7]:443": "192.0.2.7",
    "unknown": "None",
    "_hidden": "None",
    "_hidden:4711": "None",
    "visitor.example": "None",
    "": "None",
    "192.0.2.300": "None",
    "12345": "None",
}


@pytest.mark.parametrize(("text", "address"), WRITTEN.items())
def test_an_address_is_read_however_a_proxy_writes_it(text, address):
    assert address == visitor("127.0.0.1", x_forwarded_for=text)
    assert address == visitor("127.0.0.1", x_forwarded_for=f"203.0.113.9, {text}")


FORWARDED = {
    "for=192.0.2.60;proto=http;by=203.0.113.43": "192.0.2.60",
    "For=192.0.2.60:5123": "192.0.2.60",
    'for="[2001:db8:cafe::17]:4711"': "2001:db8:cafe::17",
    "proto=https; for = 192.0.2.60": "192.0.2.60",
    "for=192.0.2.43, for=198.51.100.17": "198.51.100.17",
    'for="evil, for=198.51.100.17': "198.51.100.17",
    'for="x, for="[2001:db8:cafe::17]"': "2001:db8:cafe::17",
    "for=unknown": "None",
    "for=_mdn": "None",
    "by=203.0.113.43;proto=https": "None",
}


@pytest.mark.parametrize(("text", "address"), FORWARDED.items())
def test_the_standard_header_is_read_where_the_usual_one_is_not_there(text, address):
    assert address == visitor("127.0.0.1", forwarded=text)
    assert "203.0.113.9" == visitor("127.0.0.1", forwarded=text, x_forwarded_for="203.0.113.9")


CHAINS = {
    "a stranger in front is not believed": ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
    "one proxy of ours": ("10.1.2.3", "203.0.113.9", "203.0.113.9"),
    "two proxies of ours": ("10.1.2.3", "203.0.113.9, 10.7.7.7:4711", "203.0.113.9"),
    "two, one of IPv6": ("::ffff:10.1.2.3", "203.0.113.9, 2001:db8:ffff::1", "203.0.113.9"),
    "what a visitor adds": ("127.0.0.1", "198.51.100.1, 203.0.113.9, 10.7.7.7", "203.0.113.9"),
    "a visitor who claims to be a proxy": ("127.0.0.1", "10.9.9.9, 203.0.113.9", "203.0.113.9"),
    "something unreadable on the way": ("127.0.0.1", "203.0.113.9, unknown, 10.7.7.7", "None"),
}


@pytest.mark.parametrize(("client", "chain", "address"), CHAINS.values(), ids=CHAINS)
def test_the_first_from_the_right_that_is_no_proxy_of_ours_is_the_visitor(client, chain, address):
    assert address == visitor(client, x_forwarded_for=chain)


def post(portal, number, forwarded):
    headers = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
    typed = volunteer(email=f"person{number}@example.org")
    return portal.client.post(FORM, data=typed, headers=headers).status_code


def test_forty_visitors_behind_a_proxy_that_writes_ports_are_forty(tmp_path, real, hands):
    with opened(tmp_path, real, hands, TRUSTED_PROXY="127.0.0.1") as portal:
        got = [post(portal, number, f"198.51.{number}.7:5{number}") for number in range(40)]

    assert Counter({303: 40}) == Counter(got)


def test_one_visitor_with_forty_ports_is_one(tmp_path, real, hands):
    with opened(tmp_path, real, hands, TRUSTED_PROXY="127.0.0.0/8") as portal:
        got = [post(portal, number, f"198.51.100.7:50{number:02}") for number in range(33)]

    assert Counter({303: 30, 429: 3}) == Counter(got)


@pytest.mark.parametrize("forwarded", ["unknown", "", None, "127.0.0.1"])
def test_where_a_proxy_names_nobody_nobody_is_counted_and_one_warning_says_so(
    tmp_path, real, hands, caplog, forwarded
):
    with (
        caplog.at_level(logging.WARNING),
        opened(tmp_path, real, hands, TRUSTED_PROXY="127.0.0.1") as portal,
    ):
        got = [post(portal, number, forwarded) for number in range(33)]

    assert Counter({303: 33}) == Counter(got)
    (warning,) = [
        record.message for record in caplog.records if record.name.endswith("rate_limits")
    ]
    assert "MENTORKORPS_TRUSTED_PROXY" in warning


@pytest.mark.parametrize("forwarded", ["[::1]:443", "127.0.0.1:80", "unknown", "localhost"])
def test_nobody_gets_figures_by_a_name_that_a_proxy_writes_strangely(tmp_path, real, forwarded):
    """But for a proxy of ours that says that the machine itself asks."""
    with opened(tmp_path, real, TRUSTED_PROXY="127.0.0.1") as portal:
        status = portal.client.get("/metrics", headers={"X-Forwarded-For": forwarded}).status_code

    assert (200 if forwarded.startswith(("[::1]", "127.0.0.1")) else 404) == status
