"""Forms of the console: small, and read once."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.types import Message, Receive, Scope

LARGEST = 256_000
"""Bytes of a form."""
MOST_FIELDS = 200


class FormTooLarge(Exception):
    """More than any form of ours holds."""


async def read_form(scope: Scope, receive: Receive) -> tuple[bytes, Mapping[str, str]]:
    """The body and its fields; raises FormTooLarge. What is not a form has no fields."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST:
            raise FormTooLarge
        if not message.get("more_body"):
            return body, _fields(body)


def _fields(body: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise FormTooLarge from error
    return dict(pairs)


def replayed(body: bytes) -> Receive:
    """The body once more, for whoever reads it next."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    return receive
