from __future__ import annotations

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from store.metrics import MOST_SERIES, Count, Sheet, Spread, build_sheet, refusal, registry_of, shows_token


def shown(sheet: Sheet) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = generate_latest(registry_of([sheet])).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.startswith("process_")
    }


def test_a_count_grows_by_its_labels() -> None:
    sheet = Sheet()
    events = sheet.count("hs_events_total", "events", "kind")
    events.add("message")
    events.add("message", by=2)
    events.add("transcript")
    assert shown(sheet) == {
        ("hs_events_total", (("kind", "message"),)): 3,
        ("hs_events_total", (("kind", "transcript"),)): 1,
    }


def test_a_count_without_labels_is_shown_before_anything_happens() -> None:
    sheet = Sheet()
    sheet.count("hs_starts_total", "starts")
    assert shown(sheet) == {("hs_starts_total", ()): 0}


def test_a_series_can_be_shown_at_zero_and_keeps_what_it_has() -> None:
    sheet = Sheet()
    jobs = sheet.count("hs_jobs_total", "jobs", "lane")
    jobs.begin("live")
    assert shown(sheet) == {("hs_jobs_total", (("lane", "live"),)): 0}
    jobs.add("live")
    jobs.begin("live")
    assert shown(sheet) == {("hs_jobs_total", (("lane", "live"),)): 1}


def test_a_spread_adds_up_its_buckets() -> None:
    sheet = Sheet()
    took = sheet.spread("hs_took_seconds", "time", "by", buckets=(0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 7.0):
        took.observe(seconds, "rule")
    by = ("by", "rule")
    assert shown(sheet) == {
        ("hs_took_seconds_bucket", (by, ("le", "0.1"))): 2,
        ("hs_took_seconds_bucket", (by, ("le", "1"))): 3,
        ("hs_took_seconds_bucket", (by, ("le", "+Inf"))): 4,
        ("hs_took_seconds_count", (by,)): 4,
        ("hs_took_seconds_sum", (by,)): 7.65,
    }


def test_a_level_is_what_was_set_last_until_nothing_is_known() -> None:
    sheet = Sheet()
    depth = sheet.level("hs_depth", "depth", "lane")
    depth.set(5, "live")
    depth.set(2, "live")
    assert shown(sheet) == {("hs_depth", (("lane", "live"),)): 2}
    depth.clear()
    assert shown(sheet) == {}


def test_names_from_outside_cannot_fill_the_memory() -> None:
    count, spread = Count("hs_total", "names", ["name"]), Spread("hs_seconds", "names", ["name"], (1.0,))
    for number in range(MOST_SERIES + 50):
        count.add(f"name {number}")
        spread.observe(0.1, f"name {number}")
    assert len(count.values) == len(spread.values) == MOST_SERIES + 1
    assert count.values["other",] == 50
    assert spread.values["other",][0] == [50, 0]


def test_what_runs_is_told() -> None:
    ((name, labels),) = shown(build_sheet("worker"))
    assert name == "hookswitch_build_info"
    assert dict(labels)["process"] == "worker"


def test_a_token_counts_only_whole_and_as_a_bearer() -> None:
    assert shows_token("Bearer a-token", "a-token")
    assert not any(
        shows_token(header, "a-token") for header in ("", "a-token", "Bearer a-toke", "Bearer a-token ", "é")
    )


def test_metrics_are_for_who_shows_the_token_and_without_one_for_whom_the_process_lets_in() -> None:
    assert refusal("Bearer a-token", "a-token") is None
    assert refusal("Bearer another", "a-token", open_without=True) == (401, {"www-authenticate": "Bearer"})
    assert refusal("Bearer a-token", "") == (404, {})
    assert refusal("", "", open_without=True) is None
