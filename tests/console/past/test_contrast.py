from __future__ import annotations

from pathlib import Path

import pytest

from console.past.contrast import Contrast, alike
from rules.engine.playing.play import Surroundings
from rules.engine.rule import Rule
from tests.console.support import LOOK_UP, NIGHT, call_comes_in, rules_of, tool_is_run
from workers.desk import event_view

DAY = "description: Everybody.\non: assistant-request\npriority: 200\nanswer: { assistant: day }\n"
NOTE = "description: Note.\non: assistant-request\nsteps:\n  - action: log\n    with: { message: seen }\n"
REPORT = NOTE.replace("assistant-request", "end-of-call-report")
AGENT = DAY.replace("assistant: day", 'assistant: "${{ vars.agent }}"')


def folder(path: Path, constants: str = "", **texts: str) -> tuple[Rule, ...]:
    path.mkdir(exist_ok=True)
    (path / "vars.yaml").write_text(constants, encoding="utf-8")
    return rules_of(path, **texts)


def names(rules: tuple[Rule, ...]) -> list[str]:
    return [rule.name for rule in rules]


@pytest.mark.parametrize(
    ("before", "after", "text", "same"),
    [
        ("agent: a", "agent: a\nother: 1", AGENT, True),
        ("agent: a", "agent: b", AGENT, False),
        ("agent: a", "agent: b", DAY, True),
        ("agent: 1", "agent: true", NOTE.replace("seen", "'so: ${{ vars.agent }}'"), False),
        ("timezone: Europe/Amsterdam", "timezone: UTC", DAY, False),
    ],
)
def test_constants_count_where_a_rule_names_them(
    tmp_path: Path, before: str, after: str, text: str, same: bool
) -> None:
    (one,) = folder(tmp_path / "now", before, x=text)
    (other,) = folder(tmp_path / "then", after, x=text)
    assert alike(one, other) is same
    assert bool(Contrast([one], [other]).kinds) is not same


def test_assistants_belong_to_a_rule(tmp_path: Path) -> None:
    rules: list[Rule] = []
    for name in ("one", "two"):
        (tmp_path / name / "assistants").mkdir(parents=True)
        (tmp_path / name / "assistants/day.json").write_text(f'{{"name": "{name}"}}', encoding="utf-8")
        rules += folder(tmp_path / name, x=DAY.replace("assistant: day", "config: assistants/day.json"))
    assert not alike(*rules)


def test_kinds_with_the_same_rules_are_left_out(tmp_path: Path) -> None:
    before = folder(tmp_path / "now", night=NIGHT, day=DAY, look_up=LOOK_UP)
    after = folder(tmp_path / "then", night=NIGHT, day=DAY, look_up=LOOK_UP, new=NOTE)
    contrast = Contrast(before, after)
    assert contrast.kinds == {"assistant-request"}
    meeting = contrast.of("assistant-request")
    assert (names(meeting.differing), names(meeting.before), names(meeting.after)) == (
        ["new"], ["night", "day"], ["new", "night", "day"],
    )  # fmt: skip


def test_rules_that_take_no_turn_are_left_out_unless_a_backstop_waits_for_them(tmp_path: Path) -> None:
    before = folder(tmp_path / "now", day=DAY, note=NOTE)
    for text, kept in ((NOTE, ["day"]), (f"{NOTE}backstop: true\n", ["day", "note"])):
        after = folder(tmp_path / "then", day=DAY, note=NOTE, new=text)
        meeting = Contrast(before, after).of("assistant-request")
        assert sorted(names(meeting.before)) == kept


def test_what_has_to_be_read(tmp_path: Path) -> None:
    for text, payload, memory in (
        (DAY, False, False),
        (DAY.replace("answer", "if: raw.x == 1\nanswer"), True, False),
        (DAY.replace("answer", "if: has(memory.call.x)\nanswer"), False, True),
        (f"{REPORT}if: report.transcript.contains('x')\n", True, False),
        (REPORT.replace("seen", '"${{ report.messages.size() }}"'), True, False),
        (REPORT.replace("seen", '"${{ report.summary }}"'), False, False),
    ):
        contrast = Contrast((), folder(tmp_path, x=text))
        assert (contrast.asks_payload, contrast.asks_memory) == (payload, memory)
    unused = folder(tmp_path, x=DAY.replace("answer", "if: raw.x == 1\nanswer"))
    assert not Contrast(unused, unused).asks_payload


def test_journals_and_secrets_of_what_is_played(tmp_path: Path) -> None:
    text = LOOK_UP.replace("accept: [404]", 'headers: { a: "${{ secrets.crm }}" }')
    meeting = Contrast((), folder(tmp_path, look_up=text, day=DAY)).of("tool-calls")
    assert (names(meeting.journalled), meeting.secrets) == (["look_up"], {"crm": "<secrets.crm>"})


@pytest.mark.parametrize(
    ("line", "doubtful"),
    [("if: call.to == 'x'", False), ("if: int(call.to) > 3", True), ("", True), ("enabled: false", False)],
)
def test_events_at_which_no_differing_rule_acts(tmp_path: Path, line: str, doubtful: bool) -> None:
    event = call_comes_in()
    event.call = event.call.model_copy(update={"to": "nobody"})
    meeting = Contrast((), folder(tmp_path, x=f"{DAY}{line}\n")).of("assistant-request")
    assert bool(meeting.acting(event_view(event), Surroundings())) is doubtful


def test_each_tool_call_counts(tmp_path: Path) -> None:
    meeting = Contrast((), folder(tmp_path, look_up=LOOK_UP)).of("tool-calls")
    for tools, doubtful in ((("other", "find"), True), (("other",), False), ((), False)):
        assert bool(meeting.acting(event_view(tool_is_run(*tools)), Surroundings())) is doubtful


def test_the_rules_of_both_act_only_where_a_differing_one_does(tmp_path: Path) -> None:
    before = folder(tmp_path / "now", day=DAY)
    for line, acting in (("if: call.to == 'x'", []), ("", ["day", "new"])):
        after = folder(tmp_path / "then", day=DAY, new=f"{DAY}{line}\n")
        meeting = Contrast(before, after).of("assistant-request")
        found = meeting.acting(event_view(call_comes_in()), Surroundings())
        assert sorted(found) == acting
