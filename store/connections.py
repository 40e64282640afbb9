"""The connections file: which platforms post to us, how they prove it, and how we call them back.

Secrets stand in the file as `${ENV_NAME}` references and are looked up in the environment of the process that needs
them: the receiver resolves `auth`, workers resolve `api`. A connection whose own part cannot be resolved is *off* for
that process and says which variables are missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from store.ceilings import DEFAULT_CEILINGS, Ceiling, Cost, WrittenCeiling
from store.durations import Seconds

NAME_PATTERN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
_REFERENCE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")

Scheme = Literal["hmac", "standard", "bearer", "header", "path_token", "none"]


DEFAULT_FALLBACK: Mapping[str, Mapping[str, Any]] = {
    "assistant-request": {"default": True},
    "tool-calls": {"error": "I cannot look that up right now."},
    "transfer-request": {},
    "knowledge-request": {"documents": []},
    "dial-request": {"allow": False},
}


class ConnectionsError(Exception):
    """The connections file cannot be used; `problems` are sentences a person can act on."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(f"{path}: " + "; ".join(problems))
        self.path = path
        self.problems = problems


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_as_text)]


class AuthEntry(_Strict):
    """One way for a platform to prove itself; entries are alternatives, so a secret can be rotated."""

    scheme: Scheme = Field(description="how it proves itself; required")
    secret: Text = Field("", repr=False, description="the secret, as `${NAME}` of a variable of the receiver")
    header: str = Field("", description="the header that holds the signature or the secret")
    timestamp_header: str = Field("", description="the header that holds the time of signing")
    signed: str = Field("", description="what is signed, such as `{timestamp}.{body}`")
    prefix: str | None = Field(None, description="what stands before the signature, such as `sha256=`")
    encoding: Literal["", "hex", "base64"] = Field("", description="how the signature is written")
    algorithm: Literal["", "sha1", "sha256", "sha512"] = Field("", description="the hash")
    secret_encoding: Literal["", "text", "hex", "base64"] = Field("", description="how the secret is written")
    tolerance: Seconds | None = Field(None, description="how old a signature may be")
    not_before: datetime | None = Field(None, description="from when on this entry counts")
    not_after: datetime | None = Field(None, description="until when this entry counts")

    @model_validator(mode="after")
    def _needs_a_secret(self) -> AuthEntry:
        if self.scheme != "none" and not self.secret:
            raise ValueError(f"scheme {self.scheme} needs a secret")
        if self.scheme == "header" and not self.header:
            raise ValueError("scheme header needs the name of its header")
        return self


class Api(_Strict):
    """How workers call the platform back."""

    base_url: str = Field("", description="where its API is; the platform's own when left out")
    key: Text = Field("", repr=False, description="the key, as `${NAME}` of a variable of the workers")
    defaults: dict[str, Any] = Field(default_factory=dict, description="values the API wants with every request")


class Connection(_Strict):
    """One entry of the connections file, with its `${...}` references resolved for this process."""

    name: str
    provider: str = Field(description="the platform; required")
    generation: Literal["auto", "g1", "g2", "g3"] = Field(
        "auto", description="the platform's dialect, where it has several; auto reads it from each event"
    )
    auth: tuple[AuthEntry, ...] = Field((), description="how the platform proves itself; any one entry is enough")
    api: Api | None = Field(None, description="how workers call the platform back")
    fallback: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="what is said to each kind of event when no rule answers"
    )
    deadlines: dict[str, Seconds] = Field(
        default_factory=dict, description="how long the platform waits for each kind of event, instead of its own"
    )
    mapping: dict[str, Any] | None = Field(
        None, description="how events are read and answered, for a platform that is not known here"
    )
    ceilings: dict[Cost, WrittenCeiling] = Field(
        default_factory=dict, description="how much of what costs money may be done in any stretch of time"
    )
    keep: Seconds | None = Field(
        None, ge=0, description="how long events are kept once they are done, instead of HOOKSWITCH_KEEP; 0: for ever"
    )
    missing: tuple[str, ...] = Field(
        default=(), description="environment variables that are not set; the connection is off"
    )

    def fallback_for(self, kind: str) -> dict[str, Any]:
        """What is said to an event of this kind when nobody answers: the connection's own words, or ours."""
        return dict(self.fallback.get(kind) or DEFAULT_FALLBACK.get(kind, {}))

    def ceiling_of(self, cost: Cost) -> Ceiling:
        """How much of this may be done in any stretch of time: the connection's own ceiling, or the default one."""
        return self.ceilings.get(cost, DEFAULT_CEILINGS[cost])

    @property
    def on(self) -> bool:
        """Whether this process may use the connection."""
        return not self.missing


def references(text: str) -> list[str]:
    """The variables that a value names."""
    return _REFERENCE.findall(text)


Part = Literal["auth", "api", "neither"]


def load_connections(path: Path, environ: Mapping[str, str], part: Part) -> dict[str, Connection]:
    """Read the file and resolve the references of one part; raises ConnectionsError with every problem found."""
    return parse_connections(path, _read(path), environ, part)


class _Loader(yaml.SafeLoader):
    """YAML 1.2 words, as in rule files: `off` and `no` are names, `+31850000001` and `0123` stay text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the base class declares it so


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", "-0123456789"),
    ("merge", "<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def _read(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise ConnectionsError(path, [f"cannot be read: {error.strerror}"]) from error
    except yaml.YAMLError as error:
        raise ConnectionsError(path, [f"is not YAML: {error}"]) from error


def parse_connections(path: Path, document: Any, environ: Mapping[str, str], part: Part) -> dict[str, Connection]:
    """As load_connections, from a parsed document; `path` only names the file in errors."""
    entries = document.get("connections") if isinstance(document, dict) else None
    if not isinstance(entries, dict):
        raise ConnectionsError(path, ["needs a map `connections:` with one entry a connection"])
    problems: list[str] = []
    connections: dict[str, Connection] = {}
    for name, entry in entries.items():
        try:
            connections[str(name)] = _connection(str(name), _with_files(entry, path.parent), environ, part)
        except ValidationError as error:
            problems += [f"connection {name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        except ValueError as error:
            problems.append(f"connection {name}: {error}")
    if problems:
        raise ConnectionsError(path, problems)
    return connections


def _connection(name: str, entry: Any, environ: Mapping[str, str], part: Part) -> Connection:
    if not NAME_PATTERN.match(name):
        raise ValueError("a name has letters, digits, _ and -, 64 at most")
    if not isinstance(entry, dict):
        raise ValueError("must be a map with at least `provider:`")
    missing: list[str] = []
    resolved = dict(entry)
    for section in ("auth", "api"):
        if section in resolved:
            wanted = missing if section == part else []
            resolved[section] = _resolve(resolved[section], environ if section == part else None, wanted)
    return Connection(name=name, missing=tuple(dict.fromkeys(missing)), **resolved)


def _with_files(entry: Any, folder: Path) -> Any:
    """Read assistant configurations that a fallback names by file (`config: assistants/night.json`)."""
    fallback = entry.get("fallback") if isinstance(entry, dict) else None
    if not isinstance(fallback, dict):
        return entry
    return entry | {"fallback": {kind: _with_config(answer, folder) for kind, answer in fallback.items()}}


def _with_config(answer: Any, folder: Path) -> Any:
    name = answer.get("config") if isinstance(answer, dict) else None
    if not isinstance(name, str):
        return answer
    try:
        return answer | {"config": orjson.loads((folder / name).read_bytes())}
    except OSError as error:
        raise ValueError(f"fallback config {name} cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise ValueError(f"fallback config {name} is not JSON: {error}") from error


def _resolve(value: Any, environ: Mapping[str, str] | None, missing: list[str]) -> Any:
    """Replace references; without an environment they stay as they are, so another process's secrets are never read."""
    if isinstance(value, dict):
        return {key: _resolve(item, environ, missing) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item, environ, missing) for item in value]
    if not isinstance(value, str) or environ is None:
        return value

    def look_up(match: re.Match[str]) -> str:
        found = environ.get(match[1], "")
        if not found:
            missing.append(match[1])
        return found or match[0]

    return _REFERENCE.sub(look_up, value)
