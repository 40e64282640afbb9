from __future__ import annotations

import subprocess
import sys

PROBE = "import console.start, sys; print(sorted(n for n in sys.modules if n.partition('.')[0] in {names}))"
NAMES = "('receiver', 'store', 'rules', 'workers', 'console')"


def test_nothing_of_ours_is_imported_before_the_look() -> None:
    probe = PROBE.replace("{names}", NAMES)
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['console', 'console.guard', 'console.start']"
