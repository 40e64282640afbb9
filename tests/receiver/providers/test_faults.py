from __future__ import annotations

from pathlib import Path

from receiver.providers.faults import faults_of
from store.connections import load_connections

FILE = """\
connections:
  fine:
    provider: generic
    mapping: { native: raw.event }
  odd:
    provider: generic
    mapping:
      native: rw.event
      call:
        form: raw.x
        id: 'raw.a == "it''s" + rw.b'
        from: >
          raw.a +
          rw.b
  known: { provider: flireo, mapping: {} }
  nobody: { provider: flirio }
  list: { provider: generic, mapping: { data: [raw.a, rw.b] } }
"""


def test_every_fault_has_its_place(tmp_path: Path) -> None:
    path = tmp_path / "connections.yaml"
    path.write_text(FILE)
    found = faults_of(path, load_connections(path, {}, "neither").values())
    assert [(fault.line, fault.column, fault.connection) for fault in found] == [
        (8, 15, "odd"),
        (10, 9, "odd"),
        (11, 33, "odd"),
        (14, 11, "odd"),
        (15, 30, "known"),
        (16, 23, "nobody"),
        (17, 55, "list"),
    ]
    assert found[0].text == f'{path}:8:15 odd: mapping.native: unknown name "rw.event"; did you mean "raw"?'
    assert "takes no mapping" in found[4].text
    assert "is not known" in found[5].text
