from __future__ import annotations

from typing import Any

import pytest

from rules.engine.loading.actioncheck import literal_faults, parameter_names
from tests.rules.engine.vocab import ACTIONS, HttpParams, found

HEAD = "description: x\non: end-of-call-report\nsteps:\n  - action: ACTION\n    with:\n"


def said(action: str, fields: str) -> list[str]:
    return found(HEAD.replace("ACTION", action) + fields)


@pytest.mark.parametrize(
    ("action", "fields", "message"),
    [
        ("http.request", "      ulr: x\n", '6:7 http.request has no parameter "ulr"; did you mean "url"?'),
        ("http.request", "      method: GET\n", "5:5 http.request needs `url` in `with`"),
        ("http.request", "      url: x\n      method: FETCH\n", "7:15 `method`: input should be 'GET', 'POST', 'PUT'"),
        ("http.request", "      url: x\n      accept: [200, a]\n", "7:21 `accept.1`: input should be a valid integer"),
        ("http.request", "      url: x\n      query: a=b\n", "7:14 `query`: input should be a valid dictionary"),
        ("memory.add", "      scope: world\n      key: k\n", "6:14 `scope`: input should be 'call' or 'caller'"),
        ("memory.add", "      scope: call\n      key: 5\n", "7:12 `key`: input should be a valid string"),
        ("log", "      message: x\n      zebra: y\n", '7:7 log has no parameter "zebra"; it has level or message'),
    ],
)
def test_parameters_are_compared_with_the_action(action: str, fields: str, message: str) -> None:
    lines = said(action, fields)
    assert len(lines) == 1
    assert lines[0].startswith(message), lines


def test_a_step_without_with_needs_what_is_required() -> None:
    text = "description: x\non: end-of-call-report\nsteps:\n  - action: log\n"
    assert found(text) == ["4:5 log needs `message` in `with`"]


def test_computed_values_are_left_to_the_run() -> None:
    fields = "      url: https://x.example\n      accept: ['${{ raw.status }}']\n      query: '${{ raw.query }}'\n"
    assert said("http.request", fields) == []


def test_aliases_are_the_names() -> None:
    assert parameter_names(ACTIONS["call.start"]) == {"agent": True, "to": True, "from": False}


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("https://crm.example.com/${{ call.from }}", False),
        ("${{ vars.crm }}/x/${{ call.from }}", False),
        ("${{ vars.crm }}", False),
        ("https://${{ vars.crm }}/x", False),
        ("https://x.example?q=${{ call.from }}", False),
        ("https://${{ call.from }}.example.com/", True),
        ("${{ raw.url }}", True),
        ("https://example.com${{ call.from }}/", True),
        ("${{ vars.crm + call.from }}/x", True),
        ("https://${{ secrets.crm_token }}/x", True),
    ],
)
def test_callers_never_choose_the_host(url: str, is_open: bool) -> None:
    lines = said("http.request", f"      url: {url}\n")
    assert any("the host of a `url` must be literal or come from vars" in line for line in lines) is is_open, lines


def test_the_finding_stands_at_the_expression() -> None:
    lines = said("http.request", "      url: https://${{ call.from }}.example.com/\n")
    assert lines == ["6:24 the host of a `url` must be literal or come from vars"]


@pytest.mark.parametrize(
    ("values", "count"), [({}, 0), ({"url": "x"}, 0), ({"url": 5}, 1), ({"url": 5, "headers": {"a": 1}}, 2)]
)
def test_only_what_is_given_counts(values: dict[str, Any], count: int) -> None:
    assert len(literal_faults(HttpParams, values)) == count


NAME = "crm_token"


@pytest.mark.parametrize("to", ["${{ secrets.NAME }}", "'${{secrets.NAME}}'", "\n        - ${{ secrets.NAME }}"])
def test_an_address_is_a_secret(to: str) -> None:
    assert said("page", f"      to: {to.replace('NAME', NAME)}\n") == []


@pytest.mark.parametrize(
    "to",
    [
        "json://somewhere.example",
        "json://${{ secrets.NAME }}/path",
        "${{ secrets.NAME }}${{ secrets.NAME }}",
        "x ${{ secrets.NAME }}",
        "${{ report.summary }}",
        "${{ secrets.NAME + report.summary }}",
        "'${{ secrets.NAME + \"x\" }}'",
        "${{ vars.support_numbers[0] }}",
        "['${{ secrets.NAME }}', json://x]",
        "'${{ [secrets.NAME] }}'",
        "'${{ secrets.NAME }} '",
        "|\n        ${{ secrets.NAME }}\n",
        "'$${{ secrets.NAME }}'",
    ],
)
def test_an_address_is_nothing_but_a_secret(to: str) -> None:
    lines = said("page", f"      to: {to.replace('NAME', NAME)}\n")
    assert any("`to` takes a secret and nothing else" in line for line in lines), lines


def test_the_finding_says_how_to_mend_it() -> None:
    [line] = said("page", "      to: [json://x]\n")
    assert line == (
        "6:12 `to` takes a secret and nothing else; set HOOKSWITCH_SECRET_<NAME> and write `to: ${{ secrets.name }}`"
    )
