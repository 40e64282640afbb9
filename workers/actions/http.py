"""`http.request`: any JSON or text API that is public or was allowed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from typing import Any, Literal

import httpx
from pydantic import Field, JsonValue, field_validator

from workers.actions.base import ActionContext, Output, Params, action
from workers.clients.errors import Invalid
from workers.clients.exchange import FORM, Deadline, Received, exchange, json_bytes
from workers.clients.failures import failure
from workers.clients.redact import redacted

BODY_LIMIT = 1_048_576
"""Bytes, both ways."""
REDIRECTS = 3
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})
_KEPT_ACROSS_HOSTS = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})
_HEADER_SAFE = re.compile(r"[\x21-\x7e]{1,255}")

Build = Callable[..., httpx.Request]
"""As httpx.Request: method and URL, then `headers` and `content`."""
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Scalar = str | int | float | bool | None


class HttpParams(Params):
    """One HTTP request."""

    url: str = Field(description="where to, beginning with https:// or http://")
    method: Method | None = Field(None, description="GET; POST when there is a body")
    query: dict[str, Scalar | list[Scalar]] = Field(default_factory=dict, description="added to the URL, encoded")
    headers: dict[str, str | int | float] = Field(default_factory=dict, description="request headers")
    body: JsonValue = Field(None, description="a map or list is sent as JSON, text as it is")
    accept: list[int] = Field(default_factory=list, description="statuses that are no failure, beside 2xx")
    in_doubt: Literal["repeat", "park"] | None = Field(
        None, description="what to do when nobody knows whether it happened: repeat (the default), or park for a person"
    )

    @field_validator("headers")
    @classmethod
    def _leaves_framing_to_us(cls, headers: dict[str, Any]) -> dict[str, Any]:
        taken = sorted(name for name in headers if name.lower() in _OURS)
        if taken:
            raise ValueError(f"the header {', '.join(taken)} is set by Hookswitch itself")
        return headers


class HttpOutput(Output):
    """The answer of an HTTP request."""

    status: int = Field(0, description="the HTTP status")
    headers: dict[str, str] = Field(default_factory=dict, description="answer headers, names in lower case")
    body: Any = Field(default_factory=dict, description="the JSON of the answer, an empty map when it is none")
    text: str = Field("", description="the answer as text")


@action("http.request", in_doubt="repeat")
async def http_request(context: ActionContext, params: HttpParams) -> HttpOutput:
    """Send an HTTP request. A status outside 2xx and `accept` is a failure.

    Requests that change something carry an Idempotency-Key that stays the same over retries. GET follows up to three
    redirects. Bodies may have 1 MB each way. Hosts that are neither public nor in HTTP_ALLOW are refused.
    """
    build = context.http.build_request
    request = request_for(build, context.operation, params)
    deadline = Deadline(context.timeout)
    received = await _send(context, request, deadline)
    for _ in range(REDIRECTS):
        following = redirected(build, request, received, params.accept)
        if following is None:
            break
        request = following
        received = await _send(context, request, deadline)
    return output_of(request, received, params.accept, context.secrets)


async def _send(context: ActionContext, request: httpx.Request, deadline: Deadline) -> Received:
    return await exchange(context.http, request, context, deadline, limit=BODY_LIMIT, secrets=context.secrets)


def request_for(build: Build, operation: str, params: HttpParams) -> httpx.Request:
    """The request as it leaves; raises Invalid for one that cannot be made."""
    method = params.method or ("GET" if params.body is None else "POST")
    headers = _headers(params)
    content = _content(params.body, headers)
    headers.setdefault("accept-encoding", "identity")
    if method not in ("GET", "HEAD"):
        headers.setdefault("idempotency-key", idempotency_key(operation))
    return build(method, _url(params), headers=headers, content=content)


def _url(params: HttpParams) -> httpx.URL:
    try:
        url = httpx.URL(params.url)
        named = url.host
    except (httpx.InvalidURL, UnicodeError) as error:
        raise Invalid("the url cannot be used as it is written") from error
    if not named:
        raise Invalid("the url names no host")
    return url.copy_merge_params(_query(params)) if params.query else url


def _headers(params: HttpParams) -> httpx.Headers:
    try:
        return httpx.Headers({name: str(value) for name, value in params.headers.items()})
    except UnicodeError:
        raise Invalid("a header holds letters that no header can hold") from None


def _query(params: HttpParams) -> dict[str, Any]:
    return {name: value for name, value in params.query.items() if value is not None}


def _content(body: JsonValue, headers: httpx.Headers) -> bytes | None:
    if body is None:
        return None
    content = _encoded(body, headers)
    if len(content) > BODY_LIMIT:
        raise Invalid(f"the body is larger than {BODY_LIMIT} bytes")
    return content


def _encoded(body: JsonValue, headers: httpx.Headers) -> bytes:
    if isinstance(body, str):
        headers.setdefault("content-type", "text/plain; charset=utf-8")
        return body.encode()
    if isinstance(body, dict) and headers.get("content-type", "").startswith(FORM):
        return str(httpx.QueryParams(body)).encode()  # type: ignore[arg-type]
    headers.setdefault("content-type", "application/json")
    return json_bytes(body)


def idempotency_key(operation: str) -> str:
    """The operation as a header can hold it; the same one gives the same key."""
    if _HEADER_SAFE.fullmatch(operation):
        return operation
    return hashlib.sha256(operation.encode()).hexdigest()


def redirected(
    build: Build, request: httpx.Request, received: Received, accept: Collection[int]
) -> httpx.Request | None:
    """The next hop of a GET, None when this answer is the last. Another host gets none of the rule's headers."""
    location = received.headers.get("location", "")
    if request.method != "GET" or received.status not in _REDIRECT_STATUSES or not location:
        return None
    if received.status in accept:
        return None
    url = request.url.join(location)
    return build("GET", url, headers=_carried(request, url))


def _carried(request: httpx.Request, url: httpx.URL) -> httpx.Headers:
    same = (url.scheme, url.host, url.port) == (request.url.scheme, request.url.host, request.url.port)
    return httpx.Headers(
        [
            (name, value)
            for name, value in request.headers.multi_items()
            if name in _KEPT_ACROSS_HOSTS or (same and name != "host")
        ]
    )


def output_of(
    request: httpx.Request, received: Received, accept: Collection[int], secrets: Collection[str]
) -> HttpOutput:
    """What the answer gives; raises the error that a status stands for."""
    if not 200 <= received.status < 300 and received.status not in accept:
        raise failure(received, request.method, who=request.url.host, secrets=secrets)
    return HttpOutput(
        status=received.status,
        headers=redacted(dict(received.headers)),
        body=received.body if received.is_json else {},
        text=received.text,
    )
