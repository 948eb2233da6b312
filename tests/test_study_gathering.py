"""From a folder or a list of clips to a study: what is drawn, and what cannot be used."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.clips import read_waveform, write_video, write_waveform
from v2ra.errors import InputError
from v2ra.study.check_sounds import LEVEL_DB, level_noise, three_tones, trials
from v2ra.study.gathering import build_study, draw_clips, find_sources

RATE = 8000


def rms_db(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(sound**2)))


# --- the sounds of the checks


@pytest.mark.parametrize(("quiet", "opposite"), [(1, 2), (2, 3), (3, 1)])
def test_over_headphones_the_quieter_tone_is_the_quietest_and_over_loudspeakers_the_other(
    quiet: int, opposite: int
) -> None:
    sound = three_tones(quiet, opposite, sample_rate=RATE)
    tones = [sound[start : start + RATE] for start in (0, 12_000, 24_000)]
    at_one_ear = [rms_db(tone[:, 0]) for tone in tones]
    in_the_air = [np.mean(tone.mean(axis=1) ** 2) for tone in tones]
    assert int(np.argmin(at_one_ear)) + 1 == quiet
    assert int(np.argmin(in_the_air)) + 1 == opposite
    louder = max(at_one_ear)
    assert at_one_ear[quiet - 1] - louder == pytest.approx(-6, abs=1e-9)
    assert at_one_ear[opposite - 1] == pytest.approx(louder)
    assert in_the_air[opposite - 1] == pytest.approx(0, abs=1e-20)
    assert not sound[RATE:12_000].any(), "half a second of silence"


def test_a_tone_is_of_200_hertz() -> None:
    spectrum = np.abs(np.fft.rfft(three_tones(1, 2, sample_rate=RATE)[12_000:20_000, 0]))
    assert int(spectrum.argmax()) == 200  # the tone lasts a second


@given(st.integers(0, 2**31))
def test_each_place_is_asked_twice_and_the_two_are_never_the_same(seed: int) -> None:
    found = trials(seed=seed)
    assert sorted(quiet for quiet, _ in found) == [1, 1, 2, 2, 3, 3]
    assert all(quiet != opposite and opposite in (1, 2, 3) for quiet, opposite in found)
    assert found == trials(seed=seed)


def test_the_level_noise_is_at_its_level_and_falls_by_three_db_an_octave() -> None:
    sound = level_noise(sample_rate=RATE, n_seconds=8)
    assert sound.shape == (64_000, 2)
    assert rms_db(sound) == pytest.approx(LEVEL_DB)
    assert np.abs(sound).max() < 1
    power = np.abs(np.fft.rfft(sound[:, 0])) ** 2
    octaves = [rms_db(np.sqrt(power[low * 8 : 2 * low * 8])) for low in (200, 400, 800, 1600)]
    np.testing.assert_allclose(
        np.diff(octaves), -3.01, atol=0.6
    )  # 1600 bins or more an octave: 0.1 dB of chance


# --- what is drawn


@given(
    st.dictionaries(
        st.sampled_from("abcdef"), st.sets(st.text("xyz", min_size=1), min_size=1, max_size=5), min_size=1
    ),
    st.integers(0, 4),
    st.integers(0, 2**31),
)
def test_as_many_clips_as_there_are_and_practice_apart(
    clips: dict[str, set[str]], per_category: int, seed: int
) -> None:
    chosen, training = draw_clips(clips, per_category=per_category, seed=seed)
    assert set(chosen) == set(clips)
    for category, names in chosen.items():
        left = len(clips[category]) - (training is not None and training[0] == category)
        assert len(names) == len(set(names)) == (min(per_category, left) if per_category else left) > 0
        assert set(names) <= clips[category]
    assert training is None or training[1] in clips[training[0]] - set(chosen[training[0]])
    assert (chosen, training) == draw_clips(clips, per_category=per_category, seed=seed)


def test_a_list_names_clips_as_a_folder_does(study_clips: Path, tmp_path: Path) -> None:
    from_folder = find_sources(study_clips)
    rows = [f"{s.path.relative_to(study_clips)},{s.system},{s.category},{s.clip}\n" for s in from_folder]
    shutil.copytree(study_clips, tmp_path / "clips")
    (tmp_path / "clips" / "list.csv").write_text("file,system,category,clip\n" + "".join(rows))
    found = find_sources(tmp_path / "clips" / "list.csv")
    assert [(s.system, s.category, s.clip) for s in found] == [
        (s.system, s.category, s.clip) for s in from_folder
    ]


def test_sound_alone_makes_a_study_too(tmp_path: Path) -> None:
    for system in ("ours", "theirs"):
        (tmp_path / system / "dog").mkdir(parents=True)
        write_waveform(tmp_path / system / "dog" / "a.wav", np.full(800, 0.1, np.float32), sample_rate=RATE)
    plan = build_study(tmp_path / "study", find_sources(tmp_path), n_repeats=0, pairs=[("ours", "theirs")])
    assert [item.has_picture for item in plan.items] == [False, False]
    assert (len(plan.training), len(plan.pairs)) == (0, 1)


# --- what cannot be used


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("file,system,category\n", "found no column clip"),
        ("file,system,category,clip\n", "found no clips"),
        ("file,system,category,clip\nx.mp4,a,b,c\n", r"found no .*x\.mp4"),
        ("file,system,category,clip\nlist.csv,a,b,c\n", r"expected a file \.mp4, \.webm, \.wav, \.flac"),
        ("", "found no list"),
        ('file,"system\n', "found no list|no column"),
    ],
)
def test_a_list_that_cannot_be_used_is_one_line(text: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(InputError, match=named) as caught:
        find_sources(tmp_path / "list.csv")
    assert "\n" not in str(caught.value)


def test_an_empty_folder_and_one_that_is_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no clips"):
        find_sources(tmp_path)
    with pytest.raises(InputError, match=r"found no list in .*gone"):
        find_sources(tmp_path / "gone")


def test_one_clip_in_two_files_of_a_system_is_refused(study_clips: Path, tmp_path: Path) -> None:
    shutil.copytree(study_clips, tmp_path / "clips")
    shutil.copy(tmp_path / "clips" / "clip.mp4", tmp_path / "clips" / "real" / "dog" / "dog_0.webm")
    with pytest.raises(InputError, match="found real dog dog_0 twice"):
        find_sources(tmp_path / "clips")


@pytest.mark.parametrize("kind", ["silent", "text", "empty"])
def test_a_clip_that_cannot_be_heard_is_named_and_no_plan_is_made(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "clips" / "ours" / "dog" / "a.mp4"
    path.parent.mkdir(parents=True)
    if kind == "silent":
        write_video(path, np.zeros((5, 64, 64, 3), np.uint8))
    else:
        path.write_text("not a clip" if kind == "text" else "")
    with pytest.raises(InputError, match=r"a\.mp4"):
        build_study(tmp_path / "study", find_sources(tmp_path / "clips"), n_repeats=0)
    assert not (tmp_path / "study").exists()


def test_stimuli_are_copied_as_they_are(study_clips: Path, tmp_path: Path) -> None:
    plan = build_study(tmp_path / "study", find_sources(study_clips), n_repeats=0)
    original = (study_clips / "clip.mp4").read_bytes()
    assert {(tmp_path / "study" / item.file).read_bytes() for item in plan.items} == {original}
    check = read_waveform(tmp_path / "study" / plan.checks[0].file)
    assert len(check) == 4 * 44_100
