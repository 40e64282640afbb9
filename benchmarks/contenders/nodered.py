"""Node-RED with the same flow: http in → verify in a function → switch → http response. Everything in memory.

Installed from npm into a folder that is kept; only when asked for, since it takes a minute and needs node.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from benchmarks.measure import say
from benchmarks.processes import BenchError, free_port, running
from benchmarks.traffic import PATH, SECRET

VERSION = "4.0.9"
TYPE = "payload.message.type"

# The signature is over the raw body, which the node itself throws away once it has parsed it.
SETTINGS = """
const keepRaw = (req, res, next) => {
  const parts = [];
  req.on('data', part => parts.push(part));
  req.on('end', () => { req.raw = Buffer.concat(parts); req.body = JSON.parse(req.raw); req._body = true; next(); });
};
module.exports = {
  functionExternalModules: true, httpAdminRoot: false, credentialSecret: false, httpNodeMiddleware: keepRaw,
  logging: {console: {level: 'warn'}},
};
"""
VERIFY = """
const stamp = msg.req.headers['x-webhook-timestamp'] || '';
const given = Buffer.from(msg.req.headers['x-webhook-signature'] || '');
const raw = msg.req.raw;
const wanted = Buffer.from('sha256=' + crypto.createHmac('sha256', '%s').update(stamp + '.').update(raw).digest('hex'));
const fresh = Math.abs(Date.now() / 1000 - Number(stamp)) <= 300;
const holds = fresh && given.length === wanted.length && crypto.timingSafeEqual(given, wanted);
msg.statusCode = holds ? 200 : 401;
return msg;
"""


def _node(kind: str, name: str, to: list[list[str]], **more: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "z": "flow", "name": name, "x": 100, "y": 100, "wires": to, **more}


def flow() -> list[dict[str, Any]]:
    """Verify, look at what it is and who calls, answer."""
    libs = [{"var": "crypto", "module": "crypto"}]
    rules = [{"t": "eq", "v": "assistant-request", "vt": "str"}, {"t": "else"}]
    answer = "msg.payload = msg.payload.message.customer.number ? {assistant_id: 'asst_bench'} : {}; return msg;"
    return [
        {"id": "flow", "type": "tab", "label": "bench"},
        _node("http in", "in", [["verify"]], url=PATH, method="post"),
        _node("function", "verify", [["kind"]], func=VERIFY % SECRET, outputs=1, libs=libs),
        _node("switch", "kind", [["answer"], ["seen"]], property=TYPE, propertyType="msg", rules=rules),
        _node("function", "answer", [["out"]], func=answer, outputs=1),
        _node("function", "seen", [["out"]], func="msg.payload = {seen: true}; return msg;", outputs=1),
        _node("http response", "out", [], statusCode="", headers={}),
    ]  # fmt: skip


def installed(folder: Path) -> str:
    """The script to start; installs it the first time. Raises BenchError where there is no node."""
    script = folder / "node_modules" / "node-red" / "red.js"
    if script.exists():
        return str(script)
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        raise BenchError("--node-red needs node and npm")
    say(f"installing node-red {VERSION} into {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    subprocess.run([npm, "install", "--no-audit", "--no-fund", f"node-red@{VERSION}"], cwd=folder, check=True, stdout=2)
    return str(script)


@contextmanager
def contender(folder: Path, script: str) -> Iterator[int]:
    """Running, on the port given back."""
    port = free_port()
    (folder / "flows.json").write_bytes(orjson.dumps(flow()))
    (folder / "settings.js").write_text(SETTINGS, encoding="utf-8")
    command = ["node", script, "--userDir", str(folder), "--port", str(port), "--settings", str(folder / "settings.js")]
    with running([*command, "flows.json"], folder / "node-red.log", port=port):
        yield port
