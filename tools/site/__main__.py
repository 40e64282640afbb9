"""`python -m tools.site [FOLDER]`: build the site, strictly, from nothing but this checkout."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, ConfigurationError

from tools.site.nav import nav
from tools.site.stage import ROOT, stage

CONFIG = ROOT / "tools" / "site" / "mkdocs.yml"


def main(target: Path) -> int:
    """Exit code 1 when a link leads nowhere or a page is not in its place."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    staged = stage(ROOT / "build" / "site-src")
    try:
        config = load_config(
            str(CONFIG), docs_dir=str(staged), site_dir=str(target.resolve()), nav=nav(staged), strict=True
        )
        build(config)
    except (Abort, ConfigurationError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"built: {target / 'index.html'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "site"))
