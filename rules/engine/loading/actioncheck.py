"""Compares each step with the action it names: parameters, their literal values, and where a URL may lead."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from pydantic import BaseModel, ValidationError

from rules.engine.cel.expressions import Expression
from rules.engine.cel.templates import Literal, Sentence, Template, Whole
from rules.engine.findings import closest, one_of
from rules.engine.loading.variables import Vars
from rules.engine.rule import Rule, Step
from rules.engine.source.nodes import Items, Map, Node, Scalar
from rules.engine.source.reader import Reader
from rules.engine.vocabulary import ActionWords, OnlySecrets, RootedPath, Vocabulary

_LOCAL_NUMBER = re.compile(r"0[\d ()./-]{6,}\d|\+[\d]*[ ()./-][\d ()./-]{5,}\d", re.ASCII)
_ONE_SECRET = re.compile(r"\$\{\{\s*secrets\.[A-Za-z_][A-Za-z0-9_]*\s*\}\}")


def check_actions(reader: Reader, rule: Rule, nodes: Sequence[Map], vocabulary: Vocabulary, vars_: Vars) -> None:
    """Report what is wrong with the `with` of every step whose action is known."""
    for step, node in zip(rule.steps, nodes, strict=True):
        action = vocabulary.actions.get(step.action)
        if action is None:
            continue
        fields = node.get("with")
        if fields is None or isinstance(fields, Map):
            _check_parameters(reader, step, node, fields or Map(node.line, node.column), action, vars_.values)
            _check_host(reader, step, fields)
            _check_targets(reader, step, fields, action)
            _check_paths(reader, step, fields, action, vars_.values)


def parameter_names(action: ActionWords) -> dict[str, bool]:
    """The names `with` may have → whether one must be given."""
    return {info.alias or name: info.is_required() for name, info in action.params.model_fields.items()}


def _check_parameters(
    reader: Reader, step: Step, node: Map, fields: Map, action: ActionWords, constants: Mapping[str, Any]
) -> None:
    known = parameter_names(action)
    open_ended = action.params.model_config.get("extra") == "allow"
    meant: set[str] = set()
    for entry in fields.entries:
        if entry.key.text not in known and not open_ended:
            near = closest(entry.key.text, known)
            meant.add(near)
            shown = f"; it has {one_of(sorted(known))}" if known else ""
            hint = f'; did you mean "{near}"?' if near else shown
            reader.report(entry.key, f'{action.name} has no parameter "{entry.key.text}"{hint}', "unknown-parameter")
    at = node.key("with") or node.key("action") or node
    for name, required in known.items():
        if required and fields.get(name) is None and name not in meant and not _elsewhere(reader, node):
            reader.report(at, f"{action.name} needs `{name}` in `with`", "missing-parameter")
    _check_literals(reader, step, fields, action.params, set(known), constants)
    _check_number(reader, step, fields, constants)


def _check_literals(
    reader: Reader, step: Step, fields: Map, model: type[BaseModel], known: set[str], constants: Mapping[str, Any]
) -> None:
    literals = {
        name: part.value if isinstance(part, Literal) else constants[part.expression.text.removeprefix("vars.")]
        for name, part in step.template.fields.items()
        if isinstance(part, Literal) or _is_constant(part, constants)
    }
    complete = len(literals) == len(step.template.fields)
    for place, message in literal_faults(model, {name: literals[name] for name in literals if name in known}):
        if place or complete:
            reader.report(_at(fields, place), f"`{'.'.join(map(str, place)) or 'with'}`: {message}", "bad-literal")


def _elsewhere(reader: Reader, step: Map) -> bool:
    """Whether the parameters stand under a key that should have been `with`."""
    return step.get("with") is None and not reader.lacks(step, "with")


def _is_constant(part: Template, constants: Mapping[str, Any]) -> TypeGuard[Whole]:
    """Whether it is one var and nothing else, so that its value is known now."""
    return isinstance(part, Whole) and part.expression.text.removeprefix("vars.") in constants


def _check_number(reader: Reader, step: Step, fields: Map, constants: Mapping[str, Any]) -> None:
    """A phone number that no platform knows, since it is not written in full."""
    node, part = fields.get("number"), step.template.fields.get("number")
    if node is None or not step.action.startswith("number.") or not isinstance(part, Literal | Whole):
        return
    value = part.value if isinstance(part, Literal) else constants.get(part.expression.text.removeprefix("vars."))
    if isinstance(value, str) and _LOCAL_NUMBER.fullmatch(value):
        shown = f'"{value}"' if isinstance(part, Literal) else f'{part.expression.text} is "{value}", which'
        message = f"`number`: {shown} is not a number such as +31850000001; write it with + and the country, no blanks"
        reader.report(node, message, "bad-literal", "warning")


def literal_faults(model: type[BaseModel], values: dict[str, Any]) -> list[tuple[tuple[int | str, ...], str]]:
    """Where and how values do not fit the model; parameters that are not among them do not count."""
    try:
        model.model_validate(values)
    except ValidationError as error:
        return [
            (item["loc"], _sentence(item["msg"]))
            for item in error.errors(include_url=False, include_input=False, include_context=False)
            if not (item["type"] == "missing" and len(item["loc"]) == 1)
        ]
    return []


def _sentence(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return text[:1].lower() + text[1:]


def _at(fields: Map, place: tuple[int | str, ...]) -> Node:
    node: Node = fields
    for part in place:
        found: Node | None = None
        if isinstance(node, Map):
            found = node.get(str(part))
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            found = node.items[part]
        if found is None:
            break
        node = found
    return node


def _check_host(reader: Reader, step: Step, fields: Map | None) -> None:
    """A caller's words must never choose where a request goes: up to the path, a URL is literal or from vars."""
    template = step.template.fields.get("url")
    node = fields.get("url") if fields is not None else None
    if template is None or node is None:
        return
    for expression in _before_the_path(template):
        if not all(name.startswith("vars.") for name in expression.names):
            at = Scalar(expression.line, expression.column, "", "")
            reader.report(at, "the host of a `url` must be literal or come from vars", "open-host")


def _check_targets(reader: Reader, step: Step, fields: Map | None, action: ActionWords) -> None:
    """Some parameters are addresses and keys in one: they are secrets as they are, never built or taken from events."""
    for name, info in action.params.model_fields.items():
        key = info.alias or name
        node = fields.get(key) if fields is not None else None
        if node is not None and any(isinstance(mark, OnlySecrets) for mark in info.metadata):
            for item in node.items if isinstance(node, Items) else [node]:
                _check_target(reader, key, item)


def _check_target(reader: Reader, key: str, node: Node) -> None:
    if isinstance(node, Scalar) and isinstance(node.plain, str) and _ONE_SECRET.fullmatch(node.text):
        return
    fix = f"set HOOKSWITCH_SECRET_<NAME> and write `{key}: ${{{{ secrets.name }}}}`"
    reader.report(node, f"`{key}` takes a secret and nothing else; {fix}", "open-target")


def _check_paths(
    reader: Reader, step: Step, fields: Map | None, action: ActionWords, constants: Mapping[str, Any]
) -> None:
    """An event may fill a place in a path, and never say which path it is."""
    for name, info in action.params.model_fields.items():
        key = info.alias or name
        template = step.template.fields.get(key)
        if isinstance(template, Sentence) and any(isinstance(mark, RootedPath) for mark in info.metadata):
            sample = "".join(_as_example(part, constants) for part in template.parts)
            for place, message in literal_faults(action.params, {key: sample}):
                if place == (key,) and fields is not None:
                    reader.report(fields.get(key), f"`{key}`: {message}", "bad-literal")


def _as_example(part: str | Expression, constants: Mapping[str, Any]) -> str:
    """What stands there, or something that could; a var is known."""
    return part if isinstance(part, str) else str(constants.get(part.text.removeprefix("vars."), "0"))


def _before_the_path(template: Template) -> list[Expression]:
    if isinstance(template, Whole):
        return [template.expression]
    if not isinstance(template, Sentence):
        return []
    found: list[Expression] = []
    literal = ""
    for part in template.parts:
        if isinstance(part, Expression):
            found.append(part)
            literal += "x"
            continue
        literal += part
        scheme, separator, rest = literal.partition("://")
        after = rest if separator else scheme
        if any(mark in after for mark in "/?#"):
            break
    return found
