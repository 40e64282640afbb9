"""`http.request` in a test of a rule: the same requests and the same reading of answers, and nothing leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx
import orjson

from rules.engine.vocabulary import Asked, Came, Rehearse, Reply, Send
from workers.actions.http import REDIRECTS, HttpParams, output_of, redirected, request_for
from workers.clients.errors import ApiError, InDoubtError
from workers.clients.exchange import FORM, Received, received_whole

_OPERATION = "a test"


def rehearse_request(params: HttpParams, send: Send) -> Came:
    """What the action makes of these answers. What `send` raises passes through."""
    try:
        request = request_for(httpx.Request, _OPERATION, params)
        received = _answered(request, send)
        for _ in range(REDIRECTS):
            following = redirected(httpx.Request, request, received, params.accept)
            if following is None:
                break
            request, received = following, _answered(following, send)
        output = output_of(request, received, params.accept, ())
    except ApiError as error:
        return failed(error)
    return Came("done", output.model_dump(mode="json", by_alias=True))


def failed(error: ApiError) -> Came:
    """A failure as the engine plays it."""
    if isinstance(error, InDoubtError):
        return Came("doubt", {}, error.message, error.retry_after)
    return Came("again" if error.retryable else "refused", {}, error.message, error.retry_after)


def _answered(request: httpx.Request, send: Send) -> Received:
    reply: Reply = send(asked(request))
    return received_whole(reply.status, httpx.Headers(dict(reply.headers)), reply.content)


def asked(request: httpx.Request) -> Asked:
    """The request as tests name it."""
    params = request.url.params
    values = {name: params.get_list(name) for name in params}
    query = {name: found[0] if len(found) == 1 else found for name, found in values.items()}
    url = request.url.copy_with(query=None, fragment=None)
    return Asked(request.method, str(url), query, dict(request.headers), _body(request))


def _body(request: httpx.Request) -> Any:
    if not request.content:
        return None
    text = request.content.decode()
    if request.headers.get("content-type", "").startswith(FORM):
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


REHEARSALS: Mapping[str, Rehearse] = {"http.request": rehearse_request}
"""Action → how it is played where requests are answered by a test."""
