"""The site is built strictly, from this checkout alone, and asks nobody else for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT
from tools.site.stage import pages

pytestmark = [pytest.mark.journey, pytest.mark.timeout(660)]

LOADING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}
NOT_LOADED = ("canonical", "next", "prev", "alternate")
_CSS = re.compile(r"(?:@import|url\()\s*[\"']?(https?:)?//")


class Loads(HTMLParser):
    """What a browser fetches by itself to show a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in LOADING and given.get("rel") not in NOT_LOADED:
            self.found += [given[LOADING[tag]] or ""] if LOADING[tag] in given else []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "tools.site", str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "WARNING" not in done.stderr
    return target


def test_every_page_was_built(site: Path) -> None:
    built = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")} - {"404"}
    wanted = {name.removesuffix(".md") for name in pages() if name.endswith(".md")}
    readmes = {name.replace("README", "index") for name in wanted}
    assert built == (readmes - {"docs/index"}) | {"index"}


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    loads = {each for page in site.rglob("*.html") for each in Loads(page.read_text(encoding="utf-8")).found}
    assert any(each.endswith(".css") for each in loads)
    assert [each for each in loads if each.startswith(("http:", "https:", "//"))] == []
    assert [path.name for path in site.rglob("*.css") if _CSS.search(path.read_text(encoding="utf-8"))] == []


def test_what_is_loaded_is_there(site: Path) -> None:
    page = site / "docs" / "rules.html"
    files = [
        each.split("?")[0] for each in Loads(page.read_text(encoding="utf-8")).found if not each.startswith("data:")
    ]
    assert [each for each in files if not (page.parent / each).resolve().is_file()] == []


def test_the_picture_is_shown_and_code_keeps_its_colours(site: Path) -> None:
    assert "path.svg" in (site / "docs" / "how-it-works.html").read_text(encoding="utf-8")
    assert 'class="highlight"' in (site / "docs" / "rules.html").read_text(encoding="utf-8")


def test_a_link_to_nowhere_fails_the_build(tmp_path: Path) -> None:
    """Guards the others: the build is strict."""
    probe = (
        "import sys; from pathlib import Path; import tools.site.stage as s, tools.site.__main__ as m\n"
        "def staged(target):\n"
        "    found = s.stage(Path(sys.argv[1]) / 'src')\n"
        "    page = found / 'docs' / 'ci.md'\n"
        "    page.write_text(page.read_text() + '[x](rules.md#no-such-heading)')\n"
        "    return found\n"
        "m.stage = staged\n"
        "sys.exit(m.main(Path(sys.argv[1]) / 'site'))\n"
    )
    done = subprocess.run([sys.executable, "-c", probe, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no-such-heading" in done.stderr
