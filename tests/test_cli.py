"""The command line: each verb on tiny clips, and one line with status 2 for whatever cannot be used."""

import json
import re
import resource
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
import pytest
import soundfile

from v2ra import cli
from v2ra.clips import probe_clip, read_waveform, write_video, write_waveform
from v2ra.datasets import load_pack
from v2ra.scheme_settings import PEAK_MATCHING

ROOT = Path(__file__).resolve().parent.parent
SMOKE = ["--config", str(ROOT / "configs" / "smoke.toml")]
TINY = [*SMOKE, "--set", "training.n_steps=2", "--set", "training.validate_every=2"]


class Outcome(NamedTuple):
    """What a call leaves: its exit status and the two streams."""

    status: int
    out: str
    err: str


Call = Callable[..., Outcome]


@pytest.fixture
def v2ra(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs the command line in this process, as far as its exit status."""

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["v2ra", *map(str, arguments)])
        monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)  # `main` puts its own there
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        return Outcome(int(left.value.code or 0), *capfd.readouterr())

    return run


def refused(outcome: Outcome, named: str) -> None:
    """Check the one line of bad input."""
    assert outcome.status == 2, outcome
    assert re.fullmatch(r"error: [^\n]+\n", outcome.err), outcome.err
    assert re.search(named, outcome.err), outcome.err
    assert outcome.out == ""


def write_clip(path: Path, *, n_frames: int = 60, seed: int = 0, sound: bool = True) -> Path:
    """Write frames that change four times a second, with a click at each change."""
    rng = np.random.default_rng(seed)
    frames = np.zeros((n_frames, 64, 64, 3), np.uint8)
    waveform = np.zeros(n_frames * 1470, np.float32)
    for start in range(0, n_frames, 8):
        frames[start:] = rng.integers(0, 255, (8, 8, 3), np.uint8).repeat(8, 0).repeat(8, 1)
        waveform[start * 1470 :][:400] = rng.uniform(-0.5, 0.5, 400)[: n_frames * 1470]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_video(path, frames, waveform if sound else None)
    return path


def damage(clip: Path, path: Path, *, n_th: int = 20) -> Path:
    """Write a copy of a clip with one packet of its picture overwritten."""
    with av.open(str(clip)) as container:
        packet = [packet for packet in container.demux(video=0) if packet.size][n_th]
    content = bytearray(clip.read_bytes())
    assert packet.pos is not None
    content[packet.pos : packet.pos + packet.size] = packet.size * b"\xff"
    path.write_bytes(bytes(content))
    return path


def picture_packets(path: Path) -> list[bytes]:
    """Return the packets of the picture as they lie in the file."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


@contextmanager
def files_limited_to(n_bytes: int) -> Iterator[None]:
    """Let the system refuse to write longer files, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of five clips of two seconds, of one category."""
    folder = tmp_path_factory.mktemp("clips")
    for index in range(5):
        write_clip(folder / "wood" / f"wood_{index}.mp4", seed=index)
    return folder


@pytest.fixture(scope="module")
def run_dir(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run folder of two steps, trained by the command line in another process."""
    out = tmp_path_factory.mktemp("runs") / "wood"
    command = [sys.executable, "-m", "v2ra.cli", "train", *TINY, "--data", clips, "--category", "wood"]
    done = subprocess.run(
        [*map(str, command), "--out", str(out), "--accelerator", "cpu"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "wood: 5 clips (train 3, validation 1, test 1); contacts of 5 found in their sound",
        f"wrote {out}; selected step 2 of 2",
    ]
    return out


@pytest.fixture
def clip(clips: Path) -> Path:
    """Return one of the clips."""
    return clips / "wood" / "wood_0.mp4"


def bad_file(kind: str, folder: Path) -> Path:
    """Make a file that is no clip, of one of several kinds."""
    path = folder / f"{kind}.mp4"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("not a video\n" * 40)
    elif kind == "truncated":
        whole = write_clip(folder / "whole.mp4").read_bytes()
        path.write_bytes(whole[: len(whole) // 3])
    elif kind == "sound_alone":
        write_waveform(folder / "sound.wav", np.zeros(44_100, np.float32), sample_rate=44_100)
        (folder / "sound.wav").rename(path)
    elif kind == "no_frames":
        with av.open(str(path), "w") as container:
            container.add_stream("libx264", rate=30).width = 64  # a header, and nothing after it
    return path


BAD_FILES = ["missing", "empty", "text", "truncated", "sound_alone", "no_frames"]


# --- generate


@pytest.mark.parametrize("kind", BAD_FILES)
def test_what_is_no_clip_is_named_and_nothing_is_written(
    kind: str, tmp_path: Path, run_dir: Path, v2ra: Call
) -> None:
    path = bad_file(kind, tmp_path)
    out = tmp_path / "out" / "sound.wav"
    refused(v2ra("generate", path, "--run", run_dir, "--out", out), rf"{kind}\.mp4")
    assert not out.parent.exists()


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_a_clip_gets_sound_as_long_as_itself(
    suffix: str, clip: Path, run_dir: Path, tmp_path: Path, v2ra: Call
) -> None:
    out = tmp_path / "new" / f"sound{suffix}"
    outcome = v2ra("generate", clip, "--run", run_dir, "--out", out)
    assert outcome.status == 0, outcome.err
    assert outcome.out.startswith(f"wrote {out}: 2.00 s of sound; real-time factor ")
    assert len(read_waveform(out)) == 88_200
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_an_mp4_keeps_the_picture_packet_by_packet(
    clip: Path, run_dir: Path, tmp_path: Path, v2ra: Call
) -> None:
    out = tmp_path / "sound.mp4"
    outcome = v2ra("generate", clip, "--run", run_dir, "--out", out, "--json")
    figures = json.loads(outcome.out)
    assert set(figures) == {"n_seconds", "real_time_factor", "feature_factor", "generator_factor"}
    assert figures["n_seconds"] == 2.0
    assert picture_packets(out) == picture_packets(clip)
    assert abs(len(read_waveform(out)) - 88_200) <= 1  # the contract: one sample
    assert probe_clip(out).n_seconds == 2.0


def test_a_clip_without_sound_is_dubbed(tmp_path: Path, run_dir: Path, v2ra: Call) -> None:
    clip = write_clip(tmp_path / "mute.mp4", n_frames=15, sound=False)
    outcome = v2ra("generate", clip, "--run", run_dir, "--out", tmp_path / "sound.wav")
    assert outcome.status == 0, outcome.err
    assert len(read_waveform(tmp_path / "sound.wav")) == 22_050


def test_one_frame_is_dubbed(tmp_path: Path, run_dir: Path, v2ra: Call) -> None:
    clip = write_clip(tmp_path / "still.mp4", n_frames=1, sound=False)
    outcome = v2ra("generate", clip, "--run", run_dir, "--out", tmp_path / "sound.wav")
    assert outcome.status == 0, outcome.err
    assert len(read_waveform(tmp_path / "sound.wav")) == 1_470


def test_a_corrupt_packet_is_reported_and_the_rest_is_dubbed(
    clip: Path, run_dir: Path, tmp_path: Path, v2ra: Call
) -> None:
    path = damage(clip, tmp_path / "damaged.mp4")
    outcome = v2ra("generate", path, "--run", run_dir, "--out", tmp_path / "sound.wav")
    assert outcome.status == 0, outcome.err
    assert re.search(r"^note: video: (packets|frames) \w+: \d+, the first at 0\.\d\d s$", outcome.out, re.M)
    assert len(read_waveform(tmp_path / "sound.wav")) == 88_200


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("sound.mp3", r"output sound\.mp3; expected a name that ends in \.wav, \.flac, \.mp4"),
        ("sound", r"output sound; expected a name"),
        ("blocker/sound.wav", "blocker"),
    ],
)
def test_an_output_that_cannot_be_written_is_refused(
    name: str, named: str, clip: Path, run_dir: Path, tmp_path: Path, v2ra: Call
) -> None:
    (tmp_path / "blocker").write_text("a file, no folder")
    refused(v2ra("generate", clip, "--run", run_dir, "--out", tmp_path / name), named)
    assert [path.name for path in tmp_path.iterdir()] == ["blocker"]


@pytest.mark.parametrize("suffix", [".wav", ".mp4"])
def test_a_full_disk_is_one_line_and_leaves_nothing(
    suffix: str, clip: Path, run_dir: Path, tmp_path: Path, v2ra: Call
) -> None:
    out = tmp_path / "out" / f"sound{suffix}"
    with files_limited_to(2048):
        outcome = v2ra("generate", clip, "--run", run_dir, "--out", out)
    *notes, line = outcome.err.splitlines()  # that samples were clipped, before the file was begun
    assert all(note.startswith("note: ") for note in notes)
    refused(outcome._replace(err=f"{line}\n"), r"could not be written .*nothing half-written is left")
    assert list(out.parent.iterdir()) == []


def test_a_missing_run_folder_is_refused(clip: Path, tmp_path: Path, v2ra: Call) -> None:
    outcome = v2ra("generate", clip, "--run", tmp_path / "nowhere", "--out", tmp_path / "sound.wav")
    refused(outcome, "no run.json in .*nowhere; expected a run folder")


def test_weights_of_another_shape_are_refused(clip: Path, run_dir: Path, tmp_path: Path, v2ra: Call) -> None:
    other = Path(shutil.copytree(run_dir, tmp_path / "other"))
    description = json.loads((other / "run.json").read_text())
    description["config"]["generator"]["base_width"] = 8
    (other / "run.json").write_text(json.dumps(description))
    out = tmp_path / "sound.wav"
    refused(v2ra("generate", clip, "--run", other, "--out", out), "do not fit the run's configuration")
    assert not out.exists()


# --- denoise, peak-match, generate --enhance


@pytest.fixture
def hits(tmp_path: Path) -> Path:
    """Return a sound file of two damped tones in noise, 1 s at 22.05 kHz."""
    since = np.arange(22_050) / 22_050 % 0.5
    tones = 0.8 * np.sin(2 * np.pi * 600 * since) * np.exp(-since / 0.03)
    noise = 0.01 * np.random.default_rng(0).standard_normal(len(since))
    write_waveform(tmp_path / "hits.wav", tones + noise, sample_rate=22_050)
    return tmp_path / "hits.wav"


def test_a_sound_is_denoised_at_its_own_rate(hits: Path, tmp_path: Path, v2ra: Call) -> None:
    outcome = v2ra("denoise", hits, tmp_path / "out.flac")
    assert outcome.status == 0, outcome.err
    written = f"wrote {tmp_path / 'out.flac'}: 1.00 s at 22050 Hz; noise "
    assert re.search(rf"^{re.escape(written)}0\.0\d+ RMS$", outcome.out, re.M)
    assert probe_clip(tmp_path / "out.flac").sample_rate == 22_050
    figures = json.loads(v2ra("denoise", hits, tmp_path / "o.wav", "--noise-std", 0.02, "--json").out)
    assert set(figures) == {"n_seconds", "sample_rate", "noise_std", "notes"}
    assert figures["noise_std"] == 0.02


@pytest.mark.parametrize("mode", ["literal", "corrected"])
def test_the_peaks_of_a_sound_are_matched(mode: str, hits: Path, tmp_path: Path, v2ra: Call) -> None:
    out = tmp_path / "out.wav"
    outcome = v2ra("peak-match", hits, "foley:wood", out, "--mode", mode)
    assert outcome.status == 0, outcome.err
    assert "note: the recording is an embedded synthetic one of wood, seed 0\n" in outcome.out
    line = outcome.out.splitlines()[-1]
    assert re.fullmatch(rf"wrote {re.escape(str(out))}: 1\.00 s at 22050 Hz; \d+ grains, {mode}", line)
    assert len(read_waveform(out, sample_rate=22_050)) == 22_050
    figures = json.loads(v2ra("peak-match", hits, hits, out, "--mode", mode, "--json").out)
    assert figures["recording"] == str(hits)


def test_silence_and_one_sample_have_a_result_or_one_line(tmp_path: Path, v2ra: Call) -> None:
    write_waveform(tmp_path / "silence.wav", np.zeros(22_050), sample_rate=22_050)
    write_waveform(tmp_path / "one.wav", np.full(1, 0.5), sample_rate=22_050)
    assert v2ra("denoise", tmp_path / "silence.wav", tmp_path / "out.wav").status == 0
    assert not read_waveform(tmp_path / "out.wav").any()
    refused(v2ra("denoise", tmp_path / "one.wav", tmp_path / "o.wav"), "found 1 samples; expected .* or more")
    assert v2ra("denoise", tmp_path / "one.wav", tmp_path / "o.wav", "--noise-std", 0.01).status == 0
    outcome = v2ra("peak-match", tmp_path / "silence.wav", "foley:dog", tmp_path / "out.wav")
    assert (outcome.status, outcome.err) == (
        0,
        "note: no peak of the sound reaches 0.1: the result is silent\n",
    )
    refused(
        v2ra("peak-match", tmp_path / "one.wav", tmp_path / "silence.wav", tmp_path / "x.wav"),
        r"no peak of 0\.1 in the recording, whose largest sample is 0;",
    )
    assert not (tmp_path / "x.wav").exists()


def write_bad(folder: Path, name: str) -> Path:
    """Write a sound with one thing wrong with it, 1 s at 22.05 kHz unless that is it."""
    since = np.arange(22_050) / 22_050 % 0.5
    hits = 0.8 * np.sin(2 * np.pi * 600 * since) * np.exp(-since / 0.03)
    hits = (hits + 0.01 * np.random.default_rng(0).standard_normal(len(since))).astype(np.float32)
    holed = np.where(np.arange(len(hits)) // 100 == 3, np.float32(np.inf if name == "inf" else np.nan), hits)
    sounds = {
        "silence": 0 * hits,
        "one sample": hits[:1] + 0.5,
        "nan": holed,
        "inf": holed,
        "all nan": hits * np.nan,
        "beyond": 3 * hits,
        "clipped": np.clip(5 * hits, -1, 1),
        "offset": np.clip(hits + 0.3, -1, 1),
        "8 kHz": hits[:8000],
        "4 kHz": hits[:4000],
        "stereo": np.stack([hits, 0.3 * hits], axis=1),
        "without peaks": 0.05 * hits,
        "short": hits[:2000],
        "shorter than a window": hits[5:15],
    }
    rate = {"8 kHz": 8000, "4 kHz": 4000}.get(name, 22_050)
    path = folder / f"{name}.wav"
    soundfile.write(path, sounds[name], rate, subtype="FLOAT")
    return path


NO_PEAK = (
    r"found no peak of 0\.1 in the recording, .*; take another or a louder recording, or lower the height"
)
SILENT = "note: no peak of the sound reaches 0.1: the result is silent"


@pytest.mark.parametrize(
    ("name", "denoised", "matched", "recorded"),
    [  # a note or, from "error: ", the one line; "" is a result of which nothing needs to be said
        ("silence", "", SILENT, f"error: {NO_PEAK}"),
        (
            "one sample",
            "error: found 1 samples; expected 1120 or more to measure",
            SILENT,
            f"error: {NO_PEAK}",
        ),
        (
            "nan",
            "100 samples are not numbers; zeros",
            "100 samples are not numbers",
            "100 samples are not numbers",
        ),
        (
            "inf",
            "100 samples are not numbers; zeros",
            "100 samples are not numbers",
            "100 samples are not numbers",
        ),
        ("all nan", "22050 samples are not numbers; zeros", SILENT, f"error: {NO_PEAK}"),
        ("beyond", "beyond ±1 are clipped, the largest 7", "beyond ±1 are clipped", "beyond ±1 are clipped"),
        ("clipped", "", "", ""),
        ("offset", "", "", ""),
        ("8 kHz", "", "", ""),
        ("4 kHz", "error: found 4000 Hz; expected 8000 Hz or more; resample", "", ""),
        ("stereo", "2 channels; their mean is used", "2 channels; their mean", "2 channels; their mean"),
        ("without peaks", "", SILENT, f"error: {NO_PEAK}"),
        ("short", "", "", ""),
        ("shorter than a window", "error: found 10 samples; expected 1120 or more", "", ""),
    ],
)
@pytest.mark.parametrize("mode", ["literal", "corrected"])
def test_bad_sounds_and_recordings_have_a_result_or_one_line(
    name: str, denoised: str, matched: str, recorded: str, mode: str, hits: Path, tmp_path: Path, v2ra: Call
) -> None:
    bad, out = write_bad(tmp_path, name), tmp_path / "out.wav"
    calls = [(bad, matched, ["peak-match", bad, hits, out, "--mode", mode])]
    calls += [(hits, recorded, ["peak-match", hits, bad, out, "--mode", mode])]
    calls += [(bad, denoised, ["denoise", bad, out])] * (mode == "literal")
    for source, told, arguments in calls:
        outcome = v2ra(*arguments)
        if told.startswith("error: "):
            refused(outcome, told.removeprefix("error: "))
            assert not out.exists()
            continue
        assert outcome.status == 0, outcome.err
        assert told in outcome.out + outcome.err
        assert not told or told == SILENT or f"{bad}" in outcome.out  # the note names the file
        sound, rate = soundfile.read(out)
        assert (len(sound), rate) == (soundfile.info(source).frames, soundfile.info(source).samplerate)
        assert np.isfinite(sound).all()
        assert sound.any() != (told == SILENT or name in ("silence", "all nan"))
        out.unlink()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["denoise", "none.wav", "out.wav"], r"none\.wav does not exist"),
        (["denoise", "HITS", "out.mp3"], r"found output out\.mp3"),
        (
            ["denoise", "HITS", "out.wav", "--noise-std", "-1"],
            r"found denoising\.noise_std = -1\.0 in --noise-std",
        ),
        (["peak-match", "HITS", "none", "out.wav"], "none does not exist; expected a recording or a folder"),
        (["peak-match", "HITS", "foley:brass", "out.wav"], "found category 'brass'"),
        (
            ["peak-match", "HITS", "HITS", "out.wav", "--mode", "best"],
            "--mode = 'best'; expected one of literal, corrected",
        ),
        (
            ["peak-match", "HITS", "HITS", "out.wav", "--level", "loud"],
            "--level = 'loud'; expected one of peak",
        ),
        (["denoise", "HITS", "out.wav", "--blocks", "3x3"], "found denoising.blocks in --blocks = '3x3'"),
        (["peak-match", "HITS", "HITS", "out.wav", "--seed", "-1"], r"found peak_match\.seed = -1 in --seed"),
        (["denoise", "HITS", "out.wav", "--config", "none.toml"], r"found no file none\.toml"),
        (
            ["peak-match", "HITS", "HITS", "out.wav", "--grain-seconds", "0"],
            r"grain_seconds = 0\.0 in --grain",
        ),
    ],
)
def test_what_cannot_be_enhanced_is_one_line(
    arguments: list[str], named: str, hits: Path, v2ra: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(hits.parent)
    refused(v2ra(*[hits.name if part == "HITS" else part for part in arguments]), named)
    assert [path.name for path in hits.parent.iterdir()] == [hits.name]


def test_the_defaults_that_the_help_shows_are_those_of_the_library(v2ra: Call) -> None:
    text = " ".join(v2ra("peak-match", "--help").out.split())
    named = {"grain-seconds": PEAK_MATCHING.grain_seconds, "min-height": PEAK_MATCHING.min_height}
    for option, value in named.items():
        assert re.search(rf"--{option} [^-]*default {value}\.", text)
    assert f"{PEAK_MATCHING.level} (default)" in text


def test_a_file_sets_both_schemes_and_an_option_wins(hits: Path, tmp_path: Path, v2ra: Call) -> None:
    settings, other = tmp_path / "settings.toml", tmp_path / "other.toml"
    settings.write_text(
        '[denoising]\nnoise = "given"\nnoise_std = 0.03\nblocks = "8x1"\n'
        '[peak_match]\nmode = "corrected"\nmin_height = 0.3\nseed = 3\n'
    )
    other.write_text("[peak_match]\nseed = 4\n")

    def figures(verb: str, *more: object) -> dict[str, Any]:
        outcome = v2ra(verb, hits, *more, "--config", settings, "--json")
        assert outcome.status == 0, outcome.err
        return dict(json.loads(outcome.out))

    out = tmp_path / "out.wav"
    assert figures("denoise", out)["noise_std"] == 0.03
    of_file = read_waveform(out)
    assert figures("denoise", out, "--noise-std", 0.01)["noise_std"] == 0.01
    figures("denoise", out, "--blocks", "2x16")
    assert not np.array_equal(of_file, read_waveform(out))
    matched = figures("peak-match", "foley:wood", out)
    assert (matched["mode"], matched["recording"]) == (
        "corrected",
        "an embedded synthetic one of wood, seed 3",
    )
    assert figures("peak-match", "foley:wood", out, "--mode", "literal")["mode"] == "literal"
    assert figures("peak-match", "foley:wood", out, "--seed", 0)["recording"].endswith("seed 0")
    assert figures("peak-match", "foley:wood", out, "--config", other)["recording"].endswith("seed 3")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[denoising]\nnoise_std = 0.1\n", "found denoising.noise_std = 0.1 with denoising.noise"),
        ("[peak_match]\ninterval = 0.1\n", r"found unknown key 'peak_match\.interval' in .*settings\.toml"),
        ("[denoise]\nnoise_std = 0.1\n", r"found 'denoise' in .*settings\.toml; expected a section"),
        ("[denoising]\nquiet_share = 0\n", r"found denoising\.quiet_share = 0\.0 in .*settings\.toml"),
    ],
)
def test_a_file_with_another_key_is_one_line(
    text: str, named: str, hits: Path, tmp_path: Path, v2ra: Call
) -> None:
    (tmp_path / "settings.toml").write_text(text)
    refused(v2ra("denoise", hits, tmp_path / "o.wav", "--config", tmp_path / "settings.toml"), named)
    assert not (tmp_path / "o.wav").exists()


def test_a_dub_is_enhanced_when_asked(clip: Path, run_dir: Path, tmp_path: Path, v2ra: Call) -> None:
    def generate(name: str, *more: object) -> Outcome:
        outcome = v2ra("generate", clip, "--run", run_dir, "--out", tmp_path / name, *more)
        assert outcome.status == 0, outcome.err
        return outcome

    generate("plain.wav")
    figures = json.loads(generate("clean.wav", "--enhance", "denoise", "--json").out.splitlines()[-1])
    assert set(figures) - {"n_seconds", "real_time_factor", "feature_factor", "generator_factor"} == {
        "enhance_factor"
    }
    outcome = generate("match.wav", "--enhance", "peak-match", "--mode", "corrected")
    assert "note: the recording is an embedded synthetic one of wood, seed 0\n" in outcome.out
    sounds = [read_waveform(tmp_path / f"{name}.wav") for name in ("plain", "clean", "match")]
    assert [len(sound) for sound in sounds] == [88_200] * 3
    assert not np.array_equal(sounds[0], sounds[1])
    assert not np.array_equal(sounds[0], sounds[2])
    refused(
        v2ra("generate", clip, "--run", tmp_path, "--out", tmp_path / "x.wav", "--recording", clip),
        "found --recording with enhancement 'none', which takes none; leave it out",
    )


# --- train


def train(v2ra: Call, data: Path, out: Path, *more: object, category: str = "wood") -> Outcome:
    """Train two steps on the CPU."""
    where = ("--data", data, "--category", category, "--out", out, "--accelerator", "cpu")
    return v2ra("train", *TINY, *where, *more)


def test_a_run_is_kept_and_continued_only_when_asked(
    clips: Path, run_dir: Path, tmp_path: Path, v2ra: Call
) -> None:
    out = Path(shutil.copytree(run_dir, tmp_path / "run"))
    before = (out / "generator.safetensors").read_bytes()
    refused(train(v2ra, clips, out), "found a run in .*add --resume")
    outcome = train(v2ra, clips, out, "--resume")
    assert (outcome.status, outcome.out.splitlines()[-1]) == (0, f"wrote {out}; selected step 2 of 2")
    assert (out / "generator.safetensors").read_bytes() == before
    refused(train(v2ra, clips, out, "--resume", "--seed", 1), "with another seed")


def test_a_run_starts_from_the_networks_of_another(
    clips: Path, run_dir: Path, tmp_path: Path, v2ra: Call
) -> None:
    outcome = train(v2ra, clips, tmp_path / "run", "--from", run_dir)
    assert outcome.status == 0, outcome
    assert json.loads((tmp_path / "run" / "run.json").read_text())["from"]["category"] == "wood"
    wider = ("--from", run_dir, "--set", "generator.base_width=5")
    refused(train(v2ra, clips, tmp_path / "wider", *wider), "of shape .* in the generator of .*; expected")
    assert not (tmp_path / "wider" / "run.json").exists()


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("training.steps=3", r"unknown key 'training\.steps'"),
        ("trainer.n_steps=3", "'trainer' in --set"),
        ("training.n_steps=many", r"training\.n_steps .*= 'many'; expected a value of type int"),
        ("training.n_steps=0", r"training\.n_steps"),
        ("n_steps", r"expected section\.key=value"),
        ("features.backend=resnet", "expected one of vgg19, efficientnet_lite0, seeded"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(
    setting: str, named: str, clips: Path, tmp_path: Path, v2ra: Call
) -> None:
    refused(train(v2ra, clips, tmp_path / "run", "--set", setting), named)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[training]\nsteps = 3\n", r"unknown key 'training\.steps' in .*own\.toml"),
        ("[trainer]\nn_steps = 3\n", "'trainer' in .*own"),
        ("[training\n", "not to be TOML"),
        (None, r"no file .*own\.toml"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(
    text: str | None, named: str, clips: Path, tmp_path: Path, v2ra: Call
) -> None:
    path = tmp_path / "own.toml"
    if text is not None:
        path.write_text(text)
    refused(train(v2ra, clips, tmp_path / "run", "--config", path), named)
    assert not (tmp_path / "run").exists()


def test_an_unknown_category_is_refused_with_those_that_there_are(
    clips: Path, tmp_path: Path, v2ra: Call
) -> None:
    outcome = train(v2ra, clips, tmp_path / "run", category="brass")
    refused(outcome, "no category 'brass'; expected one of wood")
    assert not (tmp_path / "run").exists()


def test_a_folder_without_a_clip_that_sounds_is_refused(tmp_path: Path, v2ra: Call) -> None:
    for index in range(3):
        write_clip(tmp_path / "data" / "wood" / f"mute_{index}.mp4", n_frames=30, sound=False)
    refused(train(v2ra, tmp_path / "data", tmp_path / "run"), r"no usable clip in .*mute_0\.mp4 has no sound")
    assert not (tmp_path / "run").exists()


def test_a_run_cannot_lie_in_a_file(clips: Path, tmp_path: Path, v2ra: Call) -> None:
    (tmp_path / "blocker").write_text("a file, no folder")
    refused(train(v2ra, clips, tmp_path / "blocker" / "run"), "blocker/run/cache cannot be made")


# --- data, features, score, doctor


def test_clips_that_cannot_be_used_are_listed_and_the_others_counted(tmp_path: Path, v2ra: Call) -> None:
    for index in range(3):
        write_clip(tmp_path / "wood" / f"wood_{index}.mp4", n_frames=30, seed=index)
    write_clip(tmp_path / "wood" / "mute.mp4", n_frames=30, sound=False)
    bad_file("text", tmp_path / "wood")
    outcome = v2ra("data", "check", tmp_path)
    assert outcome.status == 0
    assert re.search(
        r"^wood +plain folders +3 +3\.0 +30 +44100 +0 +0 +1 +1 +1 +hash", outcome.out, re.MULTILINE
    )
    assert len(re.findall(r"^cannot be used: .*\.mp4", outcome.out, re.MULTILINE)) == 2
    assert outcome.out.splitlines()[-1] == f"next: v2ra reproduce --data {tmp_path}"
    report = json.loads(v2ra("data", "check", tmp_path, "--json").out)
    assert report["categories"]["wood"]["n_clips"] == 3
    assert {Path(problem["file"]).name for problem in report["problems"]} == {"mute.mp4", "text.mp4"}


def test_greatest_hits_are_checked_by_their_layout(
    tmp_path: Path, v2ra: Call, make_greatest_hits: Callable[..., None]
) -> None:
    recordings = {f"2015-03-01-00-00-0{i}": ("clean", ("cloth", "None") * 3) for i in range(4)}
    make_greatest_hits(tmp_path, recordings | {"2015-03-01-00-00-04": ("noisy", ("cloth",) * 6)})
    outcome = v2ra("data", "check", tmp_path)
    assert re.search(r"^cloth +Greatest Hits +4 +4\.8 +30 +44100 +4 +24 ", outcome.out, re.MULTILINE), outcome
    assert "left out: 1 files; clean.min_snr_db 1\n" in outcome.out
    report = json.loads(
        v2ra(
            "data", "check", tmp_path, "--set", "data.split=official", "--set", "clean.apply=false", "--json"
        ).out
    )
    assert report["categories"]["cloth"]["split_by"] == "official lists"
    assert report["next"][-1].endswith(" --split official")
    assert report["categories"]["cloth"]["n_clips"] == 5


def test_three_videos_in_a_folder_become_a_model_and_a_dub(tmp_path: Path, v2ra: Call) -> None:
    for index in range(3):
        write_clip(tmp_path / "my_clips" / f"phone_{index}.mp4", seed=index)
    outcome = train(v2ra, tmp_path / "my_clips", tmp_path / "run", category="door")
    assert outcome.status == 0, outcome
    assert outcome.out.startswith("door: 3 clips (train 1, validation 1, test 1); contacts of 3 found")
    pack = load_pack(tmp_path / "run" / "cache" / "door.npz")
    assert (pack.category, len(pack.details["detected"])) == ("door", 3)
    clip = tmp_path / "my_clips" / "phone_0.mp4"
    outcome = v2ra("generate", clip, "--run", tmp_path / "run", "--out", tmp_path / "dubbed.mp4")
    assert outcome.status == 0, outcome
    assert probe_clip(tmp_path / "dubbed.mp4").has_audio


def test_greatest_hits_train_a_material_with_their_own_contacts(
    tmp_path: Path, v2ra: Call, make_greatest_hits: Callable[..., None]
) -> None:
    recordings = {f"2015-03-01-00-00-0{i}": ("clean", ("wood",) * 5) for i in range(3)}
    make_greatest_hits(
        tmp_path / "vis-data-256", recordings | {"2015-03-01-00-00-03": ("noisy", ("wood",) * 5)}
    )
    outcome = train(v2ra, tmp_path / "vis-data-256", tmp_path / "run")
    assert outcome.out.splitlines()[0] == (
        "wood: 3 clips (train 1, validation 1, test 1); contacts of 0 found in their sound; "
        "1 files not taken, see `v2ra data check`"
    )
    pack = load_pack(tmp_path / "run" / "cache" / "wood.npz")
    assert (pack.details["layout"], pack.details["split"]) == ("Greatest Hits", "random")
    assert pack.clips[0].event_times == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])


def test_data_are_made_and_pass_their_own_check(tmp_path: Path, v2ra: Call) -> None:
    made = v2ra(
        *("data", "make", "--out", tmp_path / "data", "--category", "wood"),
        *("--n-clips", 1, "--seconds", 1, "--jobs", 1),
    )
    assert made.status == 0, made.err
    manifest = json.loads((tmp_path / "data" / "manifest.json").read_text())
    assert manifest["synthetic"] is True
    report = json.loads(v2ra("data", "check", tmp_path / "data", "--json").out)
    assert report["categories"]["wood"]["annotated"] == 1
    assert report["problems"] == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--category", "brass"], "'?brass'?; expected one of bird"),
        (["--n-clips", "0"], "7 categories, 0 clips"),
        (["--n-clips", "some"], "--n-clips"),
        (["--seconds", "0"], "clip of 0.0 s"),
    ],
)
def test_data_that_cannot_be_made_are_refused(
    arguments: list[str], named: str, tmp_path: Path, v2ra: Call
) -> None:
    refused(v2ra("data", "make", "--out", tmp_path / "data", *arguments), named)
    assert not (tmp_path / "data").exists()


def test_a_clip_becomes_vectors_and_a_folder_a_pack(
    clip: Path, clips: Path, tmp_path: Path, v2ra: Call
) -> None:
    outcome = v2ra("features", clip, "--out", tmp_path, *SMOKE)
    assert outcome.out == f"wrote {tmp_path / 'wood_0.npy'}: 20 vectors of 4096 values\n"
    assert np.load(tmp_path / "wood_0.npy").shape == (20, 4096)
    outcome = v2ra("features", clips, "--out", tmp_path / "packs", *SMOKE)
    assert outcome.out == f"wrote {tmp_path / 'packs' / 'wood'}.npz: 5 clips, 0 left out\n"
    pack = load_pack(tmp_path / "packs" / "wood.npz")
    assert {clip.split for clip in pack.clips} == {"train", "validation", "test"}
    outcome = train(v2ra, tmp_path / "packs" / "wood.npz", tmp_path / "run", category="dog")
    refused(outcome, r"wood\.npz to hold wood; expected dog")


@pytest.mark.parametrize("kind", BAD_FILES)
def test_features_of_what_is_no_clip_are_refused(kind: str, tmp_path: Path, v2ra: Call) -> None:
    path = bad_file(kind, tmp_path)
    refused(v2ra("features", path, "--out", tmp_path / "out", *SMOKE), rf"{kind}\.mp4")
    assert not (tmp_path / "out").exists()


def test_a_sound_scores_full_marks_against_itself(clip: Path, v2ra: Call) -> None:
    scores = json.loads(v2ra("score", clip, clip, "--json").out)
    assert list(scores) == [
        *("odg", "di", "movs", "osg", "mms", "msf", "rms"),
        *("onset_f", "onset_precision", "onset_recall", "envelope_correlation"),
        *("sample_rate", "n_seconds", "best_lag_seconds", "rms_ratio"),
    ]
    assert scores["odg"] > 0
    assert (len(scores["movs"]), scores["osg"]) == (11, 0)
    assert (scores["onset_f"], scores["sample_rate"], scores["n_seconds"]) == (1.0, 44_100, 2.0)
    assert scores["envelope_correlation"] == pytest.approx(1.0)
    text = v2ra("score", clip, clip).out
    assert re.search(r"^onset_f +1\.0000  onset F-measure, ±50 ms; 0 … 1; higher is better$", text, re.M)


def test_sounds_of_different_length_are_not_compared(clip: Path, tmp_path: Path, v2ra: Call) -> None:
    short = write_clip(tmp_path / "short.mp4", n_frames=30)
    refused(v2ra("score", clip, short), "sounds of 2.00 s and 1.00 s; expected the same length")
    refused(v2ra("score", clip, tmp_path / "missing.wav"), r"missing\.wav")


def test_the_doctor_tells_versions_and_backends(v2ra: Call) -> None:
    outcome = v2ra("doctor")
    assert outcome.status == 0
    assert re.search(r"^torch +\d+\.\d+", outcome.out, re.M)
    assert re.search(r"^seeded: ready", outcome.out, re.M)


# --- the command line itself


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["generate"], "Missing argument"),
        (["generate", "--nope"], "No such option: --nope"),
        (["dub"], "No such command 'dub'"),
        (["train", *SMOKE], "Missing option '--data'"),
    ],
)
def test_a_wrong_call_is_one_line_too(arguments: list[str], named: str, v2ra: Call) -> None:
    refused(v2ra(*arguments), f"{named}.*; see --help")


def test_no_verb_at_all_prints_the_help(v2ra: Call) -> None:
    outcome = v2ra()
    assert outcome.status == 2
    assert outcome.err.startswith("Usage: ")
    assert v2ra("--help").status == 0


def test_a_warning_is_one_line_without_the_place_in_the_code(
    v2ra: Call, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    v2ra("--help")
    cli._note(UserWarning("two samples\nwere clipped"), UserWarning, "file.py", 3)
    assert capfd.readouterr().err == "note: two samples were clipped\n"


def test_an_interrupt_is_told_in_one_line(v2ra: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("v2ra.catalogue.find_category", interrupted)
    outcome = v2ra("data", "check", "anywhere")
    assert (outcome.status, outcome.err.strip()) == (
        130,
        "stopped; a training run continues with --resume",
    )
