"""OpenCX's API, whole."""

from __future__ import annotations

from workers.clients.opencx.automation import AgentActions, Sequences, Workflows
from workers.clients.opencx.phones import Phones
from workers.clients.opencx.sessions import Contacts, Sessions
from workers.clients.opencx.sip import Sip

DEFAULT_BASE_URL = "https://api.open.cx"


class OpenCx(Phones, Sip, Sessions, Contacts, Sequences, Workflows, AgentActions):
    """One key reaches one organisation, as far as the key's scopes go."""

    smallest = (("phone",), {})
