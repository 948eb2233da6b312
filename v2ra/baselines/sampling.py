"""Sample after sample from a SampleRNN, compiled.

At 16 kHz a second of sound takes 16,000 passes through the finest tier, each of which needs the sample before it.
A framework's call per layer costs more than the layer. Here the whole loop is one compiled function: the tiers'
states stay in place, and embedding times first layer is a table of one row for each place and code, so that the
first layer is a sum of `MIDDLE` rows. A test holds it against the network, sample by sample.

Conventions
-----------
Weights are float32 ``(inputs, outputs)``. Codes are uint8. One uniform number in [0, 1) decides one sample.

Source
------
[15] (Mehri et al. 2017), Section 2. Ours as to how it is computed.
"""

from typing import NamedTuple

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray
from torch import Tensor, nn
from torchaudio.functional import mu_law_decoding

from v2ra.baselines.sample_rnn_network import COARSE, MIDDLE, N_EMBEDDING, N_LEVELS, SILENCE, SampleRNN

Float32 = NDArray[np.float32]


class Gru(NamedTuple):
    """A recurrent tier: weights of its input and its state, for the gates r, z and n side by side."""

    w_in: Float32
    w_state: Float32
    b_in: Float32
    b_state: Float32


class Layer(NamedTuple):
    """A linear layer."""

    weight: Float32
    bias: Float32


class Weights(NamedTuple):
    """All that the loop reads."""

    coarse: Gru
    coarse_down: Layer
    middle_in: Layer
    middle: Gru
    middle_down: Layer
    table: Float32  # (MIDDLE, N_LEVELS, width): embedding times first layer
    second: Layer
    last: Layer
    values: Float32  # (N_LEVELS,): codes as sound


def weights_of(network: SampleRNN) -> Weights:
    """Lay out a network's weights for the loop."""
    with torch.inference_mode():
        places = network.first.weight.reshape(-1, MIDDLE, N_EMBEDDING)  # (width, MIDDLE, N_EMBEDDING)
        table = torch.einsum("qe,wme->mqw", network.embedding.weight, places)
        values = mu_law_decoding(torch.arange(N_LEVELS), N_LEVELS)
        return Weights(
            _gru(network.coarse),
            _layer(network.coarse_down),
            _layer(network.middle_in),
            _gru(network.middle),
            _layer(network.middle_down),
            _array(table),
            _layer(network.second),
            _layer(network.last),
            _array(values),
        )


def sample_codes(
    weights: Weights,
    video: Float32,
    states: Float32,
    uniform: Float32,
    *,
    steps_per_state: int,
    temperature: float,
) -> NDArray[np.uint8]:
    """Draw the sounds of some clips, one after another in time, side by side in memory.

    Parameters
    ----------
    weights : Weights
        Of `weights_of`.
    video : float32 (n_clips, n_coarse, n_conditions)
        What the coarsest tier hears of the video at each of its steps; no columns for "sequence".
    states : float32 (n_clips, n_states, width)
        What the coarsest tier is set to, the first before the first sample, the next every `steps_per_state`
        steps; where they end, it goes on as it is.
    uniform : float32 (n_clips, n_coarse * COARSE)
        In [0, 1): one for each sample.
    steps_per_state : int
        Of the coarsest tier.
    temperature : float
        Above 0; below 1 the likelier codes become more likely still.

    Returns
    -------
    uint8 (n_clips, n_coarse * COARSE)
        μ-law codes.

    Examples
    --------
    >>> from v2ra.baselines.fitting import seeded
    >>> with seeded(0):
    ...     network = SampleRNN(width=4, n_conditions=1, conditioning="frame")
    >>> video, states = np.zeros((1, 2, 1), np.float32), np.zeros((1, 1, 4), np.float32)
    >>> least = np.zeros((1, 128), np.float32)
    >>> sample_codes(weights_of(network), video, states, least, steps_per_state=9, temperature=1.0)[0, :3]
    array([0, 0, 0], dtype=uint8)
    """
    sharpness = np.float32(1 / temperature)
    codes = np.full((len(uniform), COARSE + uniform.shape[1]), SILENCE, np.uint8)
    for clip in range(len(uniform)):
        _sample(weights, video[clip], states[clip], steps_per_state, uniform[clip], sharpness, codes[clip])
    return codes[:, COARSE:]


def _array(tensor: Tensor) -> Float32:
    return np.ascontiguousarray(tensor.detach().float().cpu().numpy())


def _layer(layer: nn.Linear) -> Layer:
    return Layer(_array(layer.weight.T), _array(layer.bias))


def _gru(gru: nn.GRU) -> Gru:
    tensors = dict(gru.named_parameters())
    weights = [_array(tensors[f"weight_{part}_l0"].T) for part in ("ih", "hh")]
    return Gru(*weights, *(_array(tensors[f"bias_{part}_l0"]) for part in ("ih", "hh")))


# "contract" lets a product and a sum be one instruction; the order of sums stays.
_compiled = njit(cache=True, fastmath={"contract"}, nogil=True)


@_compiled
def _apply(weight, vector, out):  # type: ignore[no-untyped-def]
    """Add weight.T @ vector to out, row by row: the inner loop runs along memory."""
    for row in range(len(vector)):
        value = vector[row]
        if value != 0:  # half of what a rectifier gives
            for column in range(len(out)):
                out[column] += value * weight[row, column]


@_compiled
def _advance(gru, inputs, state):  # type: ignore[no-untyped-def]
    """Move a GRU's state on by one step."""
    width = len(state)
    new, old = gru.b_in.copy(), gru.b_state.copy()
    _apply(gru.w_in, inputs, new)
    _apply(gru.w_state, state, old)
    for unit in range(width):
        reset = 1 / (1 + np.exp(-(new[unit] + old[unit])))
        update = 1 / (1 + np.exp(-(new[width + unit] + old[width + unit])))
        candidate = np.tanh(new[2 * width + unit] + reset * old[2 * width + unit])
        state[unit] = (1 - update) * candidate + update * state[unit]


@_compiled
def _linear(layer, vector):  # type: ignore[no-untyped-def]
    out = layer.bias.copy()
    _apply(layer.weight, vector, out)
    return out


@_compiled
def _drawn(logits, uniform, sharpness):  # type: ignore[no-untyped-def]
    """Return the code at which the summed probabilities pass a uniform number."""
    peak = logits.max()
    total = np.float32(0)
    for code in range(len(logits)):
        logits[code] = np.exp((logits[code] - peak) * sharpness)
        total += logits[code]
    left = uniform * total
    for code in range(len(logits)):
        left -= logits[code]
        if left < 0:
            return code
    return len(logits) - 1


@_compiled
def _next_code(weights, recent, handed, uniform, sharpness):  # type: ignore[no-untyped-def]
    """Run the finest tier once."""
    hidden = handed.copy()
    for place in range(len(recent)):
        row = weights.table[place, recent[place]]
        for unit in range(len(hidden)):
            hidden[unit] += row[unit]
    second = _linear(weights.second, np.maximum(hidden, 0))
    logits = _linear(weights.last, np.maximum(second, 0))
    return _drawn(logits, uniform, sharpness)


@_compiled
def _sample(weights, video, states, steps_per_state, uniform, sharpness, codes):  # type: ignore[no-untyped-def]
    """Fill the codes of one clip after its first `COARSE`."""
    width, n_video = states.shape[1], video.shape[1]
    coarse, middle = np.zeros(width, np.float32), np.zeros(width, np.float32)
    inputs = np.zeros(COARSE + n_video, np.float32)
    for start in range(0, len(uniform), COARSE):
        inputs[:COARSE] = weights.values[codes[start : start + COARSE]]
        inputs[COARSE:] = video[start // COARSE]
        state, begins = divmod(start // COARSE, steps_per_state)
        if begins == 0 and state < len(states):
            coarse[:] = states[state]
        _advance(weights.coarse, inputs, coarse)
        from_coarse = _linear(weights.coarse_down, coarse)
        for step in range(COARSE // MIDDLE):
            first = start + step * MIDDLE
            at = first + COARSE
            known = weights.values[codes[at - MIDDLE : at]]
            heard = _linear(weights.middle_in, known) + from_coarse[step * width : (step + 1) * width]
            _advance(weights.middle, heard, middle)
            handed = _linear(weights.middle_down, middle)
            for place in range(MIDDLE):
                recent = codes[at + place - MIDDLE : at + place]
                mine = handed[place * width : (place + 1) * width]
                codes[at + place] = _next_code(weights, recent, mine, uniform[first + place], sharpness)
