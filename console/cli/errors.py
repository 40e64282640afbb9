"""Expected trouble becomes one clear sentence on stderr and exit 2; anything else stays a traceback for us."""

from __future__ import annotations

from typing import Any

import click
from pydantic import ValidationError
from redis.exceptions import RedisError

from receiver.providers.mapping.plan import BadMapping
from rules.engine.loading.load import NoFolder
from store.connections import ConnectionsError
from store.embedded import EmbeddedError
from store.link import BadAddress
from store.standing import OldServerError

COULD_NOT_RUN = 2


class CannotRun(click.ClickException):
    """The command cannot do its work here; the text says why and what to do."""

    exit_code = COULD_NOT_RUN


class HumaneGroup(click.Group):
    """A group whose commands may raise what our own parts raise."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConnectionsError as error:
            problems = "\n".join(f"  {problem}" for problem in error.problems)
            raise CannotRun(f"{error.path}:\n{problems}") from error
        except (EmbeddedError, OldServerError) as error:
            raise CannotRun(str(error)) from error
        except BadAddress as error:
            raise CannotRun(f"HOOKSWITCH_REDIS_URL cannot be used: {error}") from error
        except NoFolder as error:
            raise CannotRun(f"{error}; name the rules folder with HOOKSWITCH_RULES_DIR") from error
        except BadMapping as error:
            raise CannotRun(f"a mapping cannot be used: {error}; `hookswitch check` names the places") from error
        except ValidationError as error:
            raise CannotRun(_settings_problem(error)) from error
        except RedisError as error:
            raise CannotRun(
                f"the store cannot be reached: {str(error).rstrip('.')}; look with `hookswitch doctor`"
            ) from error


def _settings_problem(error: ValidationError) -> str:
    lines = [
        f"  HOOKSWITCH_{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False)
    ]
    return "settings that cannot be used:\n" + "\n".join(lines)
