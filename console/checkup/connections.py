"""The connections: does each have its secrets, does each platform have to prove itself, is no caller lost?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from console.checkup.finding import Finding
from receiver.auth import entry_problem
from receiver.auth.window import in_utc
from receiver.doors import WORDS
from receiver.metrics import last_secret_ends
from receiver.providers import PROVIDERS
from receiver.providers.faults import faults_of
from rules.engine.checks.fallbacks import losing, sentence
from rules.engine.findings import one_of
from store.connections import AuthEntry, Connection, ConnectionsError, Part, load_connections
from workers.vocabulary import connection_words


def connection_findings(path: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Every connection as the receiver and as a worker would see it."""
    try:
        for part in ("auth", "api"):
            connections = load_connections(path, environ, part)
            for connection in connections.values():
                yield from examine_connection(connection, part)
        for fault in faults_of(path, (each for each in connections.values() if each.provider in PROVIDERS)):
            yield Finding("error", f"{fault.connection} mapping", fault.text, "correct it; the receiver does not start")
    except ConnectionsError as error:
        advice = f"correct {path}, or name another file with HOOKSWITCH_CONNECTIONS"
        for problem in error.problems:
            yield Finding("error", "connections", problem, advice)


def ended_findings(path: Path) -> Iterator[Finding]:
    """Webhook secrets that are over, which needs none of them; nothing when the file cannot be read."""
    try:
        connections = load_connections(path, {}, "neither")
    except ConnectionsError:
        return
    for connection in connections.values():
        about = f"{connection.name} webhook"
        yield from (_ended(entry, connection, about) for entry in connection.auth if _is_over(entry))


def examine_connection(connection: Connection, part: Part) -> Iterator[Finding]:
    """One connection; `part` says whose secrets were looked up."""
    about = f"{connection.name} {'webhook' if part == 'auth' else 'API'}"
    if connection.missing:
        names = ", ".join(connection.missing)
        yield Finding("error", about, f"off: {names} not set", f"set {names} in the environment")
    elif part == "api" and connection.api and not connection.api.key:
        yield Finding("warning", about, "no key: the platform cannot be called back", "give its `api:` a `key:`")
    elif part == "api" and connection.api:
        yield Finding("ok", about, f"key set for {connection.api.base_url or 'the usual address'}")
    elif part == "auth" and connection.auth and connection.provider not in PROVIDERS:
        known = ", ".join(sorted(PROVIDERS))
        yield Finding("error", about, f"{connection.provider} posts no events that are understood", f"known: {known}")
    elif part == "auth" and connection.auth:
        yield from _auth(connection, about)
        yield from _fallback(connection)
    elif part == "auth" and not connection.api:
        yield Finding("error", about, "has neither auth nor api: nothing comes in or goes out", "add an auth entry")


def _auth(connection: Connection, about: str) -> Iterator[Finding]:
    for entry in connection.auth:
        problem = entry_problem(entry, PROVIDERS[connection.provider].signing) or _token_problem(entry)
        if problem:
            yield Finding("error", about, problem, "correct the auth entry")
        elif _is_over(entry):
            yield _ended(entry, connection, about)
        elif entry.scheme == "none":
            yield Finding("warning", about, "anybody can post to it", "use a secret, or at least a path_token")
        else:
            yield Finding("ok", about, f"proves itself by {entry.scheme}")


def _is_over(entry: AuthEntry) -> bool:
    return entry.not_after is not None and in_utc(entry.not_after) < datetime.now(UTC)


def _ended(entry: AuthEntry, connection: Connection, about: str) -> Finding:
    """A secret that is over proves nothing; harmless after a rotation, unless it was the last one."""
    text = f"the {entry.scheme} secret ended at {entry.not_after:%Y-%m-%d %H:%M}"
    last = last_secret_ends(connection)
    if last and last < datetime.now(UTC):
        advice = "add an auth entry with the new secret, or move not_after, and start the receiver again"
        return Finding("error", about, f"{text}, and no other holds: every delivery is refused with 401", advice)
    return Finding("warning", about, text, "remove the entry; another one holds")


def _token_problem(entry: AuthEntry) -> str:
    if entry.scheme != "path_token":
        return ""
    if "/" in entry.secret:
        return "a path token with a / in it is never recognised"
    if entry.secret in WORDS:
        return f"a path token {one_of(sorted(WORDS))} is never recognised: the URL means something else then"
    return ""


def _fallback(connection: Connection) -> Iterator[Finding]:
    """A fallback that says nothing a platform understands loses the call it was meant to save; `check` says so too."""
    words = connection_words(connection)
    for generation, instead in losing(words):
        advice = f"give assistant-request a {instead} there"
        yield Finding("error", f"{connection.name} fallback", sentence(words, generation), advice)
