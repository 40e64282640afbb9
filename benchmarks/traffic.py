"""Deliveries as a platform would sign them: whole HTTP requests in bytes, each with an id of its own."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from receiver.providers.samples import load_sample

SECRET = "a-secret-of-the-benchmark"  # noqa: S105
PATH = "/hooks/bench"
SAMPLES = {"informational": "flireo/end-of-call-report__g3", "waiting": "flireo/assistant-request__g3"}
ID_LENGTH = 24
TURN = {"role": "user", "content": "I would like to move my appointment to another day, if that is possible at all."}


@dataclass(frozen=True)
class Traffic:
    """One kind of delivery of about `size` bytes."""

    kind: str = "informational"
    size: int = 3_500
    path: str = PATH

    def maker(self) -> Callable[[str], bytes]:
        """Id → request. The id is at the very end of the body, so that signing begins where all bodies still agree."""
        before, after = self._body_around_the_id()
        length = len(before) + ID_LENGTH + len(after)
        stamp = str(int(time.time()))
        head = self._head(length, stamp)
        begun = hmac.new(SECRET.encode(), f"{stamp}.".encode() + before, hashlib.sha256)

        def make(unique: str) -> bytes:
            tail = unique.encode().ljust(ID_LENGTH, b"_") + after
            mac = begun.copy()
            mac.update(tail)
            return b"".join((head, mac.hexdigest().encode(), b"\r\n\r\n", before, tail))

        return make

    def body(self, unique: str) -> bytes:
        """The body alone."""
        before, after = self._body_around_the_id()
        return before + unique.encode().ljust(ID_LENGTH, b"_") + after

    def _body_around_the_id(self) -> tuple[bytes, bytes]:
        message = orjson.loads(load_sample(SAMPLES[self.kind]).body)["message"]
        call = message.pop("call")
        call.pop("id")
        message["messages"] = list(message.get("messages", ()))
        short = self.size - len(orjson.dumps(message)) - 100
        message["messages"] += [TURN] * max(0, short // len(orjson.dumps(TURN)))
        message["call"] = call | {"id": "@"}
        before, _, after = orjson.dumps({"message": message}).rpartition(b"@")
        return before, after

    def _head(self, length: int, stamp: str) -> bytes:
        lines = [
            f"POST {self.path} HTTP/1.1", "host: 127.0.0.1", "content-type: application/json",
            f"content-length: {length}", "user-agent: HMS-Sovereign/1.0", f"x-webhook-event: {self.kind}",
            f"x-webhook-timestamp: {stamp}", "x-webhook-signature: sha256=",
        ]  # fmt: skip
        return "\r\n".join(lines).encode()


def signed(body: bytes) -> dict[str, str]:
    """The headers of a body that is delivered now."""
    stamp = str(int(time.time()))
    return {"x-webhook-timestamp": stamp, "x-webhook-signature": f"sha256={_mac(stamp, body)}"}


def _mac(stamp: str, body: bytes) -> str:
    return hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def signature_holds(body: bytes, headers: object) -> bool:
    """What the plain contenders check of a delivery."""
    get = headers.get  # type: ignore[attr-defined]
    stamp, given = get("x-webhook-timestamp", ""), get("x-webhook-signature", "")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return False
    return hmac.compare_digest(given, f"sha256={_mac(stamp, body)}")
