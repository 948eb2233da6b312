"""The compiled sampler draws what the network says, sample by sample."""

import numpy as np
import pytest
import torch

from v2ra.baselines.fitting import seeded
from v2ra.baselines.sample_rnn_network import COARSE, MIDDLE, N_LEVELS, SILENCE, SampleRNN
from v2ra.baselines.sample_rnn_speed import measure_widths
from v2ra.baselines.sampling import sample_codes, weights_of

N_STEPS = 4


def slow_codes(
    network: SampleRNN, video: torch.Tensor, uniform: np.ndarray, *, temperature: float
) -> tuple[np.ndarray, np.ndarray]:
    """Draw one sample after another, the whole network over everything before it each time: codes and logits."""
    codes = torch.full((len(video), COARSE + uniform.shape[1]), SILENCE)
    heard = []
    with torch.inference_mode():
        state = network.first_state(video)
        for place in range(uniform.shape[1]):
            logits = network(codes, video, state)[:, place]  # what lies after `place` is not looked at
            odds = torch.softmax(logits / temperature, 1).cumsum(1).numpy()
            codes[:, COARSE + place] = torch.from_numpy((odds > uniform[:, place, None]).argmax(1))
            heard.append(logits.numpy())
    return codes[:, COARSE:].numpy(), np.stack(heard, 1)


@pytest.mark.parametrize("conditioning", ["frame", "sequence"])
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_the_same_uniform_numbers_give_the_same_samples(
    rng: np.random.Generator, conditioning: str, temperature: float
) -> None:
    with seeded(1):
        network = SampleRNN(width=12, n_conditions=3, conditioning=conditioning)  # type: ignore[arg-type]
        for parameter in network.parameters():
            parameter.data *= 3  # logits that differ: the first weights make all codes nearly as likely
    video = rng.standard_normal((2, N_STEPS, 3)).astype(np.float32)
    uniform = rng.random((2, N_STEPS * COARSE), np.float32)
    expected, logits = slow_codes(network, torch.from_numpy(video), uniform, temperature=temperature)
    states = network.first_state(torch.from_numpy(video)).coarse.detach().numpy().transpose(1, 0, 2)
    found = sample_codes(
        weights_of(network),
        video if network.hears_video else video[..., :0],
        np.ascontiguousarray(states),
        uniform,
        steps_per_state=N_STEPS,
        temperature=temperature,
    )
    assert logits.std() > 0.2
    assert np.array_equal(found, expected)


def test_samples_come_as_often_as_the_network_says(rng: np.random.Generator) -> None:
    with seeded(0):
        network = SampleRNN(width=4, n_conditions=1, conditioning="frame")
    with torch.inference_mode():
        for parameter in network.parameters():
            parameter.zero_()
        network.last.bias[:] = -1e9
        network.last.bias[[3, 7, 200]] = torch.log(torch.tensor([0.5, 0.25, 0.25]))
    uniform = rng.random((1, 100 * COARSE), np.float32)
    codes = sample_codes(
        weights_of(network),
        np.zeros((1, 100, 1), np.float32),
        np.zeros((1, 1, 4), np.float32),
        uniform,
        steps_per_state=100,
        temperature=1.0,
    )
    shares = np.bincount(codes[0], minlength=N_LEVELS) / codes.size
    # 6400 draws: four standard deviations are 4 · √(0.25 / 6400) = 0.025.
    assert shares[[3, 7, 200]] == pytest.approx([0.5, 0.25, 0.25], abs=0.025)
    assert shares[[3, 7, 200]].sum() == 1


def test_a_state_is_set_where_it_is_due(rng: np.random.Generator) -> None:
    with seeded(2):
        network = SampleRNN(width=6, n_conditions=1, conditioning="sequence")
    weights = weights_of(network)
    states = 3 * rng.standard_normal((1, 2, 6)).astype(np.float32)
    nothing = np.zeros((1, N_STEPS, 0), np.float32)
    uniform = rng.random((1, N_STEPS * COARSE), np.float32)
    both = sample_codes(weights, nothing, states, uniform, steps_per_state=2, temperature=0.1)
    one = sample_codes(weights, nothing, states[:, :1], uniform, steps_per_state=2, temperature=0.1)
    assert np.array_equal(both[:, : 2 * COARSE], one[:, : 2 * COARSE])
    assert not np.array_equal(both[:, 2 * COARSE :], one[:, 2 * COARSE :])


def test_a_clip_sounds_the_same_alone_and_among_others(rng: np.random.Generator) -> None:
    with seeded(2):
        weights = weights_of(SampleRNN(width=6, n_conditions=2, conditioning="frame"))
    video = rng.standard_normal((3, 2, 2)).astype(np.float32)
    states, uniform = np.zeros((3, 1, 6), np.float32), rng.random((3, 2 * COARSE), np.float32)
    options = {"steps_per_state": 2, "temperature": 1.0}
    together = sample_codes(weights, video, states, uniform, **options)  # type: ignore[arg-type]
    alone = sample_codes(weights, video[1:2], states[1:2], uniform[1:2], **options)  # type: ignore[arg-type]
    assert np.array_equal(together[1:2], alone)
    assert COARSE % MIDDLE == 0


def test_a_wider_network_takes_longer() -> None:
    table = measure_widths([8, 256], n_seconds=0.05, n_clips=[1], n_repeats=2)
    seconds = table.set_index("width").seconds_per_second
    assert 0 < seconds[8] < seconds[256]
    assert (table.seconds_per_second * table.times_real_time).tolist() == pytest.approx([1, 1])
