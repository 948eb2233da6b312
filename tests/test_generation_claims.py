"""Claims about the generated sound: when they hold, when they do not, and when nothing can be said."""

import pandas as pd
import pytest

from v2ra.generation_claims import FULL_SIZE, OTHER_DEVICE, speed_claims, synchrony_claims

NAMES = ["system", "category", "clip", "seed", "metric", "value"]


def speed(generator: float, features: float = 0.1) -> pd.DataFrame:
    """Return a table of `v2ra.speed.measure` with two parts."""
    parts = ["decoding and features (seeded, 64 px, fp32)", "generator, d = 4", FULL_SIZE]
    return pd.DataFrame({"part": parts, "seconds_per_second": [features, 9.0, generator]})


@pytest.mark.parametrize(
    ("generator", "on_gpu", "verdicts"),
    [
        (0.03, True, ["reproduced", "reproduced"]),
        (0.5, True, ["contradicted", "reproduced"]),
        (1.5, True, ["contradicted", "contradicted"]),
        (0.5, False, ["not comparable", "reproduced"]),
        (1.5, False, ["not comparable", "not comparable"]),
    ],
)
def test_a_slow_cpu_says_nothing_of_a_gpu_and_a_fast_one_is_real_time(
    generator: float, on_gpu: bool, verdicts: list[str]
) -> None:
    claims = speed_claims(speed(generator), on_gpu=on_gpu)
    assert claims["verdict"].tolist() == verdicts
    assert (claims["note"] == OTHER_DEVICE).tolist() == [v == "not comparable" for v in verdicts]


def test_features_count_towards_real_time_and_other_widths_do_not() -> None:
    assert speed_claims(speed(0.5, features=0.6), on_gpu=True)["measured"].iloc[1] == pytest.approx(-0.1)


def test_sound_that_fits_any_clip_is_not_synchronized() -> None:
    values = {"onset_f": 0.5, "onset_f_mismatched": 0.5}
    rows = [("paper", "dog", clip, 0, name, value) for name, value in values.items() for clip in "abc"]
    rows += [("silence", "dog", clip, 0, name, value) for name, value in values.items() for clip in "abc"]
    claims = synchrony_claims(pd.DataFrame(rows, columns=NAMES))
    assert claims["verdict"].tolist() == ["inconclusive", "inconclusive"]
    assert not claims["claim"].str.contains("silence").any()


def test_one_clip_without_a_control_has_no_claim() -> None:
    rows = pd.DataFrame([("paper", "dog", "a", 0, "onset_f", 0.5)], columns=NAMES)
    assert synchrony_claims(rows).empty
