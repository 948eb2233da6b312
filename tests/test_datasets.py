"""Packs and the segments that training draws: aligned, complete, repeatable; the high-pass filter."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack, high_pass, load_pack, prepared, quantise, save_pack
from v2ra.errors import InputError
from v2ra.segments import Segments
from v2ra.timing import PAPER, Timing

TIMING = Timing(sample_rate=60, frame_rate=12, feature_size=9, frame_size=8)  # 6 vectors, a gap of 1


def clip_that_tells_the_time(
    name: str, n_vectors: int, *, timing: Timing = TIMING, extra_samples: int = 0, split: str = "train"
) -> EncodedClip:
    """Return a clip whose features hold the index of the vector and whose sound counts its own vectors.

    Both repeat the clip's number (its name) so that a batch can be traced to its clip.
    """
    number = int(name)
    index = np.arange(n_vectors)
    features = np.repeat((number * 100 + index + 1)[:, None], timing.feature_size, axis=1)
    n_samples = n_vectors * timing.samples_per_vector + extra_samples
    sound = number * 100 + np.arange(n_samples) // timing.samples_per_vector + 1
    return EncodedClip(name, split, features.astype(np.float16), sound.astype(np.int16), np.array([0.25]))


def segments(*lengths: int, segmenting: str = "crop", batch_size: int = 4, seed: int = 0) -> Segments:
    """Return the segments of clips with the given numbers of vectors."""
    clips = tuple(clip_that_tells_the_time(str(i), n) for i, n in enumerate(lengths))
    return Segments(clips, segmenting, batch_size, seed, TIMING)


def told_times(batch: tuple[object, object]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what V and X of a batch tell, one number for each sample of the features' part."""
    video_vector, sound = (np.asarray(tensor)[:, 0] for tensor in batch)  # each (batch, time)
    size, step = TIMING.feature_size, TIMING.samples_per_vector
    told = video_vector.reshape(len(video_vector), -1, step)
    assert not told[..., size:].any()  # the gap behind each vector is zero
    return told[..., :size].astype(int), np.rint(sound.reshape(told.shape) * 32767).astype(int)[..., :size]


@pytest.mark.parametrize("segmenting", ["whole", "crop"])
def test_segments_stay_aligned_with_their_sound(segmenting: str) -> None:
    drawn = segments(23, 9, 6, segmenting=segmenting)
    for step in range(20):
        seen, heard = told_times(drawn.batch(step))
        assert np.array_equal(seen, heard)
        assert (np.diff(seen[..., 0], axis=1) == 1).all()  # six vectors in a row of one clip


def test_segments_stay_aligned_at_the_papers_rates() -> None:
    clip = clip_that_tells_the_time("0", 25, timing=PAPER)
    video_vector, sound = Segments((clip,), "crop", 6, 0).batch(3)
    assert video_vector.shape == sound.shape == (6, 1, 44_100)
    assert video_vector.dtype == sound.dtype
    blocks = video_vector.reshape(6, 10, 4410)[..., 0].numpy()
    heard = np.rint(sound.reshape(6, 10, 4410).numpy() * 32767)
    assert np.array_equal(heard, np.broadcast_to(blocks[..., None], heard.shape))


def test_whole_seconds_start_on_seconds_and_crops_on_every_vector() -> None:
    assert segments(20, 12, 5, segmenting="whole").starts == [(0, 0), (0, 6), (0, 12), (1, 0), (1, 6)]
    assert segments(8, 6, segmenting="crop").starts == [(0, 0), (0, 1), (0, 2), (1, 0)]


def test_a_second_needs_both_picture_and_sound() -> None:
    long_sound = clip_that_tells_the_time("0", 9, extra_samples=90)
    long_picture = clip_that_tells_the_time("1", 12)
    cut = replace(long_picture, sound=long_picture.sound[: 7 * TIMING.samples_per_vector + 3])
    drawn = Segments((long_sound, cut), "crop", 2, 0, TIMING)
    assert drawn.starts == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1)]


@given(
    lengths=st.lists(st.integers(0, 30), min_size=1, max_size=6).filter(lambda n: max(n) >= 6),
    segmenting=st.sampled_from(["whole", "crop"]),
    batch_size=st.integers(1, 9),
    seed=st.integers(0, 10),
)
def test_every_segment_is_seen_once_a_round(
    lengths: list[int], segmenting: str, batch_size: int, seed: int
) -> None:
    drawn = segments(*lengths, segmenting=segmenting, batch_size=batch_size, seed=seed)
    n = len(drawn.starts)
    n_steps = -(-2 * n // batch_size)
    seen = [pair for step in range(n_steps) for pair in drawn.order(step)]
    for first in (0, n):
        assert Counter(seen[first : first + n]) == Counter(drawn.starts)
    assert all(len(drawn.order(step)) == batch_size for step in range(n_steps))


def test_a_batch_is_a_function_of_the_step_alone() -> None:
    one, other = segments(20, 20), segments(20, 20)
    later = [one.order(step) for step in (5, 6, 7)]
    assert [other.order(step) for step in (7, 6, 5)] == later[::-1]
    for first, second in zip(one.batch(5), other.batch(5), strict=True):
        assert first.equal(second)


def test_rounds_and_seeds_shuffle_differently() -> None:
    drawn = segments(200, batch_size=195)  # 195 starts: one round a step
    orders = [drawn.order(0), drawn.order(1), segments(200, batch_size=195, seed=1).order(0)]
    assert len({tuple(order) for order in orders}) == 3
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(orders[2])


@pytest.mark.parametrize("lengths", [(), (5,), (5, 4)])
def test_clips_without_a_whole_second_are_refused(lengths: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=f"found {len(lengths)} training clips without one whole second"):
        segments(*lengths)


@pytest.fixture
def pack(rng: np.random.Generator) -> Pack:
    """Return two clips of noise, one without events."""
    clips = tuple(
        EncodedClip(
            f"wood_{i}",
            split,
            rng.uniform(-4, 9, (20, 4096)).astype(np.float16),
            rng.integers(-32767, 32768, 88_200).astype(np.int16),
            events,
        )
        for i, (split, events) in enumerate([("train", np.array([0.5, 1.25])), ("test", np.zeros(0))])
    )
    return Pack("wood", clips, {"weights_hash": "abc", "left_out": ["one: no sound"], "timing": {"p": 10}})


def test_a_pack_comes_back_as_it_was(pack: Pack, tmp_path: Path) -> None:
    save_pack(pack, tmp_path / "wood.npz")
    back = load_pack(tmp_path / "wood.npz")
    assert (back.category, back.details) == (pack.category, pack.details)
    assert len(back.clips) == len(pack.clips)
    for one, other in zip(pack.clips, back.clips, strict=True):
        assert (one.name, one.split) == (other.name, other.split)
        for part in ("features", "sound", "event_times"):
            assert getattr(one, part).dtype == getattr(other, part).dtype
            assert np.array_equal(getattr(one, part), getattr(other, part))
    assert [file.name for file in tmp_path.iterdir()] == ["wood.npz"]


def test_a_pack_takes_the_name_that_it_is_given(pack: Pack, tmp_path: Path) -> None:
    save_pack(pack, tmp_path / "wood")
    assert [file.name for file in tmp_path.iterdir()] == ["wood"]
    assert load_pack(tmp_path / "wood").category == "wood"


def test_the_parts_of_a_pack_share_no_clip(pack: Pack) -> None:
    assert [clip.name for clip in pack.part("train")] == ["wood_0"]
    assert [clip.name for clip in pack.part("test")] == ["wood_1"]
    assert pack.part("validation") == ()


def flipped(content: bytes) -> bytes:
    """Return the bytes with one of them inverted."""
    place = len(content) // 3
    return content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :]


HEADER = np.array(json.dumps({"category": "wood"}))
NAMED = {"0000.name": np.array(["a", "train"]), "0000.events": np.zeros(0)}
FEATURES = {"0000.features": np.zeros((1, 4096), np.float16)}
DAMAGED_BYTES: dict[str, Callable[[bytes], bytes]] = {
    "half": lambda content: content[: len(content) // 2],
    "one byte flipped": flipped,
    "empty": lambda content: b"",
    "text": lambda content: b"a pack\n",
}
OTHER_ARRAYS = {
    "no header": {"sound": np.zeros(3)},
    "a header that is a list": {"header": np.array("[1]")},
    "a header that is no JSON": {"header": np.array("wood")},
    "a header without category": {"header": np.array("{}")},
    "parts of a clip": {"header": HEADER, **FEATURES},
    "a clip without sound": {"header": HEADER, **NAMED, **FEATURES},
    "sound of another type": {"header": HEADER, **NAMED, **FEATURES, "0000.sound": np.zeros(9)},
    "flat features": {
        "header": HEADER,
        **NAMED,
        "0000.features": np.zeros(4096),
        "0000.sound": np.zeros(9, np.int16),
    },
}


def assert_refused_in_one_line(path: Path) -> None:
    with pytest.raises(InputError, match="not to be a pack") as refusal:
        load_pack(path)
    assert path.name in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("kind", DAMAGED_BYTES)
def test_a_damaged_pack_is_refused(kind: str, pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / "wood.npz"
    save_pack(pack, path)
    path.write_bytes(DAMAGED_BYTES[kind](path.read_bytes()))
    assert_refused_in_one_line(path)


@pytest.mark.parametrize("kind", OTHER_ARRAYS)
def test_arrays_that_are_no_pack_are_refused(kind: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "wood.npz", **OTHER_ARRAYS[kind])  # type: ignore[arg-type]  # arrays by name
    assert_refused_in_one_line(tmp_path / "wood.npz")


@given(data=st.data())
def test_no_damage_fails_in_another_way(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "a.npz"
    save_pack(Pack("wood", (clip_that_tells_the_time("0", 2),), {}), path)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(content))
    with suppress(InputError):  # a flip in a date or in the padding harms nothing
        assert load_pack(path).clips[0].name == "0"


def test_a_single_array_is_no_pack(tmp_path: Path) -> None:
    np.save(tmp_path / "wood.npy", np.zeros(3))
    assert_refused_in_one_line(tmp_path / "wood.npy")


def test_a_missing_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no file"):
        load_pack(tmp_path / "wood.npz")


def tone(frequency: float, n_seconds: float = 2.0) -> NDArray[np.float32]:
    """Return a sine of amplitude one half."""
    times = np.arange(int(n_seconds * 44_100)) / 44_100
    return np.asarray(0.5 * np.sin(2 * np.pi * frequency * times), np.float32)


def level_db(filtered: NDArray[np.float32], waveform: NDArray[np.float32]) -> float:
    """Return the gain in dB, away from the ends."""
    inner = slice(22_050, -22_050)
    return float(20 * np.log10(np.std(filtered[inner]) / np.std(waveform[inner])))


def test_the_high_pass_removes_dc_and_rumble_and_keeps_the_rest() -> None:
    rumble, hearable = tone(10, 4.0), tone(1000)
    assert (
        level_db(high_pass(rumble, cutoff_hz=60, sample_rate=44_100), rumble) < -55
    )  # 4 · 6 dB · log2(6) = 62
    assert abs(level_db(high_pass(hearable, cutoff_hz=60, sample_rate=44_100), hearable)) < 0.1
    constant = np.full(88_200, 0.3, np.float32)
    # What float32 keeps of a constant 0.3: one rounding, 2^-25 · 0.3, and the filter's own.
    assert np.abs(high_pass(constant, cutoff_hz=60, sample_rate=44_100)).max() < 1e-6


def test_the_high_pass_halves_the_power_twice_at_its_cutoff() -> None:
    waveform = tone(60, 4.0)
    # Second order gives −3 dB at the cutoff, and it runs twice.
    assert level_db(high_pass(waveform, cutoff_hz=60, sample_rate=44_100), waveform) == pytest.approx(
        -6, abs=0.1
    )


def test_the_high_pass_delays_nothing() -> None:
    click = np.zeros(8820, np.float32)
    click[4000] = 1.0
    filtered = high_pass(click, cutoff_hz=60, sample_rate=44_100)
    assert int(np.argmax(filtered)) == 4000
    # Both sides of the click are alike, but for what the ends of the clip cut off.
    np.testing.assert_allclose(filtered[4001:4500], filtered[3999:3500:-1], atol=1e-6)


@pytest.mark.parametrize("n_samples", [0, 1, 63, 64, 100])
def test_short_sounds_keep_their_length(n_samples: int) -> None:
    filtered = high_pass(np.ones(n_samples, np.float32), cutoff_hz=60, sample_rate=44_100)
    assert filtered.shape == (n_samples,)
    assert np.isfinite(filtered).all()


def test_no_cutoff_leaves_the_sound_as_it_is(rng: np.random.Generator) -> None:
    waveform = rng.uniform(-1, 1, 5000).astype(np.float32)
    assert np.array_equal(high_pass(waveform, cutoff_hz=0.0, sample_rate=44_100), waveform)


@given(st.lists(st.floats(-3, 3, width=32), max_size=20))
def test_quantised_sound_is_within_half_a_step_and_clipped(values: list[float]) -> None:
    waveform = np.array(values, np.float32)
    sound = quantise(waveform)
    assert sound.dtype == np.int16
    # Half a step of 16 bits, plus the rounding of the float32 product.
    np.testing.assert_allclose(sound / 32767, np.clip(waveform, -1, 1), atol=0.501 / 32767)


def test_the_waveform_of_a_clip_comes_back_to_the_same_16_bits() -> None:
    every = np.arange(-32767, 32768).astype(np.int16)
    clip = EncodedClip("a", "train", np.zeros((1, 4), np.float16), every, np.zeros(0))
    assert np.array_equal(quantise(clip.waveform), every)


def test_preparing_scales_features_and_filters_sound_as_asked(pack: Pack) -> None:
    config = Config().with_overrides({"data.highpass_hz": 60.0})
    ready = prepared(pack, config)
    for before, after in zip(pack.clips, ready.clips, strict=True):
        assert float(np.abs(after.features).max()) <= 1.0
        assert after.features.dtype == np.float16
        expected = quantise(high_pass(before.waveform, cutoff_hz=60.0, sample_rate=44_100))
        assert np.array_equal(after.sound, expected)
        assert np.array_equal(after.event_times, before.event_times)
    assert ready.details == pack.details


@pytest.mark.parametrize("projection", ["none", "level"])
def test_one_part_is_prepared_as_in_the_whole(pack: Pack, projection: str) -> None:
    config = Config().with_overrides({"features.projection": projection, "data.highpass_hz": 60.0})
    whole = prepared(pack, config)
    for part in ("train", "validation", "test"):
        alone = prepared(pack, config, part=part).clips
        assert [clip.name for clip in alone] == [clip.name for clip in pack.part(part)]
        for one, same in zip(alone, whole.part(part), strict=True):
            assert np.array_equal(one.features, same.features)
            assert np.array_equal(one.sound, same.sound)


def test_preparing_without_a_filter_leaves_the_sound(pack: Pack) -> None:
    ready = prepared(pack, Config())
    assert all(np.array_equal(a.sound, b.sound) for a, b in zip(pack.clips, ready.clips, strict=True))


def test_features_of_another_kind_than_configured_are_refused(pack: Pack) -> None:
    made_with = {"features": {"name": "seeded", "image_size": 64, "precision": "bf16"}, "which_frame": "last"}
    made = replace(pack, details=made_with)
    config = Config().with_overrides({"features.backend": "seeded", "features.image_size": 64})
    assert prepared(made, config).details == made_with
    for key, name, value in (
        ("backend", "name", "vgg19"),
        ("image_size", "image_size", 32),
        ("which_frame", "which_frame", "first"),
    ):
        with pytest.raises(InputError, match=rf"features have {name} .*; expected {value} as configured"):
            prepared(made, config.with_overrides({f"features.{key}": value}))
