"""Everything from nothing at the smallest size, by the one command that the README names."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

NOTEBOOKS = (
    *("00_tour", "01_clips_and_data", "02_video_encoder", "03_networks"),
    *("04_training", "05_generation", "06_denoising", "07_peak_match", "08_peaq", "09_similarity"),
    *("10_physics_comparison", "11_learning_comparison", "12_ablations", "13_optimization", "14_retrieval"),
    *("15_user_study", "16_failure_cases", "17_scorecard"),
)
CLAIMS = (
    *("data", "encoding", "network", "training", "generation", "denoising", "recording", "odg", "similarity"),
    *("physics", "learning", "scheme", "retrieval", "listening"),
)
TABLES = (
    *("table1", "table2", "table3", "table4", "supplement_data", "supplement_speed", "supplement_synchrony"),
    *("supplement_odg_protocols", "supplement_similarity_readings", "supplement_retrieval"),
    *("supplement_motion", "supplement_frechet", "table8", "supplement_denoising", "supplement_recordings"),
    *("table5", "table6", "supplement_systems", "scorecard", "supplement_audit", "supplement_verdicts"),
    *("table7", "supplement_ablation_claims", "supplement_choices"),
    *("supplement_failures", "supplement_mismatched", "supplement_mixed", "supplement_failure_claims"),
    *(f"supplement_{subject}_claims" for subject in CLAIMS),
    "table9",
)
FIGURES = (
    *("figure06", "figure07", "figure08", "supplement_systems", "supplement_ablations"),
    *("figure11", "figure12", "supplement_correspondence", "supplement_power"),
    *("figure13", "supplement_failures", "supplement_scorecard"),
    *("figure01a_scales", "figure01b_features", "figure02_framework", "figure03_encoding"),
    *("figure04_conditioning", "supplement_gaps", "supplement_losses", "supplement_synchrony"),
    *("supplement_peaq", "supplement_similarity"),
    *("figure05a_denoising", "figure05b_denoising", "figure05c_peaks", "figure05d_selected"),
    *("figure10_recordings", "supplement_blocks"),
    *(f"figure09{letter}" for letter in "abcde"),
)
RECIPES, CATEGORIES = ("paper", "tuned"), ("dog", "wood")


def reproduce(out: Path) -> subprocess.CompletedProcess[str]:
    """Run the smoke profile into a folder."""
    command = [sys.executable, "-m", "v2ra.cli", "reproduce", "--profile", "smoke", "--out", str(out)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(
        [*command, "--jobs", "2"],
        cwd=Path(__file__).resolve().parent.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def times(folder: Path) -> dict[str, int]:
    """Return when each file of a folder was last written."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the profile after a first run."""
    out = tmp_path_factory.mktemp("runs")
    done = reproduce(out)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "done in " in done.stdout
    return out / "smoke"


def test_every_notebook_runs_through(made: Path) -> None:
    for name in NOTEBOOKS:
        cells = json.loads((made / "notebooks" / f"{name}.ipynb").read_text())["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1)), name
        assert not [o for cell in code for o in cell["outputs"] if o["output_type"] == "error"], name
        (given,) = (cell for cell in code if "injected-parameters" in cell["metadata"].get("tags", []))
        assert 'DATA = ""' in "".join(given["source"]), name  # empty, not the word None


def test_every_table_and_figure_is_there_with_what_it_was_made_from(made: Path) -> None:
    expected = {f"tables/{name}{suffix}" for name in TABLES for suffix in (".csv", ".md", ".json")}
    expected |= {f"figures/{name}{suffix}" for name in FIGURES for suffix in (".png", ".svg", ".json")}
    written = {path for path in times(made) if path.startswith(("tables/", "figures/"))}
    assert written == expected
    for path in sorted(written):
        assert (made / path).stat().st_size > 0
        if path.endswith(".json"):
            details = json.loads((made / path).read_text())
            assert details["profile"] == "smoke", path
            assert re.match(r"\d\d_", details["notebook"]), path


def test_every_model_is_finished_and_sounds_lie_on_pictures(made: Path) -> None:
    for recipe in RECIPES:
        for category in CATEGORIES:
            run = made / "models" / recipe / category / "seed0"
            assert json.loads((run / "run.json").read_text())["state"] == "finished"
            sounds = made / "sounds" / recipe / category / "seed0"
            names = [{path.stem for path in sounds.glob(f"*{suffix}")} for suffix in (".wav", ".mp4")]
            assert names[0] == names[1] != set()


def test_a_second_run_makes_nothing_again(made: Path) -> None:
    before = times(made)
    done = reproduce(made.parent)
    assert done.returncode == 0, done.stderr[-3000:]
    assert times(made) == before
