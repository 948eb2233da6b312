"""SampleRNN: tiers that see only the past, a loss that carries state, conditions, and the whole system."""

import numpy as np
import pytest
import torch

from v2ra.baselines.code_windows import CodeWindows, codes_of
from v2ra.baselines.fitting import seeded
from v2ra.baselines.sample_rnn import SMOKE, Settings, fit
from v2ra.baselines.sample_rnn_network import COARSE, MIDDLE, N_LEVELS, SampleRNN, WindowLoss
from v2ra.baselines.video_conditions import fit_conditions, levels_around
from v2ra.datasets import EncodedClip, Pack
from v2ra.envelopes import envelope_correlation
from v2ra.errors import InputError
from v2ra.timing import PAPER

N_SAMPLES = 2 * COARSE
# Networks that have learnt next to nothing draw codes at full scale, which resampling takes beyond it.
pytestmark = pytest.mark.filterwarnings("ignore:.*samples beyond")


def network_of(conditioning: str = "frame", *, width: int = 8) -> SampleRNN:
    with seeded(0):
        return SampleRNN(width=width, n_conditions=3, conditioning=conditioning).eval()  # type: ignore[arg-type]


def window(rng: np.random.Generator, *, n_samples: int = N_SAMPLES) -> tuple[torch.Tensor, torch.Tensor]:
    codes = torch.from_numpy(rng.integers(0, N_LEVELS, (2, COARSE + n_samples)))
    video = torch.from_numpy(rng.standard_normal((2, n_samples // COARSE, 3)).astype(np.float32))
    return codes, video


def burst_clip(name: str, split: str, rng: np.random.Generator) -> EncodedClip:
    """Return three seconds in which one feature says when there is noise."""
    on = rng.random(30) < 0.3
    features = np.zeros((30, 4096), np.float16)
    features[:, :8] = on[:, None]
    features[:, 8:16] = rng.standard_normal((30, 8))
    sound = rng.standard_normal(30 * 4410) * np.where(np.repeat(on, 4410), 6000, 30)
    return EncodedClip(name, split, features, sound.astype(np.int16), np.zeros(0))


@pytest.mark.parametrize("changed", [COARSE, COARSE + 5, COARSE + MIDDLE, N_SAMPLES])
def test_logits_depend_on_past_samples_only(rng: np.random.Generator, changed: int) -> None:
    network, (codes, video) = network_of(), window(rng)
    other = codes.clone()
    other[:, changed] = (other[:, changed] + 100) % N_LEVELS
    state = network.first_state(video)
    with torch.inference_mode():
        before, after = network(codes, video, state), network(other, video, state)
    first = changed - COARSE + 1  # the first sample that has the changed one behind it
    assert torch.equal(before[:, :first], after[:, :first])
    assert not torch.equal(before[:, first], after[:, first])


def test_frame_conditioning_hears_the_video_from_its_step_on(rng: np.random.Generator) -> None:
    network, (codes, video) = network_of(), window(rng)
    other = video.clone()
    other[:, 1] += 1
    state = network.first_state(video)
    with torch.inference_mode():
        before, after = network(codes, video, state), network(codes, other, state)
    assert torch.equal(before[:, :COARSE], after[:, :COARSE])
    assert not torch.equal(before[:, COARSE], after[:, COARSE])


def test_sequence_conditioning_hears_the_video_through_its_first_state_alone(
    rng: np.random.Generator,
) -> None:
    network, (codes, video) = network_of("sequence"), window(rng)
    state = network.first_state(video)
    with torch.inference_mode():
        assert torch.equal(network(codes, video, state), network(codes, video + 1, state))
        assert not torch.equal(state.coarse, network.first_state(video + 1).coarse)


def test_two_windows_with_the_state_between_them_are_one(rng: np.random.Generator) -> None:
    network, (codes, video) = network_of(), window(rng)
    state = network.first_state(video)
    with torch.inference_mode():
        whole, _ = network.frames(codes, video, state)
        first, between = network.frames(codes[:, : 2 * COARSE], video[:, :1], state)
        second, _ = network.frames(codes[:, COARSE:], video[:, 1:], between)
    # Sums of the same floats in another order.
    torch.testing.assert_close(torch.cat([first, second], 1), whole, atol=1e-6, rtol=1e-5)


def test_the_loss_of_all_samples_is_the_cross_entropy_of_the_logits(rng: np.random.Generator) -> None:
    network, (codes, video) = network_of(), window(rng)
    with torch.inference_mode():
        logits = network(codes, video, network.first_state(video))
        expected = torch.nn.functional.cross_entropy(logits.flatten(0, 1), codes[:, COARSE:].flatten())
        found = WindowLoss(1.0)(network, codes, video, video)
    assert found.item() == pytest.approx(
        expected.item(), rel=1e-5
    )  # the mean of the same terms in another order


def test_the_state_is_carried_until_a_stream_begins(rng: np.random.Generator) -> None:
    network, (codes, video), loss = network_of(), window(rng), WindowLoss(1.0)
    nothing = video[:, :0]
    for parameter in network.parameters():
        parameter.data *= 3  # first weights remember little
    with torch.inference_mode():
        first = loss(network, codes, video, video).item()
        carried = loss(network, codes, video, nothing).item()
        again = loss(network, codes, video, video).item()
    # The finest tier takes the steps in random order: a sum of floats in another order.
    assert again == pytest.approx(first, rel=1e-6)
    assert carried != pytest.approx(first, rel=1e-4)


def test_a_stream_is_walked_through_window_by_window(rng: np.random.Generator) -> None:
    clip = burst_clip("a", "train", rng)
    course = np.arange(3 * 250, dtype=np.float32)[:, None]
    windows = CodeWindows([clip], [course], n_steps=50, batch_size=3, seed=1)
    codes = codes_of(clip.waveform)
    last: list[int] = []
    for step in range(5):
        part, video, whole = windows(step)
        starts = video[:, 0, 0].int().tolist()
        assert [start % 25 for start in starts] == [0, 0, 0]
        for row, start in zip(part, starts, strict=True):
            assert torch.equal(row, codes[start * COARSE : (start + 51) * COARSE])
        assert whole.shape[1] == (250 if step == 0 else 0)
        assert step == 0 or starts == [start + 50 for start in last]
        last = starts


def test_windows_that_do_not_fill_a_second_are_refused(rng: np.random.Generator) -> None:
    clip = burst_clip("a", "train", rng)
    with pytest.raises(InputError, match="divisor of 250"):
        CodeWindows([clip], [np.zeros((750, 1), np.float32)], n_steps=60, batch_size=1, seed=0)


def test_codes_of_a_tone_decode_to_it_within_their_step() -> None:
    from torchaudio.functional import mu_law_decoding

    times = np.arange(44_100) / PAPER.sample_rate
    codes = codes_of((0.5 * np.sin(2 * np.pi * 440 * times)).astype(np.float32))
    decoded = mu_law_decoding(codes, N_LEVELS).numpy()[COARSE:-COARSE]
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    # A step of 256 μ-law levels at 0.5 is 0.5 · ln(256) · 2 / 255 wide; the ends hold the resampler's edge.
    assert np.abs(decoded - expected)[200:-200].max() < 0.5 * np.log(256) * 2 / 255


def test_levels_are_read_at_their_time() -> None:
    levels = np.zeros((10, 3))
    levels[5, 1] = 1  # the middle third of 0.5 to 0.6 s
    around = levels_around(levels, n_steps=250, step_rate=250, n_around=1)
    assert around[:, 1].argmax() * 0.004 == pytest.approx(0.55, abs=0.004)  # one step
    assert around[:, 2].argmax() * 0.004 == pytest.approx(0.55 - 1 / 30, abs=0.004)  # announced a slot before


@pytest.mark.parametrize(("kind", "n"), [("level", 7), ("components", 5)])
def test_conditions_of_a_clip_have_the_form_of_those_that_training_sees(
    rng: np.random.Generator, kind: str, n: int
) -> None:
    clips = [burst_clip(name, "train", rng) for name in "abc"]
    conditions, seen = fit_conditions(clips, kind, n_around=3, n_components=4, step_rate=250)  # type: ignore[arg-type]
    made = conditions(clips[0].features, n_steps=750, step_rate=250)
    assert made.shape == seen[0].shape == (750, n)
    assert conditions.n_conditions == n
    assert conditions.n_parameters > 0
    # What training sees of a clip goes with what the clip shows: for levels from a fit to the others.
    assert np.corrcoef(made.ravel(), seen[0].ravel())[0, 1] > 0.9


@pytest.mark.parametrize("conditioning", ["frame", "sequence"])
def test_a_sound_is_as_long_as_its_clip_and_follows_from_the_seed(
    rng: np.random.Generator, conditioning: str
) -> None:
    clips = tuple(burst_clip(name, "train", rng) for name in "ab")
    settings = Settings(conditioning=conditioning, width=8, batch_size=2, n_steps=3)  # type: ignore[arg-type]
    system = fit(Pack("wood", clips, {}), settings)
    short = EncodedClip("c", "test", clips[0].features[:15], clips[0].sound[:60_001], np.zeros(0))
    sound = system.synthesise(short)
    assert sound.shape == (60_001,)
    assert sound.dtype == np.float32
    assert np.abs(sound).max() <= 1
    assert np.array_equal(sound, system.synthesise(short))
    assert not np.array_equal(sound, system.synthesise(short, seed=1))
    again = fit(Pack("wood", clips, {}), settings)
    assert np.array_equal(sound, again.synthesise(short))
    assert system.n_parameters == again.n_parameters > 0


def test_it_reads_no_sound_of_the_clip_that_it_dubs(rng: np.random.Generator) -> None:
    clips = tuple(burst_clip(name, "train", rng) for name in "ab")
    system = fit(Pack("wood", clips, {}), SMOKE)
    silent = EncodedClip("a", "test", clips[0].features, np.zeros_like(clips[0].sound), np.zeros(0))
    assert np.array_equal(system.synthesise(clips[0]), system.synthesise(silent))


def test_a_little_training_makes_noise_where_the_video_says_so() -> None:
    rng = np.random.default_rng(3)
    clips = tuple(burst_clip(f"clip{index}", "train", rng) for index in range(4))
    unseen = burst_clip("unseen", "test", rng)
    settings = Settings(width=16, batch_size=4, n_steps=60, share=0.1, learning_rate=1e-2)
    system = fit(Pack("wood", clips, {}), settings)
    assert system.losses[-10:].mean() < system.losses[:10].mean()
    score = envelope_correlation(unseen.waveform, system.synthesise(unseen), sample_rate=44_100)
    assert score.correlation > 0.5  # noise at random times gives 0 ± 0.1


def test_bad_settings_and_packs_are_refused(rng: np.random.Generator) -> None:
    with pytest.raises(InputError, match="temperature of 0"):
        Settings(temperature=0)
    with pytest.raises(InputError, match=r"share of 1\.5"):
        Settings(share=1.5)
    with pytest.raises(InputError, match="no training clip of wood of one second"):
        fit(Pack("wood", (burst_clip("a", "test", rng),), {}))
