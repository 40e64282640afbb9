"""The live view as it is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.text import Text

from console.dev.lines import event_line
from console.tail.state import Entry, State
from console.texts import printable

_KEYS = {
    "list": "↑↓ select · enter detail · r replay dry · R replay live · f filter · p pause · q quit",
    "page": "↑↓ scroll · r replay dry · R replay live · esc back",
    "filter": "enter take it · esc leave it",
    "confirm": "y yes · any other key no",
}


def drawn(state: State, width: int, height: int) -> RenderableType:
    """The whole screen, never higher than that."""
    room = max(1, height - 3)
    body = list(_page(state, room)) if state.mode == "page" else list(_rows(state, room))
    body += [Text("")] * (room - len(body))
    lines = [_head(state), *body, _said(state), Text(_KEYS[state.mode], style="dim")]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
        line.no_wrap = True
    return Group(*lines)


def pages(renderable: RenderableType, width: int) -> list[str]:
    """Something as lines with their colours, to scroll through."""
    file = StringIO()
    Console(file=file, width=width, force_terminal=True, highlight=False, legacy_windows=False).print(renderable)
    return file.getvalue().splitlines()


def _head(state: State) -> Text:
    filtered = f" · {state.filter}" if str(state.filter) else ""
    paused = f" · [yellow]paused, {len(state.held)} more[/]" if state.paused else ""
    away = f" · [red]the store is away: {escape(printable(state.away))}[/]" if state.away else ""
    title = escape(printable(state.title)) if state.mode == "page" else f"{len(state.shown)} events"
    return Text.from_markup(f"[bold]hookswitch tail[/] · {title}{escape(printable(filtered))}{paused}{away}")


def _rows(state: State, room: int) -> Iterator[Text]:
    shown = state.shown
    current = state.current
    at = next((index for index, entry in enumerate(shown) if entry.line is current), len(shown) - 1)
    first = max(0, min(at - room // 2, len(shown) - room))
    for entry in shown[first : first + room]:
        yield _row(entry, selected=entry.line is current)
    if not shown:
        yield Text("nothing yet; `hookswitch simulate call` makes some", style="dim")


def _row(entry: Entry, *, selected: bool) -> Text:
    row = Text.from_markup(("› " if selected else "  ") + event_line(entry.line, entry.at))
    if selected:
        row.stylize("reverse")
    return row


def _page(state: State, room: int) -> Iterator[Text]:
    for line in state.page[state.top : state.top + room]:
        yield Text.from_ansi(line)


def _said(state: State) -> Text:
    current = state.current
    if state.mode == "filter":
        trouble = f"  [red]{escape(state.told)}[/]" if state.told else ""
        return Text.from_markup(f"filter: {escape(printable(state.typed))}▏{trouble}")
    if state.mode == "confirm" and current:
        event = escape(f"{current['kind']} {current['event']}")
        return Text.from_markup(f"[yellow]handle {event} once more, with every step performed again?[/]")
    return Text(printable(state.told), style="green")
