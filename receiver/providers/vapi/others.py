"""The replies to transfers, handoffs, knowledge bases and calls that are about to be dialled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from receiver.providers.payload import jsonable, mapping, number, text
from receiver.providers.vapi.wording import Body, destination, one_line, usable

TRANSFER_KEYS = frozenset({"transfer", "assistant", "error", "say"})
KNOWLEDGE_KEYS = frozenset({"documents", "say"})
DIAL_KEYS = frozenset({"allow"})

HANDOFF = "handoff-destination-request"
NOBODY = "There is nobody to hand over to at the moment."
"""What the agent is told when nobody names where the caller goes."""

_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TRANSFER: Mapping[str, tuple[type, str]] = {
    "transfer": (str, "a number or a SIP address"),
    "assistant": (str, "an assistant"),
    "error": (str, "a sentence"),
    "say": (str, "a sentence"),
}
_KNOWLEDGE: Mapping[str, tuple[type, str]] = {"documents": (list, "a list"), "say": (str, "a sentence")}
_DIAL: Mapping[str, tuple[type, str]] = {"allow": (bool, "true or false")}


def transfer(answer: Mapping[str, Any], native: str, problems: list[str]) -> Body:
    """Where the caller goes, or a sentence for the agent why nowhere."""
    wanted = usable(answer, _TRANSFER, problems)
    target = _target(wanted, native)
    if not target:
        if "error" not in wanted:
            problems.append("nobody to hand over to is named")
        return {"error": one_line(wanted.get("error", NOBODY))}
    return {"destination": target} | _while_waiting(wanted, native)


def _target(wanted: Body, native: str) -> Body:
    if "transfer" in wanted:
        return destination(wanted["transfer"])
    if "error" in wanted or "assistant" not in wanted:
        return {}
    by_id = native == HANDOFF and _ID.fullmatch(wanted["assistant"])
    return {"type": "assistant", "assistantId" if by_id else "assistantName": wanted["assistant"]}


def _while_waiting(wanted: Body, native: str) -> Body:
    """What is said: a handoff takes a result for the model, a transfer a message for the caller."""
    if "say" not in wanted:
        return {}
    said = one_line(wanted["say"])
    return {"result": said} if native == HANDOFF else {"message": {"type": "request-start", "content": said}}


def knowledge(answer: Mapping[str, Any], problems: list[str]) -> Body:
    """Documents for the model, or a sentence that is spoken instead of asking it."""
    wanted = usable(answer, _KNOWLEDGE, problems)
    if "say" in wanted and not wanted.get("documents"):
        return {"message": {"type": "custom-message", "role": "assistant", "content": wanted["say"]}}
    read = [_document(each) for each in jsonable(wanted.get("documents", []))]
    if not all(read):
        problems.append("a document is neither a text nor an object with `content`")
    return {"documents": [each for each in read if each]}


def _document(given: Any) -> Body:
    """`content` and how near it is (1 where nobody says); empty for what is no document."""
    found = {"content": given} if isinstance(given, str) else mapping(given)
    content = text(found.get("content"))
    if not content:
        return {}
    similarity = number(found.get("similarity")) if "similarity" in found else 1.0
    uuid = text(found.get("uuid"))
    return {"content": content, "similarity": similarity} | ({"uuid": uuid} if uuid else {})


def dial(answer: Mapping[str, Any], problems: list[str]) -> Body:
    """Whether the contact may be called: only a plain yes is one."""
    wanted = usable(answer, _DIAL, problems)
    return {"eligible": wanted.get("allow", False)}
