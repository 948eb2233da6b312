"""What a training is warned of: a discriminator that has won, silence, losses that are no numbers."""

import pytest

from v2ra.balance import D_HAS_WON, WINDOW, imbalances

HEALTHY = {"d_loss": 0.25, "g_l1": 0.5}


def test_a_draw_at_the_right_level_is_not_warned_of() -> None:
    assert imbalances([HEALTHY] * 3, {"rms_ratio": 1.0}) == []
    assert imbalances([{"g_l1": 0.5}], {}) == []  # without a discriminator, and without a validation part


@pytest.mark.parametrize(
    ("row", "ratio", "named"),
    [
        ({"d_loss": D_HAS_WON / 2, "g_l1": 0.5}, 1.0, "the discriminator has won (loss 0.010)"),
        (HEALTHY, 0.05, "nearly silent (RMS ratio 0.050)"),
        ({"d_loss": float("nan"), "g_l1": 0.5}, 1.0, "no longer numbers"),
        ({"d_loss": 0.25, "g_l1": float("inf")}, 1.0, "no longer numbers"),
    ],
)
def test_each_imbalance_is_one_line(row: dict[str, float], ratio: float, named: str) -> None:
    (line,) = imbalances([row] * WINDOW, {"rms_ratio": ratio})
    assert named in line


def test_only_the_last_steps_count() -> None:
    won = {"d_loss": 0.0, "g_l1": 0.5}
    assert imbalances([won] * WINDOW + [HEALTHY] * WINDOW, {}) == []
    assert len(imbalances([HEALTHY] * WINDOW + [won] * WINDOW, {})) == 1
