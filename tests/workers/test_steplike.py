from __future__ import annotations

from pathlib import Path

from rules.engine.loading.load import load_folder
from workers.late import LateStep
from workers.steplike import StepLike
from workers.vocabulary import vocabulary


def told(step: StepLike) -> tuple[str, str, str, float | None, int]:
    return step.key, step.action, step.connection, step.timeout, step.retry.tries


def test_a_late_answer_is_a_step_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "rule.yaml").write_text(
        "description: One.\non: manual\nsteps: [{ id: s, action: log, with: { message: x }, timeout: 2s }]\n"
    )
    step = load_folder(tmp_path, vocabulary({})).rules[0].steps[0]
    assert told(step) == ("s", "log", "", 2.0, 5)
    assert told(LateStep()) == ("late", "call.inject", "", 5.0, 4)
