"""What the ratings say: known means, published agreement, intervals, screening, and no mixing of people with others."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra.bootstrap import mean_interval
from v2ra.errors import InputError
from v2ra.study.agreement import krippendorff_alpha
from v2ra.study.analysis import agreement, difference, differences, mean_scores, shares
from v2ra.study.charts import QUALITY, plot_ratings
from v2ra.study.plan import Plan, Screening, Stimulus, make_plan, new_ids
from v2ra.study.plan_file import write_plan
from v2ra.study.published_scores import as_printed, listening_claims, table_nine
from v2ra.study.ratings import SCORES, Ratings, no_ratings, ratings_of
from v2ra.study.reporting import DRY_RUN, report_text, study_report
from v2ra.study.screening import people_at, ratings_details, repeat_difference, screen, screened
from v2ra.study.session import session
from v2ra.study.simulated import simulate, simulated_answers
from v2ra.study.stand_ins import of_synchrony
from v2ra.study.store import Store

NAN = np.nan
# Krippendorff (2011), the worked example: four observers, twelve units.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
CLIPS = [("dog", "d1"), ("dog", "d2"), ("wood", "w1"), ("wood", "w2")]


def plan_of(systems: tuple[str, ...] = ("real", "tuned", "mismatched"), **options: object) -> Plan:
    """Return a plan without files."""
    keys = [(system, *clip) for clip in CLIPS for system in systems]
    items = [
        Stimulus(name, f"{name}.mp4", "", *key)
        for name, key in zip(new_ids(len(keys), seed=1), keys, strict=True)
    ]
    return make_plan(items, **({"n_repeats": 2, "n_listeners": 6} | options))  # type: ignore[arg-type]


def people(values: dict[str, float], *, n_listeners: int = 4, kind: str = "person") -> Ratings:
    """Return ratings in which each system gets one value from everybody."""
    rows = [
        (listener, kind, 0, "rating", False, system, *clip, question, value)
        for listener in range(n_listeners)
        for system, value in values.items()
        for clip in CLIPS
        for question in ("clarity", "synchrony", "overall")
    ]
    empty = no_ratings(kind)
    scores = pd.DataFrame(rows, columns=list(SCORES))
    return Ratings(kind, scores, empty.choices, empty.checks, tuple(range(n_listeners)))


# --- agreement


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_is_that_of_krippendorffs_worked_example(level: str, published: float) -> None:
    assert round(krippendorff_alpha(OBSERVERS, level=level), 3) == published  # type: ignore[arg-type]


def test_alpha_is_one_where_all_agree_about_zero_by_chance_and_below_for_opposites() -> None:
    rng = np.random.default_rng(0)
    same = np.tile(rng.integers(1, 6, 50), (3, 1))
    assert krippendorff_alpha(same) == 1
    assert abs(krippendorff_alpha(rng.integers(1, 6, (10, 400)))) < 0.03
    assert krippendorff_alpha([[1, 5, 1, 5], [5, 1, 5, 1]]) < -0.5


@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(1, 5), min_size=6, max_size=6), min_size=2, max_size=4))
def test_alpha_does_not_depend_on_who_is_first_nor_on_the_order_of_items(table: list[list[int]]) -> None:
    values = np.array(table, dtype=np.float64)
    other = values[::-1, ::-1]
    np.testing.assert_allclose(krippendorff_alpha(values), krippendorff_alpha(other), equal_nan=True)
    by_pairs = slow_ordinal_alpha(values)
    np.testing.assert_allclose(krippendorff_alpha(values), by_pairs, atol=1e-9, equal_nan=True)


def slow_ordinal_alpha(values: np.ndarray) -> float:
    """Return alpha pair by pair, as its definition reads: every item rated by everyone."""
    flat = sorted(values.ravel())
    rank = {value: np.mean([k for k, other in enumerate(flat) if other == value]) for value in set(flat)}

    def distance(first: float, second: float) -> float:
        return float((rank[first] - rank[second]) ** 2)

    within = [distance(a, b) for item in values.T for a, b in itertools.combinations(item, 2)]
    across = [distance(a, b) for a, b in itertools.combinations(values.ravel(), 2)]
    return float("nan") if not sum(across) else float(1 - np.mean(within) / np.mean(across))


def test_alpha_of_one_value_alone_is_not_known_and_one_listener_is_refused() -> None:
    assert np.isnan(krippendorff_alpha([[3, 3], [3, 3]]))
    with pytest.raises(InputError, match="no item with two ratings"):
        krippendorff_alpha([[1, 2, 3]])


# --- means, differences, choices


def test_means_and_differences_of_equal_listeners_are_exact() -> None:
    ratings = people({"real": 5, "tuned": 3})
    means = mean_scores(ratings)
    assert set(means["category"]) == {"dog", "wood", "all"}
    assert means[["mean", "low", "high"]].to_numpy().tolist() == [[v, v, v] for v in [5] * 9 + [3] * 9]
    found = differences(ratings, [("tuned", "real")])
    assert set(found["mean"]) == set(found["low"]) == set(found["high"]) == {-2}
    assert differences(ratings, [("tuned", "sample_rnn")]).empty


def test_the_interval_is_that_over_listeners_and_clips() -> None:
    rng = np.random.default_rng(1)
    values = rng.integers(1, 6, (4, len(CLIPS)))
    ratings = people({"tuned": 3})
    places = [
        CLIPS.index(clip) for clip in zip(ratings.scores["category"], ratings.scores["clip"], strict=True)
    ]
    ratings.scores["value"] = values[ratings.scores["listener"].to_numpy(dtype=int), places]
    row = mean_scores(ratings).query("category == 'all' and question == 'clarity'").iloc[0]
    assert tuple(row[["mean", "low", "high"]]) == tuple(mean_interval(values))
    assert (row["n_listeners"], row["n_clips"]) == (4, 4)


def test_listeners_who_differ_widen_an_interval_however_many_clips_agree() -> None:
    ratings = people({"tuned": 3})
    ratings.scores["value"] = 1 + 4 * (ratings.scores["listener"] % 2)
    row = mean_scores(ratings).query("category == 'all'").iloc[0]
    assert row["high"] - row["low"] > 2


def test_one_listener_or_one_clip_has_no_interval() -> None:
    alone = mean_scores(people({"tuned": 3}, n_listeners=1))
    assert np.isnan(alone["low"]).all()
    few = people({"tuned": 3})
    few = Ratings(few.kind, few.scores[few.scores["clip"] == "d1"], few.choices, few.checks, few.finished)
    assert np.isnan(mean_scores(few)["high"]).all()


def test_a_difference_is_paired_over_the_clips_that_both_have() -> None:
    ratings = people({"tuned": 4, "sample_rnn": 2})
    kept = (ratings.scores["system"] == "tuned") | (ratings.scores["category"] == "dog")
    some = Ratings(ratings.kind, ratings.scores[kept], ratings.choices, ratings.checks, ratings.finished)
    found = difference(some, "tuned", "sample_rnn", question="overall")
    assert found is not None
    assert (found[0].mean, *found[1:]) == (2, 4, 2)


def test_the_second_answer_to_a_repeat_is_not_averaged() -> None:
    ratings = people({"tuned": 5})
    again = ratings.scores.assign(repeat=True, value=1)
    both = pd.concat([ratings.scores, again], ignore_index=True)
    found = mean_scores(Ratings("person", both, ratings.choices, ratings.checks, ratings.finished))
    assert set(found["mean"]) == {5}
    assert repeat_difference(both) == 4


def test_choices_have_wilsons_interval_and_the_exact_p() -> None:
    rows = [
        (0, "person", k, "dog", "d1", *(("real", "tuned") if k < 8 else ("tuned", "real"))) for k in range(10)
    ]
    empty = no_ratings()
    choices = pd.DataFrame(rows, columns=list(empty.choices.columns))
    table = shares(Ratings("person", empty.scores, choices, empty.checks, (0,))).set_index("category")
    row = table.loc["all"]
    assert (row["system"], row["share"], row["n_chosen"], row["n_choices"]) == ("real", 0.8, 8, 10)
    np.testing.assert_allclose(
        [row["low"], row["high"]], [0.4902, 0.9433], atol=1e-4
    )  # Wilson (1927) by hand
    np.testing.assert_allclose(row["p_value"], 2 * (45 + 10 + 1) / 1024)
    assert table.loc["dog", "share"] == 0.8
    assert row["n_listeners"] == 1  # who chose ten times


def test_agreement_is_alpha_over_all_items() -> None:
    found = agreement(people({"real": 5, "tuned": 2}))
    assert found["alpha"].tolist() == [1, 1, 1]
    assert found["n_items"].tolist() == [8, 8, 8]
    assert np.isnan(agreement(people({"tuned": 2}, n_listeners=1))["alpha"]).all()


# --- screening


def answers_of(plan: Plan, **changes: object) -> Ratings:
    """Return a listener who answers all alike, with some tables changed."""
    ratings = people({"real": 5, "tuned": 3}, n_listeners=1)
    checks = pd.DataFrame(
        {"listener": 0, "place": range(6), "value": [1, 2, 3, 1, 2, 3], "answer": [1, 2, 3, 1, 2, 3]}
    )
    parts = {"kind": "person", "scores": ratings.scores, "choices": ratings.choices, "checks": checks}
    return Ratings(**(parts | {"finished": (0,)} | changes))  # type: ignore[arg-type]


def test_who_meets_the_rule_stays_and_who_does_not_is_named() -> None:
    plan, rule = plan_of(), Screening()
    good = answers_of(plan)
    assert screen(good, rule)["reason"].tolist() == [""]
    poor = good.checks.assign(value=[1, 2, 3, 1, 3, 2])
    assert screen(answers_of(plan, checks=poor), rule)["reason"].tolist() == ["headphone check"]
    one = good.checks.assign(value=[1, 2, 3, 1, 2, 2])
    assert screen(answers_of(plan, checks=one), rule)["reason"].tolist() == [""], "five of six are enough"
    again = pd.concat([good.scores, good.scores.assign(repeat=True, value=good.scores["value"] - 1.5)])
    assert screen(answers_of(plan, scores=again), rule)["reason"].tolist() == ["hidden repeats"]
    flat = good.scores.assign(value=3)
    assert screen(answers_of(plan, scores=flat), rule)["reason"].tolist() == ["one grade for almost all"]
    assert screen(answers_of(plan, finished=()), rule)["reason"].tolist() == ["not finished"]
    assert screened(answers_of(plan, finished=()), rule).scores.empty


def test_what_the_plan_does_not_have_leaves_nobody_out() -> None:
    row = screen(people({"real": 5, "tuned": 2}), Screening()).iloc[0]
    assert np.isnan(row["checks_right"])
    assert np.isnan(row["repeat_difference"])
    assert row["kept"]


# --- people and others


def test_simulated_raters_are_in_no_table_of_people() -> None:
    plan = plan_of(pairs=[("tuned", "real")])
    dry = simulate(plan)
    assert set(dry.scores["listener_kind"]) == set(dry.choices["listener_kind"]) == {"simulated"}
    for table in (table_nine, listening_claims):
        with pytest.raises(InputError, match="ratings of kind simulated; expected people's"):
            table(dry)
        disguised = Ratings("person", dry.scores, dry.choices, dry.checks, dry.finished)
        with pytest.raises(InputError, match="ratings of kind simulated"):
            table(disguised)
    row = {"listener": 0, "listener_kind": "simulated", "step": 0, "kind": "rating", "repeat": 0}
    with pytest.raises(InputError, match="ratings of kind simulated; expected person alone"):
        ratings_of([row | {"stimuli": plan.items[0].id, "question": "clarity", "value": 3}], plan)


def test_a_dry_run_says_so_in_text_and_figure() -> None:
    plan = plan_of()
    dry = simulate(plan)
    assert report_text(study_report(dry, plan)).startswith(DRY_RUN)
    categories = ["dog", "wood"]
    figure = plot_ratings(dry, systems=QUALITY, questions={"clarity": "clarity"}, categories=categories)
    assert figure.get_suptitle().startswith("DRY RUN")
    real = people({"real": 5, "tuned": 3})
    figure = plot_ratings(real, systems=QUALITY, questions={"clarity": "clarity"}, categories=categories)
    assert figure.get_suptitle() == ""
    assert [len(axes.patches) for axes in figure.axes] == [6]


def test_a_dry_run_is_the_same_for_the_same_seed() -> None:
    plan = plan_of()
    first, second, third = (simulate(plan, seed=seed).scores["value"].tolist() for seed in (0, 0, 1))
    assert first == second != third
    assert set(first) <= {1, 2, 3, 4, 5}
    assert simulate(plan).finished == tuple(range(6))


def test_a_report_is_plain_values_with_its_counts() -> None:
    plan = plan_of()
    report = study_report(people({"real": 5, "tuned": 3}, n_listeners=3), plan)
    assert (report["n_invited"], report["n_started"], report["n_finished"], report["n_kept"]) == (6, 3, 3, 3)
    assert "no person" not in report_text(report)
    assert "no ratings to analyse yet" in report_text(study_report(no_ratings(), plan))


# --- Table 9 and the claims


def test_without_ratings_table_nine_holds_the_published_values_and_says_that_nobody_listened() -> None:
    table = table_nine(no_ratings())
    assert len(table) == 12
    assert table["measured"].isna().all()
    assert set(table["status"]) == {"no ratings yet"}
    assert as_printed(table).iloc[1].tolist() == [
        *("Ours, beside [12]", "4.50", "no ratings yet", "4.75", "no ratings yet", "4.50", "no ratings yet")
    ]
    claims = listening_claims(no_ratings())
    assert set(claims["verdict"]) == {"not measured"}
    assert len(claims) == 12 + 6 + 1 + 2
    assert claims["measured"].isna().all()


def test_table_nine_compares_on_the_clips_that_the_other_method_has() -> None:
    ratings = people({"tuned": 4, "visually_indicated": 3, "sample_rnn": 2, "real": 5})
    wood = ratings.scores["category"] == "wood"
    scores = ratings.scores[
        ~((ratings.scores["system"] == "visually_indicated") & ~wood)
        & ~((ratings.scores["system"] == "sample_rnn") & wood)
    ]
    table = table_nine(Ratings("person", scores, ratings.choices, ratings.checks, ratings.finished))
    assert table["measured"].tolist() == [3, 3, 3, 4, 4, 4, 2, 2, 2, 4, 4, 4]
    assert set(table["n_clips"]) == {2}
    assert set(table["n_listeners"]) == {4}


def test_the_directions_of_the_paper_are_held_against_the_signs_of_differences() -> None:
    ratings = people({"tuned": 4, "sample_rnn": 2, "visually_indicated": 5, "mismatched": 1, "real": 5})
    claims = listening_claims(ratings).set_index("claim")["verdict"]
    assert claims["overall quality: ours minus [14]"] == "reproduced"
    assert claims["overall quality: ours minus [12]"] == "contradicted"
    assert claims["synchronization: matched minus mismatched"] == "reproduced"
    assert claims["clarity: real minus ours, gravel, wood, cloth, plastic"] == "reproduced"
    assert claims["sound quality (1 to 5), [14]"] == "not comparable"


def test_empty_figures_say_that_nobody_listened() -> None:
    questions = {"clarity": "clarity", "synchrony": "synchrony"}
    figure = plot_ratings(no_ratings(), systems=QUALITY, questions=questions, categories=["dog"])
    assert [[text.get_text() for text in axes.texts] for axes in figure.axes] == [["no ratings yet"]] * 2
    assert not figure.axes[0].patches


def test_the_stand_in_needs_our_onset_f() -> None:
    with pytest.raises(InputError, match="no onset F of tuned"):
        of_synchrony(pd.DataFrame({"system": ["paper"], "metric": ["onset_f"], "mean": [0.5]}))


def test_a_study_that_was_taken_is_read_screened_and_a_damaged_one_is_not_taken_for_an_empty_one(
    tmp_path: Path,
) -> None:
    plan = plan_of(n_listeners=3)
    write_plan(plan, tmp_path)
    assert people_at(tmp_path).finished == ()
    store = Store(tmp_path / "ratings.sqlite", plan.hash(), n_listeners=3)
    for listener, number, step, answers in simulated_answers(plan):  # made up, but typed in as if by people
        if listener < 2 and not (listener == 1 and number > 5):
            store.add_answers(listener, number, answers, kind=step.kind, stimuli=step.stimuli, trusted=True)
    store.close()
    found = people_at(tmp_path)
    assert (found.finished, found.kind) == ((0,), "person")
    assert set(found.scores["listener"]) == {0}
    assert ratings_details(tmp_path, found) == {
        "listener_kind": "person",
        "n_analysed": 1,
        "plan": plan.hash(),
    }
    (tmp_path / "ratings.sqlite").write_text("damaged")
    with pytest.raises(InputError, match="cannot be used"):
        people_at(tmp_path)


# --- which answers count where


def with_scores(ratings: Ratings, scores: pd.DataFrame) -> Ratings:
    """Return ratings with other scores."""
    return Ratings(ratings.kind, scores, ratings.choices, ratings.checks, ratings.finished)


def test_each_printed_question_is_held_against_its_own_scores() -> None:
    ratings = people({"tuned": 4, "sample_rnn": 2})
    shift = ratings.scores["question"].map({"clarity": 0.0, "synchrony": 0.25, "overall": 0.5})
    table = table_nine(with_scores(ratings, ratings.scores.assign(value=ratings.scores["value"] + shift)))
    found = table[table["compared_with"] == "[14]"].set_index(["method", "question"])["measured"]
    assert found["Ours"].to_dict() == {
        "sound quality": 4.0,
        "synchronization": 4.25,
        "overall quality": 4.5,
    }


def test_a_claim_is_judged_in_the_categories_that_it_names() -> None:
    ratings = people({"tuned": 4, "real": 5, "sample_rnn": 2, "visually_indicated": 3})
    scores = ratings.scores
    foreign = {"real": "dog", "sample_rnn": "wood", "visually_indicated": "dog"}  # where they may not count
    odd = scores["system"].map(foreign) == scores["category"]
    scores = scores.assign(value=scores["value"].where(~odd, scores["system"].map({"real": 1}).fillna(5)))
    claims = listening_claims(with_scores(ratings, scores)).set_index("claim")["measured"]
    assert claims["clarity: real minus ours, gravel, wood, cloth, plastic"] == 1
    assert claims["overall quality: ours minus [14]"] == 2
    assert claims["overall quality: ours minus [12]"] == 1


@pytest.mark.parametrize(("value", "verdict"), [(3.68, "reproduced"), (3.72, "contradicted")])
def test_a_comparable_score_may_be_one_answer_of_twenty_off(value: float, verdict: str) -> None:
    claims = listening_claims(people({"tuned": value, "sample_rnn": 2}), not_comparable="").set_index("claim")
    assert claims.loc["sound quality (1 to 5), ours, beside [14]", "verdict"] == verdict  # 3.65 is printed


def test_agreement_is_over_first_answers_alone() -> None:
    ratings = people({"real": 5, "tuned": 2})
    again = ratings.scores.assign(repeat=True, value=ratings.scores["listener"] % 2 + 1)
    both = with_scores(ratings, pd.concat([ratings.scores, again], ignore_index=True))
    assert agreement(both)["alpha"].tolist() == [1, 1, 1]


def test_who_is_just_within_the_rule_stays() -> None:
    good = answers_of(plan_of())
    again = pd.concat([good.scores, good.scores.assign(repeat=True, value=good.scores["value"] - 1)])
    row = screen(answers_of(plan_of(), scores=again), Screening(max_repeat_difference=1.0)).iloc[0]
    assert (row["repeat_difference"], row["reason"]) == (1, "")


def test_practice_is_not_analysed() -> None:
    practice = Stimulus("f" * 16, "practice.mp4", "", "real", "dog", "d9")
    dry = simulate(plan_of(training=[practice]))
    assert set(dry.scores["kind"]) == {"training", "rating"}
    kept = screened(dry, Screening(max_repeat_difference=4.0, max_same_share=1.0))
    assert set(kept.scores["kind"]) == {"rating"}
    assert kept.finished == dry.finished


def test_the_second_of_two_is_chosen_by_2_and_only_the_last_step_ends_a_session() -> None:
    plan = plan_of(pairs=[("tuned", "real")])
    first, second = plan.pairs[0]
    n_steps = len(session(plan, 0))
    row = {"listener_kind": "person", "kind": "pair", "repeat": 0, "question": "choice", "value": 2}
    rows = [
        row | {"listener": listener, "step": step, "stimuli": f"{first} {second}"}
        for listener, step in ((0, n_steps - 1), (1, n_steps - 2))
    ]
    ratings = ratings_of(rows, plan)
    assert (
        ratings.choices[["chosen", "other"]].to_numpy().tolist()
        == [[plan.stimuli[second].system, plan.stimuli[first].system]] * 2
    )
    assert ratings.finished == (0,)
