"""`api.request`: whatever the platform's API has and no action speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, JsonValue, model_validator

from rules.engine.vocabulary import RootedPath
from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.http import Scalar, idempotency_key
from workers.actions.ports.table import PORTS, port
from workers.clients.anypath import AnyRequest, ask, path_fault
from workers.clients.exchange import SAFE_METHODS, Received
from workers.clients.redact import redacted, without_secrets

TEXT_LIMIT = 65_536
"""Characters of an answer that is no JSON."""
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_EVERYWHERE: Mapping[str, frozenset[str]] = {name: frozenset(generations) for name, generations in PORTS.items()}


def _path(value: str) -> str:
    fault = path_fault(value)
    if fault:
        raise ValueError(fault)
    return value


class ApiParams(Params):
    """One request to the connection's platform."""

    path: Annotated[str, AfterValidator(_path), RootedPath()] = Field(
        description="what follows the API's address, such as /usage; values put into it are percent-encoded"
    )
    method: Method | None = Field(None, description="GET; POST when there is a body")
    query: dict[str, Scalar | list[Scalar]] = Field(default_factory=dict, description="added to the path, encoded")
    body: JsonValue = Field(None, description="sent as JSON")
    accept: list[int] = Field(default_factory=list, description="statuses that are no failure, beside 2xx")
    in_doubt: Literal["repeat", "park"] | None = Field(
        None, description="when nobody knows whether it happened: repeat (GET), or park for a person (all others)"
    )

    @model_validator(mode="after")
    def _doubt_by_method(self) -> ApiParams:
        if self.in_doubt is None:
            self.in_doubt = "repeat" if self.verb in SAFE_METHODS else "park"
        return self

    @property
    def verb(self) -> str:
        """The method that is used."""
        return self.method or ("GET" if self.body is None else "POST")


class ApiOutput(Output):
    """The platform's answer, without credentials."""

    status: int = Field(0, description="the HTTP status")
    headers: dict[str, str] = Field(default_factory=dict, description="answer headers, names in lower case")
    body: Any = Field(default_factory=dict, description="the JSON of the answer, an empty map when it is none")
    text: str = Field("", description="the answer as text where it is no JSON")


@action("api.request", in_doubt="repeat", platforms=_EVERYWHERE)
async def api_request(context: ActionContext, params: ApiParams) -> ApiOutput:
    """Ask the connection's platform for anything, with the connection's key and within its limits.

    For what no other action does. The path is what the platform's documentation writes after the host and the base of
    the API; nothing else can be reached. One request is one page: pages are asked for through `query`. When nobody
    knows whether it happened, GET is repeated and all others are parked, unless `in_doubt` says otherwise; those carry
    an Idempotency-Key, which no platform here is known to heed. No ceiling counts what a request costs.
    """
    ours = port(context)
    headers = {} if params.verb in SAFE_METHODS else {"idempotency-key": idempotency_key(context.operation)}
    asked = AnyRequest(params.verb, params.path, params.query, params.body, headers)
    session = ours.session()
    received = await ask(session, ours.speaks, ours.platform, asked, params.accept)
    return _output(received, session.secrets | {session.key})


def _output(received: Received, secrets: frozenset[str]) -> ApiOutput:
    return ApiOutput(
        status=received.status,
        headers=redacted(dict(received.headers), secrets),
        body=redacted(received.body, secrets) if received.is_json else {},
        text="" if received.is_json else without_secrets(received.text[:TEXT_LIMIT], secrets),
    )
