"""The schema of `answer` and `meanwhile`: which keys there are depends on what the rule listens to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rules.engine.findings import one_of
from rules.engine.loading.readanswer import AN_ASSISTANT, BESIDE_AN_ASSISTANT, IMPLIED, ONE_OF, TARGET, TYPES
from rules.engine.schema.steps import platforms_in_words
from rules.engine.schema.words import (
    COMPUTED,
    Schema,
    anything,
    closed,
    described,
    duration,
    expression,
    given,
    hidden,
    listed,
    templated,
    text,
)
from rules.engine.vocabulary import KindWords, Vocabulary

DOCS: Mapping[str, tuple[str, str]] = {
    "assistant": ("the id of a saved assistant", "assistant: ${{ vars.night_agent }}"),
    "config": (
        "a whole configuration: a map, or a file such as `assistants/night.json`",
        "config: assistants/night.json",
    ),
    "default": ("the assistant that the platform has saved for this number", "default: true"),
    "reject": ("a sentence for the caller, who is not connected", ""),
    "transfer": ("a number or a SIP address to which the caller is handed", 'transfer: "+31850000001"'),
    "override": ("a map laid over the configuration, block by block", "override:\n  first_message: Good evening."),
    "variables": (
        "values for the assistant's prompt; alone, they are for the saved one",
        "variables: { name: '${{ call.metadata.name }}' }",
    ),
    "metadata": ("values that come back in later events, as `call.metadata`", ""),
    "max_duration": ("how long the call may last", "max_duration: 10m"),
    "result": ("text or any JSON that the agent goes on with", "result: The order is ${{ steps.order.body.status }}."),
    "error": ("a sentence that the agent can use; it may be read aloud", "error: There is no order with that number."),
    "say": ("a sentence that the platform speaks as it is", ""),
    "documents": ("a list of documents for the agent", ""),
    "allow": ("whether the person may be called", "allow: ${{ !(call.to in vars.do_not_call) }}"),
}
"""What each key means, with an example."""

_WORDS: Mapping[type, str] = {str: "string", dict: "object", list: "array", bool: "boolean"}
_CONDITION = described(
    expression(), "given only if this holds; the first that fits is given", "if: steps.order.status == 404"
)


def waiting(vocabulary: Vocabulary) -> list[KindWords]:
    """The kinds that can be answered."""
    return [kind for kind in vocabulary.kinds.values() if kind.answer_keys]


def keys_for(kinds: Iterable[KindWords], vocabulary: Vocabulary) -> dict[str, Schema]:
    """The keys an answer to these kinds may have."""
    keys = {key for kind in kinds for key in kind.answer_keys}
    ordered = [*(key for key in DOCS if key in keys), *sorted(keys - DOCS.keys())]
    return {key: _key(key, vocabulary) for key in ordered}


def definitions(vocabulary: Vocabulary) -> dict[str, Schema]:
    """An entry of `answer` for each kind, by the name of its definition."""
    return {_name(kind): _entry(keys_for([kind], vocabulary)) for kind in waiting(vocabulary)}


def dependent(vocabulary: Vocabulary, others: Iterable[str]) -> list[Schema]:
    """What `answer` and `meanwhile` hold, given what `on` names; to `others` there is no answer."""
    kinds = waiting(vocabulary)
    if not kinds:
        return []
    alone = [_when(_only(kind.name), _answers(keys_for([kind], vocabulary), _name(kind))) for kind in kinds]
    any_alone = {"anyOf": [_on(_only(kind.name)) for kind in kinds]}
    mixed = {"if": any_alone, "then": {}, "else": _answers(keys_for(kinds, vocabulary))}
    needed = [_when(_mentions([kind.name]), _needs(kind.name)) for kind in kinds if kind.name in ONE_OF]
    return [*alone, mixed, *needed, _when(_mentions(list(others)), _NOBODY_WAITS)]


_NOBODY_WAITS: Schema = {
    "properties": {"answer": False, "meanwhile": False},
    "errorMessage": "Nobody waits for an answer to this kind of event.",
}


def _name(kind: KindWords) -> str:
    return f"answer-{kind.name}"


def _entry(keys: Mapping[str, Schema]) -> Schema:
    return {"title": "answer", **closed({"if": _CONDITION, **keys})}


def _answers(keys: Mapping[str, Schema], name: str = "") -> Schema:
    """`answer` as one entry or a list, and `meanwhile`, which has no condition."""
    entry = _entry(keys)
    many = listed({"$ref": f"#/definitions/{name}"} if name else entry)
    answer = entry | many | {"type": ["object", "array"]}
    meanwhile = {"title": "meanwhile", **closed(keys)}
    return {"properties": {"answer": hidden(answer), "meanwhile": hidden(meanwhile)}}


def _needs(kind: str) -> Schema:
    one = hidden({"allOf": exactly_one(ONE_OF[kind], tuple(IMPLIED.get(kind, ())))})
    return {"properties": {"answer": one | {"items": one}, "meanwhile": one}}


def exactly_one(choices: Sequence[str], alone: Sequence[str] = ()) -> list[Schema]:
    """One of these keys must be there, and then none of the others; or one that may stand alone."""
    wanted = f"An answer needs {one_of(choices)}, and one of them only."
    at_least = {"anyOf": [{"required": [key], "errorMessage": wanted} for key in (*choices, *alone)]}
    beside = {key: _without(_excluded(key, choices), key) for key in choices}
    return [at_least, {"dependencies": {key: schema for key, schema in beside.items() if schema}}]


def _excluded(key: str, choices: Sequence[str]) -> list[str]:
    others = [other for other in choices if other != key]
    lonely = "assistant" in choices and key not in AN_ASSISTANT
    return [*others, *(BESIDE_AN_ASSISTANT if lonely else ())]


def _without(keys: Sequence[str], beside: str) -> Schema:
    message = f"This cannot stand beside {beside}."
    return {"properties": dict.fromkeys(keys, False), "errorMessage": message} if keys else {}


def _when(on: Schema, then: Schema) -> Schema:
    return {"if": _on(on), "then": then}


def _on(schema: Schema) -> Schema:
    return given("on", schema)


def _only(kind: str) -> Schema:
    """`on` names this kind and no other."""
    return {
        "anyOf": [
            {"const": kind},
            {"type": "array", "items": {"const": kind}, "minItems": 1},
            {"type": "object", "propertyNames": {"const": kind}, "minProperties": 1},
        ]
    }


def _mentions(kinds: Sequence[str]) -> Schema:
    """`on` names one of these, maybe among others."""
    named = {"anyOf": [{"const": kind} for kind in kinds]}
    keys = [{"required": [kind]} for kind in kinds]
    return {"anyOf": [named, {"type": "array", "contains": named}, {"type": "object", "anyOf": keys}]}


def _key(key: str, vocabulary: Vocabulary) -> Schema:
    doc, example = DOCS.get(key, ("", ""))
    kinds = [kind.name for kind in vocabulary.kinds.values() if key in kind.answer_keys]
    told = [f"For {one_of(kinds)}.", *_platforms(key, kinds, vocabulary)]
    return described(_type(key), f"{doc.rstrip('.')}. {' '.join(told)}".strip(), example)


def _platforms(key: str, kinds: Sequence[str], vocabulary: Vocabulary) -> Iterator[str]:
    """Who can express it."""
    able = {
        provider: frozenset(
            generation for kind in kinds for generation, keys in answers.get(kind, {}).items() if key in keys
        )
        for provider, answers in vocabulary.answers.items()
    }
    able = {provider: generations for provider, generations in able.items() if generations}
    if vocabulary.answers:
        yield f"Platforms: {platforms_in_words(able) or 'none yet'}."


def _type(key: str) -> Schema:
    if key == "default":
        return {"type": ["boolean", "string"], "anyOf": [{"const": True}, {"type": "string", "pattern": COMPUTED}]}
    if key == "max_duration":
        return templated(duration())
    if key == "transfer":
        return _target()
    if key not in TYPES:
        return anything()
    written = TYPES[key][0]
    types = [_WORDS[each] for each in (written if isinstance(written, tuple) else (written,))]
    return text() if types == ["string"] else _structured(types)


def _structured(types: list[str]) -> Schema:
    """A map or list, which may be computed; where a text is allowed anyway, any text will do."""
    return {"type": types} if "string" in types else templated({"type": types[0]})


def _target() -> Schema:
    return {
        **text(),
        "pattern": f"^(?:{TARGET.pattern})$|{COMPUTED}",
        "patternErrorMessage": "This must be a number such as +31850000001, or a SIP address.",
    }
