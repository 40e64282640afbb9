"""The schema of one step: the actions, and of each its parameters."""

from __future__ import annotations

from collections.abc import Mapping

from rules.engine.loading.readsteps import RETRY_KEYS, STEP_KEYS
from rules.engine.schema.models import fields_of, required_of
from rules.engine.schema.words import (
    COMPUTED,
    Schema,
    choice,
    closed,
    described,
    documented,
    duration,
    expression,
    given,
    hidden,
    pattern,
    sentence,
    snippet,
    suggested,
    templated,
    text,
    whole,
)
from rules.engine.vocabulary import ActionWords, OnlySecrets, Vocabulary

_IDENTIFIER = "^[A-Za-z_][A-Za-z0-9_]*$"
_OF_SECRETS = r"^\$\{\{\s*secrets\.[A-Za-z_][A-Za-z0-9_]*\s*\}\}$"
_RETRY = {
    "tries": described(whole(), "how many tries there are in all; 5 when left out"),
    "first": described(duration(), "how long to wait before the second try; 2s when left out"),
    "factor": described({"type": "number", "minimum": 1}, "by how much the wait grows each time; 2 when left out"),
    "max_age": described(duration(), "when to give up, counted from the first try; 1d when left out"),
}
DOCS: Mapping[str, tuple[str, str]] = {
    "id": ("the name by which later expressions ask for the outcome and the output: `steps.ID.outcome`", ""),
    "name": ("what it is called, for people", "name: look the caller up"),
    "if": ("an expression; the step is skipped when it is false", 'if: call.from != ""'),
    "action": ("what is done; required", "action: http.request"),
    "with": ("the parameters of the action", ""),
    "connection": ("whose API it drives; left out, that of the event", "connection: front_desk"),
    "timeout": ("how long one try may take; 10s when left out", "timeout: 3s"),
    "retry": ("how often, and for how long, it is tried again", "retry: { tries: 8, max_age: 6h }"),
    "on_error": ("what happens when it fails for good", ""),
    "for_each": ("a list; the step is performed once for each `item`, in order", "for_each: ${{ vars.numbers }}"),
}
_ON_ERROR = {"stop": "the rule fails here; this is what happens when it is left out", "continue": "the next step runs"}
_IN_DOUBT = {
    "repeat": "done again when nobody knows whether it happened",
    "verify": "looked up when nobody knows whether it happened",
    "skip": "skipped when nobody knows whether it happened",
    "park": "given to a person to judge when nobody knows whether it happened",
}


def step_schema(vocabulary: Vocabulary) -> Schema:
    """One step. What `with` may hold depends on its action."""
    actions = [vocabulary.actions[name] for name in sorted(vocabulary.actions)]
    keys = documented(STEP_KEYS, _keys(vocabulary, actions), DOCS)
    general = {key: keys[key] for key in ("action", "with")}
    bare = {"action": _undescribed(general["action"]), "with": hidden(_undescribed(general["with"]))}
    step = {"title": "step", **closed({**keys, **bare}, ["action"])}
    always = {"properties": {"action": general["action"], "with": hidden(general["with"])}}
    step["allOf"] = [*(_when_it_is(action) for action in actions), always]
    step["defaultSnippets"] = [_snippet(action) for action in actions]
    return step


def _undescribed(schema: Schema) -> Schema:
    """Editors show the first hover text they find, and that of the very action says more."""
    return {key: value for key, value in schema.items() if key not in ("description", "markdownDescription")}


def _keys(vocabulary: Vocabulary, actions: list[ActionWords]) -> Mapping[str, Schema]:
    return {
        "id": {
            "type": "string",
            "pattern": _IDENTIFIER,
            "patternErrorMessage": "An id has letters, digits and _ only, and does not begin with a digit.",
        },
        "name": text(),
        "if": expression(),
        "action": choice({action.name: _first_line(action) for action in actions}),
        "with": {"type": "object"},
        "connection": suggested(sorted(vocabulary.connections)),
        "timeout": duration(),
        "retry": closed({key: _RETRY[key] for key in RETRY_KEYS}),
        "on_error": choice(_ON_ERROR),
        "for_each": {
            "type": ["array", "string"],
            "pattern": COMPUTED,
            "patternErrorMessage": "This must be a list, or computed: ${{ }}.",
        },
    }


def _when_it_is(action: ActionWords) -> Schema:
    """What follows from the action that a step names."""
    required = required_of(action.params)
    fields = _parameters(action)
    doc = f"{sentence(_first_line(action))}\n\n{_parameters_in_words(fields, required)}"
    with_ = described({"title": action.name, **closed(fields, required)}, doc)
    if action.params.model_config.get("extra") == "allow":
        with_["additionalProperties"] = True
    then: Schema = {"properties": {"action": hidden(described({}, _full_doc(action))), "with": with_}}
    if required:
        then["required"] = ["with"]
        then["errorMessage"] = f"{action.name} needs `with`: {', '.join(required)}."
    return {"if": given("action", {"const": action.name}), "then": then}


def _parameters(action: ActionWords) -> dict[str, Schema]:
    """Each may be computed; some take a secret and nothing else."""
    fields = fields_of(action.params)
    marked = {
        info.alias or name
        for name, info in action.params.model_fields.items()
        if any(isinstance(mark, OnlySecrets) for mark in info.metadata)
    }
    return {name: _only_secrets(field) if name in marked else templated(field) for name, field in fields.items()}


def _only_secrets(field: Schema) -> Schema:
    hover = {key: field[key] for key in ("description", "markdownDescription") if key in field}
    secret = pattern(_OF_SECRETS, "a secret and nothing else: ${{ secrets.NAME }}")
    return hover | secret | {"type": ["string", "array"], "items": secret}


def _first_line(action: ActionWords) -> str:
    return action.doc.partition("\n")[0]


def _parameters_in_words(fields: Mapping[str, Schema], required: list[str]) -> str:
    told = [f"`{name}`" + (" (required)" if name in required else "") for name in fields]
    return f"Parameters: {', '.join(told)}." if told else "It has no parameters."


def _full_doc(action: ActionWords) -> str:
    lines = [action.doc, ""]
    if action.output:
        lines.append(f"Gives {', '.join(f'`{name}`' for name in action.output)}, as `steps.ID.NAME`.  ")
    lines.append(f"{sentence(_IN_DOUBT.get(action.in_doubt, ''))}  ")
    if action.needs_call:
        lines.append("Acts on a live call.  ")
    if action.providers is not None:
        lines.append(f"Platforms: {platforms_in_words(action.providers)}.")
    return "\n".join(lines).strip()


def platforms_in_words(providers: Mapping[str, frozenset[str]]) -> str:
    """`flireo (g2, g3), fluents`."""
    told = []
    for provider in sorted(providers):
        generations = ", ".join(sorted(name for name in providers[provider] if name))
        told.append(f"{provider} ({generations})" if generations else provider)
    return ", ".join(told)


def _snippet(action: ActionWords) -> Schema:
    """A whole step with what the action needs."""
    parameters = {name: f"${place}" for place, name in enumerate(required_of(action.params), 1)}
    body = {"action": action.name} | ({"with": parameters} if parameters else {})
    return snippet(f"step: {action.name}", _first_line(action), body)
