"""Opens rule files in a real YAML language server and compares what an editor would show with what it should.

    .venv/bin/python -m tools.editors.check

Needs Node 20 and npm's registry. The server is installed into a folder that is thrown away; it is told no settings, so
that what is shown comes from the first line of a file alone.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from console.reference.modelines import modeline
from tools.editors.lsp import Server, running
from tools.editors.wanted import COMPLETIONS, CURSOR, HOVERS, MISTAKES, Completion, Hover, Mistake

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDER = {"connections": ROOT / "rules"}
"""Where a made-up file of a kind would lie; else beside the rules in force."""
COMMITTED = ("rules/live/*.yaml", "rules/examples/*.yaml", "console/dev/demo_connections.yaml")


@dataclass
class Editor:
    """Opens documents, and asks about them."""

    server: Server
    count: int = 0

    def open(self, text: str, path: Path) -> str:
        """The document's address."""
        uri = path.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.server.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def made_up(self, kind: str, text: str) -> tuple[str, dict[str, int]]:
        """A new document of this kind, and where its cursor is."""
        self.count += 1
        folder = FOLDER.get(kind, ROOT / "rules" / "live")
        whole = modeline(kind, folder) + text
        before = whole.partition(CURSOR)[0]
        uri = self.open(whole.replace(CURSOR, ""), folder / f"made_up_{self.count}.yaml")
        return uri, {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}

    def ask(self, method: str, kind: str, text: str) -> Any:
        """What the server answers at the cursor."""
        uri, position = self.made_up(kind, text)
        return self.server.request(f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": position})


def completion_faults(editor: Editor, wanted: Completion) -> Iterator[str]:
    """What is missing among the offers, or too much."""
    labels = {item["label"] for item in editor.ask("completion", wanted.kind, wanted.text)["items"]}
    if missing := wanted.offers - labels:
        yield f"not offered: {', '.join(sorted(missing))}; offered: {', '.join(sorted(labels))}"
    if wrong := wanted.never & labels:
        yield f"offered although it does not belong there: {', '.join(sorted(wrong))}"


def hover_faults(editor: Editor, wanted: Hover) -> Iterator[str]:
    """What is missing in the hover text."""
    answer = editor.ask("hover", wanted.kind, wanted.text)
    text = answer["contents"]["value"] if answer else ""
    yield from (f"hover text lacks {part!r}: {text!r}" for part in wanted.says if part not in text)


def mistake_faults(editor: Editor, wanted: Mistake) -> Iterator[str]:
    """Whether the mistake is shown, on its line."""
    uri, _ = editor.made_up(wanted.kind, wanted.text)
    shown = [(item["range"]["start"]["line"], item["message"]) for item in editor.server.published(uri)]
    if not any(line == wanted.line and wanted.says in message for line, message in shown):
        yield f"line {wanted.line} does not say {wanted.says!r}; shown: {shown}"


def committed_faults(editor: Editor, path: Path) -> Iterator[str]:
    """What is shown in a file that is right."""
    uri = editor.open(path.read_text(encoding="utf-8"), path)
    yield from (
        f"line {item['range']['start']['line'] + 1}: {item['message']}" for item in editor.server.published(uri)
    )


def faults(editor: Editor) -> Iterator[str]:
    """Everything that is not as it should be."""
    for completion in COMPLETIONS:
        yield from (f"{completion.text!r}: {fault}" for fault in completion_faults(editor, completion))
    for hover in HOVERS:
        yield from (f"{hover.text!r}: {fault}" for fault in hover_faults(editor, hover))
    for mistake in MISTAKES:
        yield from (f"{mistake.text!r}: {fault}" for fault in mistake_faults(editor, mistake))
    for path in committed():
        yield from (f"{path.relative_to(ROOT)}: {fault}" for fault in committed_faults(editor, path))


def committed() -> list[Path]:
    """Every file of ours that names a schema."""
    return [path for pattern in COMMITTED for path in sorted(ROOT.glob(pattern))]


def install(folder: Path) -> list[str]:
    """The pinned server, and how it is started."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
    return ["node", str(folder / "node_modules/yaml-language-server/bin/yaml-language-server"), "--stdio"]


def main() -> int:
    """Exit 0 when everything is as it should be."""
    with tempfile.TemporaryDirectory() as scratch, running(install(Path(scratch)), ROOT) as server:
        found = list(faults(Editor(server)))
    for fault in found:
        click.echo(fault)
    checked = (
        f"{len(COMPLETIONS)} completions, {len(HOVERS)} hovers, {len(MISTAKES)} mistakes, {len(committed())} files"
    )
    click.echo(f"{checked}: {f'{len(found)} not as they should be' if found else 'all as they should be'}", err=True)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
