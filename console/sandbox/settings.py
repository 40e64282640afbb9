"""What the sandbox plays, from the environment (`HOOKSWITCH_SANDBOX_` and the field's name in capitals)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from console.sandbox.platforms.fluents.events import ToolBody
from console.sandbox.platforms.fluents.signing import Method
from console.sandbox.platforms.opencx.events import CallEvents, DataForm
from console.sandbox.platforms.opencx.signing import ActionForm, Family
from console.sandbox.platforms.vapi.messages import ToolShape
from console.sandbox.platforms.vapi.signing import VapiAuth
from console.sandbox.script import Generation

FluentsForm = Literal["older", "newer"]
NumberKey = Literal["phone_number", "id"]
FluentsErrorShape = Literal["text", "list", "detail"]
ErrorShape = Literal["flat", "object"]
OpenCXForm = Literal["full", "sparse"]
OpenCXLists = Literal["bare", "paged"]
OpenCXErrors = Literal["full", "bare"]
Spelling = Literal["camel", "snake"]


class Options(BaseModel):
    """What may be changed while the sandbox runs, through `PATCH /sandbox/options`."""

    model_config = ConfigDict(extra="forbid")

    pace: float = Field(1.0, ge=0, le=60, description="stretches speech and pauses; deadlines stay what they are")
    flireo_error_shape: ErrorShape = "flat"
    flireo_outbound_generation: Literal["g2", "g3"] = "g3"
    fluents_form: FluentsForm = "newer"
    fluents_number_key: NumberKey = "phone_number"
    fluents_error_shape: FluentsErrorShape = "text"
    fluents_statuses: FluentsForm = "newer"
    fluents_tools: ToolBody = "envelope"
    opencx_form: OpenCXForm = "full"
    opencx_lists: OpenCXLists = "bare"
    opencx_errors: OpenCXErrors = "full"
    opencx_outbound: Spelling = "camel"
    opencx_data: DataForm = "object"
    opencx_calls: CallEvents = "both"
    vapi_tools: ToolShape = "nested"


class SandboxSettings(Options, BaseSettings):
    """Where the sandbox listens, which webhooks it calls and which API keys it accepts."""

    model_config = SettingsConfigDict(env_prefix="HOOKSWITCH_SANDBOX_", extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(8090, ge=0, le=65535, description="0 takes any free port; the ready line tells which")

    g1_url: str = Field("", description="webhook of generation one, with the path token in it")
    g2_url: str = ""
    g2_secret: SecretStr = SecretStr("")
    g3_url: str = ""
    g3_secret: SecretStr = SecretStr("")

    vapi_url: str = Field("", description="webhook of Vapi")
    vapi_secret: SecretStr = SecretStr("")
    vapi_auth: VapiAuth = "hmac"
    vapi_control_url: str = Field("", description="where live control is reached; on this host and port when empty")

    fluents_url: str = Field("", description="webhook of Fluents, with the path token in it")
    fluents_secret: SecretStr = Field(SecretStr(""), description="what tools are signed with, base64")
    fluents_events: Method = "POST"
    fluents_context: Method = "GET"

    opencx_url: str = Field("", description="webhook of OpenCX; its tools are below it")
    opencx_secret: SecretStr = Field(SecretStr(""), description="what webhooks are signed with, base64")
    opencx_token: SecretStr = Field(SecretStr(""), description="the bearer token of actions")
    opencx_data_url: str = Field("", description="where collected data goes; below the webhook when empty")
    opencx_family: Family = "svix"
    opencx_actions: ActionForm = "json"
    opencx_haste: float = Field(0.002, ge=0, description="what Svix's schedule of retries is multiplied by; 0: none")

    flireo_g1_key: SecretStr = SecretStr("fl_live_sandbox_g1")
    flireo_key: SecretStr = SecretStr("fl_live_sandbox")
    fluents_key: SecretStr = SecretStr("fluents_sandbox")
    opencx_key: SecretStr = SecretStr("ocx_live_sandbox")

    vapi_key: SecretStr = SecretStr("vapi_sandbox")

    requests_per_minute: int = Field(100, ge=1, description="for each key, at Flireo g2/g3 and OpenCX")
    commands_per_minute: int = Field(10, ge=1, description="live control commands for each call")

    pickup_deadline: float = Field(5.0, gt=0, description="seconds for an assistant-request, every generation")
    g1_tool_deadline: float = Field(5.0, gt=0)
    tool_deadline: float = Field(10.0, gt=0, description="seconds for tool-calls of g2 and g3")
    vapi_pickup_deadline: float = Field(7.5, gt=0, description="seconds for Vapi's assistant-request")
    vapi_deadline_else: float = Field(20.0, gt=0, description="seconds for every other message of Vapi")
    fluents_pickup_deadline: float = Field(3.0, gt=0, description="seconds for the context endpoint")
    fluents_deadline_else: float = Field(10.0, gt=0, description="seconds for tools and events of Fluents")
    opencx_action_deadline: float = Field(60.0, gt=0, description="seconds for an action of OpenCX")
    opencx_deadline_else: float = Field(15.0, gt=0, description="seconds for webhooks of OpenCX")
    report_delay: float = Field(0.3, ge=0, description="seconds between the ended status and the report")

    def options(self) -> Options:
        """The changeable part, as a copy of its own."""
        return Options(**self.model_dump(include=set(Options.model_fields)))

    def deadline(self, event: str, generation: Generation) -> float:
        """How long the platform waits for the answer to this event, in seconds."""
        if event == "assistant-request":
            return self.pickup_deadline
        return self.g1_tool_deadline if generation == "g1" else self.tool_deadline

    def vapi_deadline(self, event: str) -> float:
        """How long Vapi waits for the answer to this event, in seconds."""
        return self.vapi_pickup_deadline if event == "assistant-request" else self.vapi_deadline_else

    def fluents_deadline(self, event: str) -> float:
        """How long Fluents waits for the answer to this event, in seconds."""
        return self.fluents_pickup_deadline if event == "assistant-request" else self.fluents_deadline_else

    def opencx_deadline(self, event: str) -> float:
        """How long OpenCX, or Svix for it, waits for the answer to this event, in seconds."""
        return self.opencx_action_deadline if event == "tool-calls" else self.opencx_deadline_else

    @property
    def vapi_control_base(self) -> str:
        """Where the control URLs of Vapi's calls begin."""
        return self.vapi_control_url or f"http://{self.host}:{self.port}/vapi/control"
