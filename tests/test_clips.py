"""Clips of many kinds, sound and damaged, become frames and sound in step; muxing leaves packets alone.

The clips are made here, small and short: source frame k shows the bits of k as eight black or white
stripes, so that a decoded frame says which source frame it is, whatever the codec lost.
"""

import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
import soundfile
from av.stream import Disposition
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from v2ra.clips import (
    frames_by_time_stamp,
    mux,
    probe_clip,
    read_clip,
    read_waveform,
    stream_frames,
    write_video,
    write_waveform,
)
from v2ra.errors import InputError
from v2ra.frames import TOLERANCE_SECONDS, shown_ticks
from v2ra.media import packet_span, video_span
from v2ra.sound import aligned
from v2ra.waveforms import sound_frame

LAYOUTS = {1: "mono", 2: "stereo"}


def picture(k: int) -> NDArray[np.uint8]:
    """Return uint8 (48, 64, 3): stripe i is white if bit i of k is set."""
    bits = (k >> np.arange(8)) & 1
    return np.tile(np.repeat(bits * 255, 8)[None, :, None], (48, 1, 3)).astype(np.uint8)


def number(frame: NDArray[np.uint8]) -> int:
    """Return the k that a frame (256, 256, 3) shows."""
    stripes = frame.reshape(256, 8, 32, 3).mean(axis=(0, 2, 3))  # (8,)
    return int(((stripes > 128) << np.arange(8)).sum())


def film(
    path: Path,
    pictures: Sequence[NDArray[np.uint8]],
    *,
    rate: Fraction | int = 30,
    stamps: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    rotation: int = 0,
    sound: NDArray[np.float32] | None = None,
    sample_rate: int = 44_100,
    sound_start: int = 0,
) -> Path:
    """Encode pictures (height, width, 3) and sound (n_channels, time)."""
    base = time_base or 1 / Fraction(rate)
    with av.open(str(path), "w") as out:
        video = out.add_stream(codec, rate=Fraction(rate), options=options or {})
        assert isinstance(video, av.VideoStream)
        video.height, video.width = pictures[0].shape[:2]
        video.codec_context.time_base = base
        if rotation:
            video.set_display_rotation(rotation)
        audio = None
        if sound is not None:
            audio = out.add_stream("flac", rate=sample_rate, layout=LAYOUTS[len(sound)])
        for k, image in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = (stamps[k] if stamps else k), base
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if audio is not None and sound is not None:
            for begin in range(0, sound.shape[1], 1024):
                block = np.ascontiguousarray(sound[:, begin : begin + 1024])
                samples = av.AudioFrame.from_ndarray(block, format="fltp", layout=LAYOUTS[len(sound)])
                samples.sample_rate, samples.time_base = sample_rate, Fraction(1, sample_rate)
                samples.pts = sound_start + begin
                out.mux(audio.encode(samples))
            out.mux(audio.encode(None))
    return path


def tone(n_samples: int, sample_rate: int, frequency: float = 1000.0) -> NDArray[np.float32]:
    seconds = np.arange(n_samples) / sample_rate
    return (0.5 * np.sin(2 * np.pi * frequency * seconds)).astype(np.float32)


def numbers(path: Path) -> list[int]:
    """Return which source frame each frame shows."""
    return [number(frame) for _, frame in stream_frames(path)]


def packets(path: Path) -> list[tuple[bytes, Fraction | None, Fraction | None]]:
    with av.open(str(path)) as container:
        found = [p for p in container.demux(container.streams.video[0]) if p.size]
        return [
            (
                bytes(p),
                None if p.pts is None else p.pts * p.time_base,
                None if p.dts is None else p.dts * p.time_base,
            )
            for p in found
        ]


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of H.264 at 30 frames a second, with B-frames, and a tone."""
    path = tmp_path_factory.mktemp("clips") / "plain.mp4"
    return film(path, [picture(k) for k in range(60)], sound=tone(88_200, 44_100)[None], options={"g": "15"})


@pytest.fixture(scope="session")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("clips") / "silent.mp4", [picture(k) for k in range(15)])


# ---------------------------------------------------------------------------- time stamps

# Odd half microseconds: never on the edge of a tick, where rounding alone would decide.
STAMPS = st.lists(st.integers(0, 3_000_000).map(lambda n: (n + 0.5) * 1e-6), min_size=1, max_size=60)


@given(stamps=STAMPS, frame_rate=st.sampled_from([10, 15, 25, 30]), n_frames=st.integers(0, 100))
def test_each_tick_shows_the_last_frame_that_is_due(
    stamps: list[float], frame_rate: int, n_frames: int
) -> None:
    shown = frames_by_time_stamp(stamps, frame_rate, n_frames)
    for k in range(n_frames):
        expected = 0
        for i in range(len(stamps)):
            if max(stamps[: i + 1]) <= k / frame_rate + TOLERANCE_SECONDS:
                expected = i
        assert shown[k] == expected


@given(stamps=STAMPS, frame_rate=st.sampled_from([10, 30]))
def test_streaming_picks_the_same_frames_as_picking_from_a_list(stamps: list[float], frame_rate: int) -> None:
    frames = [(seconds, 0.04, index) for index, seconds in enumerate(stamps)]
    streamed = [index for ticks, index in shown_ticks(frames, frame_rate) for _ in ticks]
    assert streamed == frames_by_time_stamp(stamps, frame_rate, len(streamed)).tolist()
    end = max(stamps) + 0.04
    assert len(streamed) >= round(end * frame_rate)


@pytest.mark.parametrize("rate", [Fraction(30_000, 1001), 30, 25, 24, 15, 10, 60, Fraction(24_000, 1001)])
def test_every_frame_rate_comes_out_at_thirty(rate: Fraction | int, tmp_path: Path) -> None:
    n_source = 50
    path = film(tmp_path / "a.mp4", [picture(k) for k in range(n_source)], rate=rate)
    n_frames = round(n_source / rate * 30)
    shown = numbers(path)
    assert len(shown) == n_frames
    assert shown == frames_by_time_stamp([float(k / rate) for k in range(n_source)], 30, n_frames).tolist()
    assert all(a <= b for a, b in pairwise(shown))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_variable_frame_rate_follows_its_time_stamps(
    suffix: str, tmp_path: Path, rng: np.random.Generator
) -> None:
    gaps = rng.choice([9, 17, 33, 41, 120, 400], size=39)  # ms
    stamps = [0, *np.cumsum(gaps).tolist()]
    pictures = [picture(k) for k in range(40)]
    path = film(tmp_path / f"a{suffix}", pictures, stamps=stamps, time_base=Fraction(1, 1000))
    shown = numbers(path)
    assert len(set(gaps.tolist())) > 3
    assert shown == frames_by_time_stamp([s / 1000 for s in stamps], 30, len(shown)).tolist()
    assert (
        abs(len(shown) - stamps[-1] / 1000 * 30) <= 2
    )  # the last frame has no stated length in every container


def test_a_clip_that_begins_late_begins_at_its_first_frame(tmp_path: Path) -> None:
    pictures = [picture(k) for k in range(30)]
    path = film(
        tmp_path / "a.mkv", pictures, stamps=[500 + 40 * k for k in range(30)], time_base=Fraction(1, 1000)
    )
    assert numbers(path)[:4] == [0, 0, 1, 2]
    assert len(numbers(path)) == 36  # 30 frames of 40 ms


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.webm", "libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"}),
        ("a.mp4", "mpeg4", {}),
        ("b.avi", "mpeg4", {"bf": "2"}),
        ("a.ts", "libx264", {}),
        ("a.mpg", "mpeg1video", {}),
        ("a.mkv", "ffv1", {}),
    ],
)
def test_codecs_and_containers_decode_alike(
    name: str, codec: str, options: dict[str, str], tmp_path: Path
) -> None:
    path = film(tmp_path / name, [picture(k) for k in range(30)], codec=codec, options=options)
    assert numbers(path) == list(range(30))
    assert probe_clip(path).n_seconds == pytest.approx(1.0, abs=0.001)  # Matroska rounds to 1 ms


# ---------------------------------------------------------------------------- pictures


def test_only_wanted_frames_are_yielded_and_they_are_the_same(plain: Path) -> None:
    every = dict(stream_frames(plain))
    some = dict(stream_frames(plain, wanted=lambda k: k % 3 == 2))
    assert sorted(every) == list(range(60))
    assert sorted(some) == list(range(2, 60, 3))
    assert all(np.array_equal(some[k], every[k]) for k in some)


def test_reading_stops_where_it_is_told(plain: Path) -> None:
    assert [k for k, _ in stream_frames(plain, n_seconds=0.5)] == list(range(15))
    assert [k for k, _ in stream_frames(plain, n_seconds=0.0)] == [0]


def test_a_caller_may_write_into_a_frame_without_harm_to_the_next(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", [picture(20)] * 5, rate=10)
    n_frames = 0
    for _, frame in stream_frames(path):
        assert number(frame) == 20
        frame[:] = 0
        n_frames += 1
    assert n_frames > 1


def test_frames_are_squeezed_to_the_square_as_an_area_mean(tmp_path: Path, rng: np.random.Generator) -> None:
    coarse = rng.integers(60, 196, (9, 16, 3)).astype(np.uint8)
    image = np.asarray(cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)
    path = film(tmp_path / "a.mp4", [image], options={"crf": "4"})
    _, frame = next(stream_frames(path))
    expected = cv2.resize(image, (256, 256), interpolation=cv2.INTER_AREA)
    assert frame.shape == (256, 256, 3)
    assert frame.dtype == np.uint8
    # Conversion to YUV and back with halved colour planes costs a level or two.
    assert np.abs(frame.astype(float) - expected).mean() < 2


def test_fine_stripes_become_their_mean(tmp_path: Path) -> None:
    stripes = np.zeros((360, 1280, 3), np.uint8)
    stripes[:, ::2] = 255
    path = film(tmp_path / "a.mkv", [stripes], codec="ffv1")
    _, frame = next(stream_frames(path))
    # Five columns become one: two or three of them are white, so 102 to 153, and one level of rounding.
    assert frame.min() >= 101
    assert frame.max() <= 154


@pytest.mark.parametrize("rotation", [0, 90, -90, 180])
def test_a_turned_phone_is_turned_back_as_another_decoder_does(rotation: int, tmp_path: Path) -> None:
    image = np.zeros((96, 128, 3), np.uint8)
    image[:48, :64, 0], image[:48, 64:, 1], image[48:, :64, 2] = 255, 255, 255
    path = film(tmp_path / "a.mp4", [image] * 3, rotation=rotation, options={"crf": "10"})
    _, frame = next(stream_frames(path))
    reading, other = cv2.VideoCapture(str(path)).read()  # turns by itself; BGR
    assert reading
    expected = cv2.resize(other[:, :, ::-1], (256, 256), interpolation=cv2.INTER_AREA)
    # The edges of the quarters are blurred a little differently; a wrong turn differs by over 60.
    assert np.abs(frame.astype(float) - expected).mean() < 5


def test_one_frame_is_a_clip(tmp_path: Path) -> None:
    clip = read_clip(film(tmp_path / "a.mp4", [picture(7)]))
    assert clip.frames.shape == (1, 256, 256, 3)
    assert clip.n_seconds == pytest.approx(1 / 30)
    assert clip.problems == ()


# ---------------------------------------------------------------------------- sound


@pytest.mark.parametrize("sample_rate", [22_050, 44_100, 48_000, 96_000, 8_000])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_sound_of_any_rate_becomes_one_channel_at_44100_hz(
    sample_rate: int, n_channels: int, tmp_path: Path
) -> None:
    sound = np.stack([tone(2 * sample_rate, sample_rate)] * n_channels)
    path = film(tmp_path / "a.mkv", [picture(k) for k in range(60)], sound=sound, sample_rate=sample_rate)
    waveform = read_waveform(path)
    assert waveform.dtype == np.float32
    assert abs(len(waveform) - 88_200) <= 1  # the resampler rounds the last fraction of a sample
    inner = slice(441, -441)  # its filter reaches 64 samples past both ends
    error = waveform[inner] - tone(len(waveform), 44_100)[inner]
    # 16-bit steps lie 92 dB below this tone, the resampler's error 98 dB.
    assert 20 * np.log10(np.std(error) / np.std(waveform)) < -80


def test_channels_are_averaged(tmp_path: Path) -> None:
    sound = tone(44_100, 44_100)
    for right, factor in [(-sound, 0.0), (np.zeros_like(sound), 0.5)]:
        path = film(tmp_path / "a.mkv", [picture(k) for k in range(30)], sound=np.stack([sound, right]))
        assert np.abs(read_waveform(path) - factor * sound).max() < 2**-15  # a step of 16 bits


@pytest.mark.parametrize("late", [0.2, -0.2])
def test_sound_is_aligned_with_the_start_of_the_video(
    late: float, tmp_path: Path, rng: np.random.Generator
) -> None:
    sound = rng.uniform(-0.5, 0.5, 44_100).astype(np.float32)
    # Both begin at 0.5 s or later on the clock of the file; Matroska keeps that to 1 ms.
    path = film(
        tmp_path / "a.mkv",
        [picture(k) for k in range(30)],
        stamps=[500 + 33 * k for k in range(30)],
        time_base=Fraction(1, 1000),
        sound=sound[None],
        sound_start=round((0.5 + late) * 44_100),
    )
    waveform = read_waveform(path)
    n_late = round(late * 44_100)
    assert len(waveform) == pytest.approx(44_100 + n_late, abs=45)  # 1 ms
    if late > 0:
        assert not waveform[: n_late - 45].any()
        assert waveform[n_late + 45 : n_late + 200].any()
    else:
        lag = np.argmax(np.correlate(sound[:12_000], waveform[:2000], "valid"))
        assert lag == pytest.approx(-n_late, abs=45)


def test_sound_that_begins_a_third_of_a_frame_late_is_shifted_to_the_sample(tmp_path: Path) -> None:
    sound = np.full((1, 44_100), 0.5, np.float32)
    path = film(tmp_path / "a.mp4", [picture(k) for k in range(30)], sound=sound, sound_start=441)
    waveform = read_waveform(path)
    assert len(waveform) == 441 + 44_100
    assert not waveform[:441].any()
    assert (waveform[441:] == 0.5).all()


def test_samples_that_are_not_numbers_become_zeros_and_are_reported(tmp_path: Path) -> None:
    sound = tone(9_000, 44_100)
    sound[[100, 5000]] = np.nan, np.inf
    soundfile.write(tmp_path / "a.wav", sound, 44_100, subtype="FLOAT")
    problems: list[str] = []
    waveform = read_waveform(tmp_path / "a.wav", problems=problems)
    assert problems == ["audio: 2 samples are not numbers; zeros stand in their place"]
    assert np.array_equal(waveform, np.nan_to_num(sound, nan=0.0, posinf=0.0))


def test_a_time_stamp_far_past_the_end_fills_no_memory() -> None:
    block = np.full(1000, 0.5, np.float32)
    frames = [sound_frame(block, position, sample_rate=1000) for position in (0, 10**9, 2000)]
    problems: list[str] = []
    chunks = list(aligned(((frame, frame.samples) for frame in frames), 0.0, 10.0, problems))
    waveform = np.concatenate([samples for _, samples in chunks])
    assert problems == ["audio: a time stamp of 1000000.00 s lies past the end; it is passed over"]
    assert waveform.tolist() == [0.5] * 3000


def test_overlapping_sound_is_cut_and_a_hole_is_filled() -> None:
    block = np.full(1000, 0.5, np.float32)
    frames = [sound_frame(block, position, sample_rate=1000) for position in (0, 500, 2000, 3000)]
    frames[3].pts = None  # without a time stamp it follows the one before
    chunks = list(aligned(((frame, frame.samples) for frame in frames), 0.0, 10.0, []))
    waveform = np.concatenate([samples for _, samples in chunks])
    assert waveform.tolist() == [0.5] * 1500 + [0.0] * 500 + [0.5] * 2000


def test_aac_starts_on_time_and_ends_with_the_video(tmp_path: Path) -> None:
    click = np.zeros(44_100, np.float32)
    click[20_000:20_010] = 0.9
    write_video(tmp_path / "a.mp4", [picture(k) for k in range(30)], click)
    waveform = read_waveform(tmp_path / "a.mp4")
    assert len(waveform) == 44_100  # the padding of the last AAC frame is left out
    assert abs(int(np.abs(waveform).argmax()) - 20_005) <= 10


def test_audio_files_are_read_too(tmp_path: Path) -> None:
    write_waveform(tmp_path / "a.flac", tone(48_000, 48_000), sample_rate=48_000)
    assert len(read_waveform(tmp_path / "a.flac")) == 44_100
    info = probe_clip(tmp_path / "a.flac")
    assert (info.has_video, info.has_audio, info.sample_rate, info.n_channels) == (False, True, 48_000, 1)
    assert info.n_seconds == pytest.approx(1.0)


# ---------------------------------------------------------------------------- probe and clip


def test_the_header_is_told(plain: Path, silent: Path) -> None:
    info = probe_clip(plain)
    assert (info.width, info.height, info.video_codec, info.audio_codec) == (64, 48, "h264", "flac")
    assert (info.n_seconds, info.frame_rate, info.sample_rate, info.n_channels) == (2.0, 30.0, 44_100, 1)
    assert not probe_clip(silent).has_audio


def test_cover_art_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w", format="mp4") as out:
        audio = out.add_stream("aac", rate=44_100, layout="mono")
        cover = out.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        art = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        art.pts = 0
        cover_packets = [*cover.encode(art), *cover.encode(None)]
        out.mux([*audio.encode(sound_frame(tone(1024, 44_100), 0, sample_rate=44_100)), *audio.encode(None)])
        out.mux(cover_packets)
    assert not probe_clip(path).has_video
    assert probe_clip(path).has_audio
    with pytest.raises(InputError, match="has no video"):
        read_clip(path)


def test_a_clip_holds_frames_and_sound(plain: Path, silent: Path) -> None:
    clip = read_clip(plain)
    assert clip.frames.shape == (60, 256, 256, 3)
    assert clip.waveform.shape == (88_200,)
    assert clip.n_seconds == 2.0
    assert clip.problems == ()
    assert read_clip(silent).waveform.shape == (0,)


# ---------------------------------------------------------------------------- muxing


@pytest.mark.parametrize(
    ("name", "codec", "options", "rate"),
    [
        ("a.mp4", "libx264", {}, 30),
        ("b.mp4", "libx264", {"bf": "3"}, Fraction(30_000, 1001)),
        ("c.mp4", "mpeg4", {}, 25),
        ("a.webm", "libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"}, 30),
        ("a.avi", "mpeg4", {}, 24),
        ("b.avi", "mpeg4", {"bf": "2"}, 30),
        ("a.mpg", "mpeg1video", {}, 30),
    ],
)
def test_muxing_leaves_the_packets_alone_and_the_sound_is_as_long_as_the_video(
    name: str,
    codec: str,
    options: dict[str, str],
    rate: Fraction | int,
    tmp_path: Path,
    rng: np.random.Generator,
) -> None:
    source = film(tmp_path / name, [picture(k) for k in range(31)], codec=codec, options=options, rate=rate)
    n_samples = round(packet_span(source).n_seconds * 44_100)
    waveform = rng.uniform(-0.9, 0.9, n_samples).astype(np.float32)
    out = tmp_path / "out.mp4"
    mux(source, waveform, out, sample_rate=44_100)
    assert packets(out) == packets(source)
    assert video_span(out).n_seconds == pytest.approx(packet_span(source).n_seconds, abs=1e-9)
    found = read_waveform(out)
    assert abs(len(found) - n_samples) <= 1
    assert np.abs(found[:n_samples] - waveform).max() <= 2**-16  # half a step of 16 bits
    with av.open(str(out)) as container:
        assert abs(sum(frame.samples for frame in container.decode(audio=0)) - n_samples) <= 1


def test_a_matroska_file_keeps_bytes_and_rounds_times_to_a_millisecond(tmp_path: Path) -> None:
    source = film(tmp_path / "a.webm", [picture(k) for k in range(30)], codec="libvpx")
    mux(source, np.zeros(44_100), tmp_path / "out.mkv", sample_rate=44_100)
    before, after = packets(source), packets(tmp_path / "out.mkv")
    assert [p[0] for p in before] == [p[0] for p in after]
    shifts = [abs(float(a[1] or 0) - float(b[1] or 0)) for a, b in zip(before, after, strict=True)]
    assert max(shifts) <= 0.0005
    assert len(read_waveform(tmp_path / "out.mkv")) == 44_100


@pytest.mark.parametrize("n_samples", [88_200 - 1470, 88_200 + 1470, 88_199])
def test_a_waveform_off_by_a_frame_at_most_is_fitted(n_samples: int, plain: Path, tmp_path: Path) -> None:
    mux(plain, tone(n_samples, 44_100), tmp_path / "out.mp4", sample_rate=44_100)
    found = read_waveform(tmp_path / "out.mp4")
    assert len(found) == 88_200
    assert not found[n_samples:].any()


def test_another_sample_rate_is_kept(plain: Path, tmp_path: Path) -> None:
    mux(plain, tone(96_000, 48_000), tmp_path / "out.mp4", sample_rate=48_000)
    assert probe_clip(tmp_path / "out.mp4").sample_rate == 48_000
    assert len(read_waveform(tmp_path / "out.mp4", sample_rate=48_000)) == 96_000


def test_muxing_keeps_the_turn_of_a_phone(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", [picture(k) for k in range(30)], rotation=90)
    mux(source, np.zeros(44_100), tmp_path / "out.mp4", sample_rate=44_100)
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert next(container.decode(video=0)).rotation == 90


def test_packets_that_an_edit_list_hides_at_the_end_are_left_out(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", [picture(k) for k in range(60)], options={"bf": "0"})
    data = bytearray(source.read_bytes())
    at = data.index(b"elst") + 12  # after name, version and count: the duration, 32 bits, in ms
    data[at : at + 4] = (1000).to_bytes(4, "big")
    source.write_bytes(data)
    assert numbers(source) == list(range(30))
    mux(source, np.zeros(44_100), tmp_path / "out.mp4", sample_rate=44_100)
    assert numbers(tmp_path / "out.mp4") == list(range(30))
    assert packets(tmp_path / "out.mp4") == packets(source)[:30]


@pytest.mark.parametrize(
    ("waveform", "out", "reason"),
    [
        (
            np.zeros(88_200 - 1472),
            "out.mp4",
            r"found 1\.967 s of sound for 2\.000 s of video.*give 88200 samples",
        ),
        (np.zeros(88_200 + 1472), "out.mp4", r"found 2\.033 s of sound"),
        (np.full(88_200, np.nan), "out.mp4", "88200 samples that are NaN"),
        (np.zeros((88_200, 1)), "out.mp4", "give one channel"),
        (np.zeros(88_200), "out.webm", r"expected \.mp4 or \.mkv"),
        (np.zeros(88_200), "no/out.mp4", "create it first"),
        (np.zeros(88_200), "", "choose one of them"),
    ],
)
def test_what_cannot_be_muxed_is_refused_and_leaves_nothing(
    waveform: NDArray[np.float64], out: str, reason: str, plain: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=reason):
        mux(plain, waveform, tmp_path / out, sample_rate=44_100)
    assert list(tmp_path.iterdir()) == []


def test_the_original_is_never_written_over(plain: Path) -> None:
    before = plain.read_bytes()
    with pytest.raises(InputError, match="is the original"):
        mux(plain, np.zeros(88_200), plain, sample_rate=44_100)
    assert plain.read_bytes() == before


def test_a_codec_that_mp4_does_not_carry_is_refused_with_a_way_out(tmp_path: Path) -> None:
    source = film(tmp_path / "a.webm", [picture(k) for k in range(30)], codec="libvpx")
    with pytest.raises(InputError, match=r"out\.mp4 cannot hold vp8 video.*write to \.mkv"):
        mux(source, np.zeros(44_100), tmp_path / "out.mp4", sample_rate=44_100)
    assert [file.name for file in tmp_path.iterdir()] == ["a.webm"]


def test_real_clips_keep_their_packets_and_get_sound_of_the_same_length(
    shared: Path, tmp_path: Path, rng: np.random.Generator
) -> None:
    clips = sorted((shared / "real" / "clips").rglob("*.mp4"))
    assert clips
    for source in clips:
        n_samples = round(packet_span(source).n_seconds * 44_100)
        mux(source, rng.uniform(-0.5, 0.5, n_samples), tmp_path / "out.mp4", sample_rate=44_100)
        assert packets(tmp_path / "out.mp4") == packets(source), source.name
        length = video_span(tmp_path / "out.mp4").n_seconds * 44_100
        assert abs(len(read_waveform(tmp_path / "out.mp4")) - length) <= 1, source.name


# ---------------------------------------------------------------------------- writing


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, rng: np.random.Generator) -> None:
    frames = rng.integers(0, 256, (20, 64, 64, 3)).astype(np.uint8)
    waveform = rng.uniform(-0.5, 0.5, 29_400).astype(np.float32)
    write_video(tmp_path / "a.mp4", frames, waveform)
    write_video(tmp_path / "b.mp4", iter(frames), waveform)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_neither_the_date_nor_the_writer_is_in_the_file(plain: Path, tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", [picture(0)] * 3)
    mux(plain, np.zeros(88_200), tmp_path / "b.mp4", sample_rate=44_100)
    for name in ("a.mp4", "b.mp4"):
        data = (tmp_path / name).read_bytes()
        assert b"Lavf" not in data
        at = data.index(b"mvhd") + 8  # after name, version and flags: the dates of making and of change
        assert data[at : at + 8] == bytes(8)


def test_written_frames_come_back_close_to_what_they_were(tmp_path: Path) -> None:
    slope = np.linspace(0, 200, 256).astype(np.uint8)
    still = np.repeat(np.tile(slope[:, None], (1, 256))[..., None], 3, axis=2)  # (256, 256, 3)
    frames = np.stack([np.roll(still, k, axis=0) for k in range(30)])
    write_video(tmp_path / "a.mp4", frames)
    clip = read_clip(tmp_path / "a.mp4")
    assert clip.frames.shape == frames.shape
    # CRF 20 costs a level on average; another time stamp or colour matrix costs more.
    assert np.abs(clip.frames.astype(float) - frames).mean() < 1.5
    assert probe_clip(tmp_path / "a.mp4").n_seconds == 1.0


@pytest.mark.parametrize(
    ("frames", "waveform", "name", "reason"),
    [
        (np.zeros((0, 64, 64, 3), np.uint8), None, "a.mp4", "found no frame"),
        (np.zeros((3, 64, 64, 3)), None, "a.mp4", "of float64; expected uint8"),
        (np.zeros((3, 63, 64, 3), np.uint8), None, "a.mp4", "even size"),
        (np.zeros((3, 64), np.uint8), None, "a.mp4", r"found a frame \(64,\)"),
        ([np.zeros((64, 64, 3), np.uint8), np.zeros((32, 64, 3), np.uint8)], None, "a.mp4", "one even size"),
        (
            np.zeros((30, 64, 64, 3), np.uint8),
            np.zeros(22_050),
            "a.mp4",
            r"found 0\.500 s of sound for 1\.000 s",
        ),
        (np.zeros((30, 64, 64, 3), np.uint8), None, "a.avi", r"does not end in \.mp4"),
    ],
)
def test_frames_that_cannot_be_written_are_refused_and_leave_nothing(
    frames: Any, waveform: NDArray[np.float64] | None, name: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=reason):
        write_video(tmp_path / name, frames, waveform)
    assert list(tmp_path.iterdir()) == []


FULL = """
import resource, sys
import numpy as np
from pathlib import Path
from v2ra.clips import mux, write_video, write_waveform
from v2ra.errors import InputError
folder, rng = Path(sys.argv[1]), np.random.default_rng(0)
frames, waveform = rng.integers(0, 256, (30, 128, 128, 3)).astype(np.uint8), rng.uniform(-1, 1, 44_100)
write_video(folder / "source.mp4", frames, waveform)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
lines = []
for work in (
    lambda: write_video(folder / "a.mp4", frames, waveform),
    lambda: mux(folder / "source.mp4", waveform, folder / "b.mp4", sample_rate=44_100),
    lambda: mux(folder / "source.mp4", waveform, folder / "b.mkv", sample_rate=44_100),
    lambda: write_waveform(folder / "c.wav", waveform, sample_rate=44_100),
):
    try:
        work()
    except InputError as error:
        lines.append(str(error))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print("\\n".join(lines))
"""


@pytest.mark.parametrize("limit", [100, 60_000])
def test_a_disk_that_fills_up_is_one_line_and_leaves_nothing_half_written(limit: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(limit)], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 4
    assert all("could not be written (File too large)" in line for line in lines)
    assert done.stderr == ""
    assert [file.name for file in tmp_path.iterdir()] == ["source.mp4"]


# ---------------------------------------------------------------------------- bad input


def make_missing(folder: Path, plain: Path) -> Path:
    return folder / "a.mp4"


def make_folder(folder: Path, plain: Path) -> Path:
    return folder


def make_empty(folder: Path, plain: Path) -> Path:
    (folder / "a.mp4").write_bytes(b"")
    return folder / "a.mp4"


def make_text(folder: Path, plain: Path) -> Path:
    (folder / "a.mp4").write_text("a list of birds\n" * 100)
    return folder / "a.mp4"


def make_noise(folder: Path, plain: Path) -> Path:
    (folder / "a.mp4").write_bytes(np.random.default_rng(0).bytes(20_000))
    return folder / "a.mp4"


def make_cut_off(folder: Path, plain: Path) -> Path:
    data = plain.read_bytes()
    assert data.index(b"moov") > len(data) // 2  # the index is at the end
    (folder / "a.mp4").write_bytes(data[: len(data) // 2])
    return folder / "a.mp4"


def make_sound_only(folder: Path, plain: Path) -> Path:
    write_waveform(folder / "a.wav", tone(4410, 44_100), sample_rate=44_100)
    return folder / "a.wav"


def make_without_frames(folder: Path, plain: Path) -> Path:
    source = bytearray(plain.read_bytes())
    begin = source.index(b"mdat") + 4
    source[begin : source.index(b"moov") - 4] = bytes(source.index(b"moov") - 4 - begin)
    (folder / "a.mp4").write_bytes(source)
    return folder / "a.mp4"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_missing, "does not exist; expected a video"),
        (make_folder, "is a folder; expected a video"),
        (make_empty, "is empty; expected a video"),
        (make_text, "is not a media file; expected a video"),
        (make_noise, "is not a media file; expected a video"),
        (make_cut_off, "its index is missing; expected a whole MP4"),
        (make_sound_only, "has no video; expected a video file"),
        (make_without_frames, "no frame of it can be decoded; expected a video"),
    ],
)
@pytest.mark.filterwarnings("ignore:(video|audio). packets lost")
def test_bad_input_is_one_clear_line(
    make: Callable[[Path, Path], Path],
    reason: str,
    plain: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = make(tmp_path, plain)
    with pytest.raises(InputError, match=reason) as caught:
        list(stream_frames(path))
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    with pytest.raises(InputError):
        read_clip(path)
    assert capfd.readouterr().err == ""  # FFmpeg adds nothing of its own


def test_sound_asked_of_a_silent_video_is_refused(silent: Path) -> None:
    with pytest.raises(InputError, match="has no sound; expected a sound track"):
        read_waveform(silent)


def test_a_file_name_with_a_colon_is_no_address(
    silent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("http:a.mp4").write_bytes(silent.read_bytes())
    assert len(list(stream_frames("http:a.mp4"))) == 15
    mux("http:a.mp4", np.zeros(22_050), "https:b.mp4", sample_rate=44_100)
    assert len(read_waveform("https:b.mp4")) == 22_050


def test_a_playlist_does_not_reach_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
        path = tmp_path / "a.m3u8"
        path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{address}\n#EXT-X-ENDLIST\n")
        with pytest.raises(InputError, match="is not a media file"):
            probe_clip(path)
        with pytest.raises(TimeoutError):
            server.accept()


# ---------------------------------------------------------------------------- damage


def spoilt(source: Path, path: Path, kind: str, chosen: Callable[[int], bool]) -> Path:
    """Overwrite chosen packets of one kind with noise."""
    data = bytearray(source.read_bytes())
    with av.open(str(source)) as container:
        found = [p for p in container.demux() if p.size and p.stream.type == kind]
        spots = [(p.pos, p.size) for k, p in enumerate(found) if chosen(k)]
    rng = np.random.default_rng(0)
    for begin, size in spots:
        assert begin is not None
        data[begin : begin + size] = rng.bytes(size)
    path.write_bytes(data)
    return path


def test_a_damaged_picture_is_reported_and_the_rest_is_used(plain: Path, tmp_path: Path) -> None:
    clip = read_clip(spoilt(plain, tmp_path / "a.mp4", "video", lambda k: k == 20))
    assert clip.frames.shape == (60, 256, 256, 3)
    assert clip.waveform.shape == (88_200,)
    assert len(clip.problems) == 1
    assert clip.problems[0].startswith("video: packets lost: 1, the first at 0.")
    intact = read_clip(plain)
    # Key frames come every 15: before frame 15 and from 30 on nothing depends on packet 20.
    assert np.array_equal(clip.frames[:15], intact.frames[:15])
    assert np.array_equal(clip.frames[30:], intact.frames[30:])


def test_a_picture_that_is_damaged_but_decodes_is_reported(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", [picture(k) for k in range(30)], codec="mpeg4")
    with av.open(str(source)) as container:
        packet = [p for p in container.demux() if p.size][5]
        begin, size = packet.pos, packet.size
    assert begin is not None
    data = bytearray(source.read_bytes())
    data[begin + size // 2 : begin + size] = bytes(size - size // 2)
    source.write_bytes(data)
    clip = read_clip(source)
    assert clip.problems == ("video: frames damaged: 1, the first at 0.17 s",)
    assert len(clip.frames) == 30


def test_damaged_sound_is_reported_and_the_rest_stays_in_step(plain: Path, tmp_path: Path) -> None:
    clip = read_clip(spoilt(plain, tmp_path / "a.mp4", "audio", lambda k: k == 5))
    intact = read_waveform(plain)
    assert clip.problems
    assert all(line.startswith("audio: packets lost") for line in clip.problems)
    assert len(clip.waveform) == len(intact)
    assert np.array_equal(clip.waveform[-20_000:], intact[-20_000:])


def test_sound_that_is_all_damaged_leaves_the_pictures(plain: Path, tmp_path: Path) -> None:
    path = spoilt(plain, tmp_path / "a.mp4", "audio", lambda k: True)
    clip = read_clip(path)
    assert clip.frames.shape[0] == 60
    assert clip.waveform.shape == (0,)
    assert "its sound cannot be decoded" in clip.problems[-1]


def test_damage_that_nobody_collects_is_a_warning(plain: Path, tmp_path: Path) -> None:
    path = spoilt(plain, tmp_path / "a.mp4", "video", lambda k: k == 20)
    with pytest.warns(UserWarning, match="packets lost: 1"):
        list(stream_frames(path))


def test_a_file_that_breaks_off_is_used_as_far_as_it_goes_but_not_muxed(plain: Path, tmp_path: Path) -> None:
    mux(plain, tone(88_200, 44_100), tmp_path / "whole.mp4", sample_rate=44_100)  # the index is in front
    data = (tmp_path / "whole.mp4").read_bytes()
    begin = data.index(b"mdat")
    (tmp_path / "half.mp4").write_bytes(data[: begin + (len(data) - begin) // 2])
    problems: list[str] = []
    frames = list(stream_frames(tmp_path / "half.mp4", problems=problems))
    assert 15 <= len(frames) < 50
    assert any("the file promises 2.00 s" in line for line in problems)
    with pytest.raises(InputError, match=r"is cut off at .* of 2\.00 s; expected a whole video"):
        mux(tmp_path / "half.mp4", np.zeros(88_200), tmp_path / "out.mp4", sample_rate=44_100)


# ---------------------------------------------------------------------------- memory

MEMORY = """
import resource, sys
from v2ra.clips import stream_frames
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
first = None
for k, frame in stream_frames(sys.argv[1]):
    if k == 60:
        first = peak()
print(k + 1, peak() - first)
"""


def test_memory_does_not_grow_with_the_length_of_the_video(tmp_path: Path) -> None:
    n_frames = 300
    still = np.zeros((1080, 1920, 3), np.uint8)
    path = film(tmp_path / "a.mp4", [still] * (n_frames // 3), rate=10, options={"preset": "ultrafast"})
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True
    )
    count, growth = done.stdout.split()
    assert int(count) == n_frames
    # In MB. Keeping the 80 source frames after the first 20 would cost 80 x 3.1 MB, keeping the 240
    # resized ones 47 MB; the allocator may keep a few source frames.
    assert float(growth) < 16
