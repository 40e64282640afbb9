"""What stands where on the site. A page of docs/ that stands nowhere fails the build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SECTIONS: dict[str, list[str]] = {
    "Start": ["index.md", "docs/first-rule.md"],
    "Connect": [
        "docs/connect-flireo.md", "docs/connect-fluents.md", "docs/connect-opencx.md", "docs/connect-vapi.md",
        "docs/connect-anything.md", "docs/calling-back.md", "docs/add-a-platform.md", "receiver/providers/*/NOTES.md",
        "workers/clients/*/NOTES.md",
    ],
    "Rules": ["rules/README.md", "docs/rules.md"],
    "How-tos": ["docs/editors.md", "docs/ci.md", "docs/numbers.md", "docs/reconcile.md"],
    "Operate": [
        "docs/run-it.md", "docs/deploy.md", "docs/upgrade.md", "docs/scale.md", "docs/watch-it.md", "docs/console.md",
        "docs/privacy.md", "docs/security.md", "SECURITY.md",
    ],
    "Reference": ["docs/settings.md", "docs/http.md", "docs/reference/*.md"],
    "How it works": ["docs/how-it-works.md", "docs/performance.md", "NOTES.md", "CONTRIBUTING.md", "CHANGELOG.md"],
    "Decisions": ["docs/decisions/README.md", "docs/decisions/[0-9]*.md"],
}  # fmt: skip


def nav(staged: Path) -> list[dict[str, Any]]:
    """For MkDocs: each section with its pages. A pattern stands for those that are there, in their order."""
    return [{section: _entries(staged, patterns)} for section, patterns in SECTIONS.items()]


def _entries(staged: Path, patterns: list[str]) -> list[Any]:
    return [_entry(path.relative_to(staged)) for pattern in patterns for path in sorted(staged.glob(pattern))]


def _entry(path: Path) -> Any:
    """Notes of a platform all have the same heading, so its folder names them."""
    if path.name == "NOTES.md" and len(path.parts) > 1:
        return {f"Notes: {path.parent.name}, {'events' if path.parts[0] == 'receiver' else 'API'}": path.as_posix()}
    return path.as_posix()
