"""What the documentation names exists: files, headings, commands, options, targets, settings."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import click
from pydantic_settings import BaseSettings

import console
import receiver
import store
import workers
from console.cli import main
from tests.docs.markdown import ROOT, anchors, code, links, manual, pages
from tests.tables import over

SETTINGS_PAGE = ROOT / "docs" / "settings.md"
FAMILIES = frozenset({"HOOKSWITCH_SECRET_", "HOOKSWITCH_VAR_"})
"""Prefixes that a name chosen by an operator follows."""

_COMMAND = re.compile(r"(?<![\w/-])(?:\.venv/bin/)?hookswitch +([a-z][\w-]*(?: +\S+)*)")
_MAKE = re.compile(r"(?:^|[\s$])make ([a-z]+(?:-[a-z]+)*)\b")
_SETTING = re.compile(r"HOOKSWITCH_[A-Z0-9_]+")
_EXTERNAL = ("http://", "https://", "mailto:")


@over(pages())
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = [link for link in links(page) if not link.startswith(_EXTERNAL) and not leads_somewhere(page, link)]
    assert broken == []


def leads_somewhere(page: Path, link: str) -> bool:
    file, _, anchor = unquote(link).partition("#")
    target = (page.parent / file).resolve() if file else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or (target.suffix == ".md" and anchor in anchors(target))


def test_a_link_to_nowhere_is_seen() -> None:
    page = ROOT / "README.md"
    assert leads_somewhere(page, "docs/rules.md#check")
    assert not leads_somewhere(page, "docs/no-such-page.md")
    assert not leads_somewhere(page, "docs/rules.md#no-such-heading")
    assert not leads_somewhere(page, "../outside.md")


@over(pages())
def test_every_command_exists(page: Path) -> None:
    wrong = [line for line in code(page) for words in commands(line) if problem(words)]
    assert wrong == []


def commands(line: str) -> Iterator[list[str]]:
    for part in line.split(" # ")[0].split("  #")[0].split(" && "):
        for found in _COMMAND.finditer(part):
            yield found[1].split()


def problem(words: list[str]) -> str:
    """What is wrong with the words after `hookswitch`: a verb or an option that does not exist."""
    command: click.Command = main
    for word in words:
        if isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word.split("|")[0])
            if found is None:
                return f"no command {word}"
            command = found
        elif word.startswith("--") and word.split("=")[0] not in options(command):
            return f"{command.name} has no option {word}"
    return ""


def options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


def test_commands_are_found_and_judged() -> None:
    """Guards the test above against finding nothing."""
    assert list(commands(".venv/bin/hookswitch dead retry LETTER   # again")) == [["dead", "retry", "LETTER"]]
    assert list(commands("hookswitch check FOLDER && hookswitch test")) == [["check", "FOLDER"], ["test"]]
    assert problem(["trace", "EVENT", "--json"]) == ""
    assert problem(["fly"]) == "no command fly"
    assert problem(["dead", "fly"]) == "no command fly"
    assert problem(["trace", "EVENT", "--fly"]) == "trace has no option --fly"


@over(manual())
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {target for line in code(page) for target in _MAKE.findall(line)}
    assert named <= targets


def settings_classes() -> Iterator[type[BaseSettings]]:
    """Every settings class of ours, found by the name of its module."""
    for package in (receiver, store, workers, console):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith(".settings"):
                found = vars(importlib.import_module(module.name)).values()
                yield from (each for each in found if isinstance(each, type) and issubclass(each, BaseSettings))


@cache
def environment_names() -> set[str]:
    return {
        f"{settings.model_config.get('env_prefix', '')}{name}".upper()
        for settings in settings_classes()
        if settings is not BaseSettings
        for name in settings.model_fields
    }


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    named = set(_SETTING.findall(SETTINGS_PAGE.read_text(encoding="utf-8")))
    assert named - FAMILIES == environment_names()
    assert named >= FAMILIES


@over(pages())
def test_settings_named_anywhere_exist(page: Path) -> None:
    named = set(_SETTING.findall(page.read_text(encoding="utf-8")))
    unknown = {name for name in named - environment_names() if not name.startswith(tuple(FAMILIES))}
    assert unknown == set()
