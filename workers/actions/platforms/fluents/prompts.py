"""Fluents' prompts: what agents are told to do, saved apart from them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.platforms.fluents.common import FLUENTS, RAW, SET, Listed, ListParams, Set, client_of, given
from workers.actions.ports.base import raw
from workers.clients.base import text
from workers.clients.fluents import models


class PromptParams(Params):
    """Which prompt."""

    prompt: str = Field(min_length=1, description="the prompt's id")


class PromptUpdateParams(PromptParams):
    """What to change about a prompt."""

    set: Set = Field(min_length=1, description=f"{SET}; the text is `content`")


class PromptCreateParams(Params):
    """A new prompt."""

    content: str = Field(min_length=1, description="what the agent is told to do")
    label: str = Field("", description="what people call it")
    description: str = Field("", description="what it is for")
    context_endpoint: str = Field("", description="the URL that is asked for values when a call begins")
    tags: list[str] = Field(default_factory=list, description="words to find it by")


class Prompt(Output):
    """A prompt."""

    id: str = Field("", description="the prompt's id")
    label: str = Field("", description="what people call it")
    content: str = Field("", description="what the agent is told to do")
    raw: dict[str, Any] = Field(default_factory=dict, description=RAW)


class PromptList(Listed):
    """Some prompts."""

    prompts: list[Prompt] = Field(default_factory=list, description="the prompts, each with id and label")


@action("fluents.prompt.list", in_doubt="repeat", platforms=FLUENTS)
async def prompt_list(context: ActionContext, params: ListParams) -> PromptList:
    """List the prompts by id and label; `fluents.prompt.get` shows the text of one."""
    listing = await client_of(context).prompts.all()
    found = [Prompt(id=text(each.id), label=text(each.label)) for each in listing.items]
    return PromptList(prompts=found, count=len(found), complete=listing.complete)


@action("fluents.prompt.get", in_doubt="repeat", platforms=FLUENTS)
async def prompt_get(context: ActionContext, params: PromptParams) -> Prompt:
    """Show one prompt."""
    return _prompt(await client_of(context).prompts.get(params.prompt))


@action("fluents.prompt.update", in_doubt="repeat", platforms=FLUENTS)
async def prompt_update(context: ActionContext, params: PromptUpdateParams) -> Prompt:
    """Change a prompt. Every agent that uses it speaks by it from then on."""
    return _prompt(await client_of(context).prompts.update(params.prompt, params.set))


@action("fluents.prompt.create", in_doubt="park", platforms=FLUENTS)
async def prompt_create(context: ActionContext, params: PromptCreateParams) -> Prompt:
    """Save a new prompt, which an agent can then be given by its id."""
    return _prompt(await client_of(context).prompts.create({"type": "prompt", **given(params)}))


def _prompt(prompt: models.Prompt) -> Prompt:
    return Prompt(id=text(prompt.id), label=text(prompt.label), content=text(prompt.content), raw=raw(prompt))


PROMPT_ACTIONS = (prompt_list, prompt_get, prompt_create, prompt_update)
