"""What a platform's account tells of its webhooks, held against what the connection and its rules need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from console.checkup.finding import Finding
from console.checkup.platforms.hooks import Hook, Settings
from console.checkup.platforms.places import Place, address, base_of, host_of, needs_token, place_of
from rules.engine.rule import Rule
from store.connections import Connection
from workers.reconcile.lists import completing
from workers.reconcile.record import REPORT

_MOST = 5
"""How many owners one finding names."""
_ANY = frozenset({"unknown", "unreadable"})
"""Kinds that stand for events nobody can name."""


@dataclass(frozen=True)
class Ours:
    """One connection as platforms should know it."""

    connection: Connection
    """With its webhook secrets, where this process has them."""
    public_url: str
    others: Collection[str]
    """The names of all connections."""

    @property
    def tokens(self) -> frozenset[str]:
        """The path tokens that count; empty where they are not known here."""
        known = self.connection.on
        return frozenset(entry.secret for entry in self.connection.auth if known and entry.scheme == "path_token")


def hook_findings(settings: Settings, ours: Ours, wanted: Wanted) -> Iterator[Finding]:
    """What is to be said of an account's webhooks."""
    about, name = f"{ours.connection.name} webhooks", ours.connection.name
    led: dict[str, list[Hook]] = {}
    for hook in settings.hooks:
        place = place_of(hook.url)
        wrong = _wrong(hook, place, ours)
        if wrong:
            yield _finding(about, hook, wrong, ours)
            led.setdefault("astray", []).append(hook)
        elif place and place.connection in ours.others:
            led.setdefault("here" if place.connection == name else "siblings", []).append(hook)
        elif hook.url:
            led.setdefault("elsewhere", []).append(hook)
    for hook in led.get("here", ()):
        yield from _of_events(about, hook, settings.subscribable, wanted)
    yield from _summary(about, settings, led, ours)


def _finding(about: str, hook: Hook, wrong: str, ours: Ours) -> Finding:
    wanted = address(ours.connection, ours.public_url, hook.door, unsigned=hook.unsigned)
    return Finding("warning", about, f"{hook.field} of {hook.owner} {wrong}", f"set it to {wanted}")


def _wrong(hook: Hook, place: Place | None, ours: Ours) -> str:
    """What is wrong with an address that was meant for us, as half a sentence; empty where nothing is."""
    if place is None:
        meant = bool(ours.public_url) and host_of(hook.url) == host_of(ours.public_url)
        return "leads to this host and to no connection" if hook.url and meant else ""
    if place.connection != ours.connection.name:
        strange = place.connection not in ours.others and place.base == base_of(ours.public_url)
        return f'leads to "{place.connection}", which is no connection' if strange else ""
    if ours.public_url and place.base != base_of(ours.public_url):
        return f"leads to {place.base}, and HOOKSWITCH_PUBLIC_URL is {ours.public_url}"
    return _wrong_way(hook, place, ours)


def _wrong_way(hook: Hook, place: Place, ours: Ours) -> str:
    if place.way is None:
        return "leads to a path of the connection that there is not"
    if place.way.door != hook.door:
        return f"leads to {_door(place.way.door)}, not to {_door(hook.door)}"
    if not needs_token(ours.connection, unsigned=hook.unsigned):
        return ""
    if not place.way.token:
        return "has no path token: everything is refused with 401"
    if ours.tokens and place.way.token not in ours.tokens:
        return "has a path token that is none of the connection's: everything is refused with 401"
    return ""


def _door(door: str) -> str:
    return f"its door for {door}" if door else "the connection itself"


def _of_events(about: str, hook: Hook, subscribable: Collection[str], wanted: Wanted) -> Iterator[Finding]:
    if hook.idle:
        text = f"{hook.owner} leads here, and {hook.idle}: it sends nothing"
        yield Finding("warning", about, text, f"attach {hook.owner} to the agents whose calls are to come here")
    missing = wanted.missing(hook.events, subscribable) if hook.events is not None else {}
    if missing:
        kinds = ", ".join(sorted(missing))
        text = f"{hook.subscribed} of {hook.owner} leaves out {kinds}, which rules listen to"
        names = ", ".join(sorted({name for names in missing.values() for name in names}))
        yield Finding("warning", about, text, f"add {names} to {hook.subscribed}")


def _summary(about: str, settings: Settings, led: Mapping[str, Sequence[Hook]], ours: Ours) -> Iterator[Finding]:
    """Whether anything comes here at all; nothing where what leads astray was told one by one."""
    part = "" if settings.complete else " among those that were read; there are more"
    wanted = address(ours.connection, ours.public_url)
    if "here" in led:
        yield Finding("ok", about, f"posting here: {_owners(led['here'])}{part}")
    elif "astray" in led:
        return
    elif "siblings" in led:
        yield Finding("ok", about, f"none posts here, other connections have {_owners(led['siblings'])}{part}")
    elif "elsewhere" in led:
        hosts = ", ".join(sorted({host_of(hook.url) for hook in led["elsewhere"]})[:_MOST])
        text = f"none posts here{part}; {_owners(led['elsewhere'])}: to {hosts}"
        yield Finding("warning", about, text, f"if calls are to come here, set the webhook to {wanted}")
    else:
        yield Finding("ok", about, f"none is written{part}; {settings.otherwise}. It should be {wanted}")


def _owners(hooks: Sequence[Hook]) -> str:
    names = list(dict.fromkeys(hook.owner for hook in hooks))
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


@dataclass(frozen=True)
class Wanted:
    """The events that rules of a connection listen to."""

    natives: Mapping[str, str]
    """The platform's names → ours."""
    kinds: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    """Those that rules call by the platform's own names."""

    @classmethod
    def by(cls, rules: Iterable[Rule], connection: Connection, natives: Mapping[str, str]) -> Wanted:
        """What these rules want of it."""
        enabled = (each for each in rules if each.enabled)
        listening = (each for each in enabled if not each.connections or connection.name in each.connections)
        triggers = [trigger for rule in listening for trigger in rule.triggers]
        kinds = {trigger.kind for trigger in triggers if trigger.kind} - _ANY
        named = {name for trigger in triggers if not trigger.kind for name in trigger.values}
        if REPORT in kinds and REPORT not in natives.values():
            kinds |= completing(connection.provider)
        return cls(natives, frozenset(kinds), frozenset(named))

    def missing(self, events: Collection[str], subscribable: Collection[str]) -> dict[str, list[str]]:
        """What is wanted and not sent → the platform's names of it. Of several names of one kind one is enough."""
        ways = {kind: [name for name, ours in self.natives.items() if ours == kind] for kind in self.kinds}
        ways |= {name: [name] for name in self.named}
        can = {kind: [name for name in names if name in subscribable] for kind, names in ways.items()}
        return {kind: names for kind, names in can.items() if names and not set(names) & set(events)}
