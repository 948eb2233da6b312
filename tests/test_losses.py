"""Loss terms: values by hand, signs by gradient, totals by name."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from v2ra import config
from v2ra.discriminator import PatchDiscriminator1d
from v2ra.losses import cross_entropy, discriminator_loss, generator_terms, l1, least_squares

SETTINGS = config.Loss()
scores = st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=8)
EXACT = 1e-5  # relative: a few roundings of float32


@given(scores, st.sampled_from([0.0, 1.0]))
def test_least_squares_is_half_the_mean_square(values: list[float], target: float) -> None:
    expected = 0.5 * sum((v - target) ** 2 for v in values) / len(values)
    assert least_squares(torch.tensor(values), target).item() == pytest.approx(expected, rel=EXACT, abs=1e-12)


@given(scores, st.sampled_from([0.0, 1.0]))
def test_cross_entropy_is_the_hand_formula(values: list[float], target: float) -> None:
    def one(v: float) -> float:
        probability = 1 / (1 + math.exp(-v))
        return -math.log(probability if target else 1 - probability)

    expected = sum(one(v) for v in values) / len(values)
    # Logits up to 20 in float32 cancel to within one rounding, 20 × 2^-24, and a few of them add up.
    assert cross_entropy(torch.tensor(values), target).item() == pytest.approx(expected, abs=3e-6)


@pytest.mark.parametrize("v", [-1000.0, 1000.0])
def test_cross_entropy_of_sure_scores_stays_finite(v: float) -> None:
    assert cross_entropy(torch.tensor([v]), float(v < 0)).item() == pytest.approx(1000.0)


@pytest.mark.parametrize("term", [least_squares, cross_entropy])
def test_a_term_falls_towards_its_target(term: type) -> None:
    values = [term(torch.full((2, 1, 5), v), 1.0).item() for v in (-2.0, -1.0, 0.0, 0.5, 1.0)]
    assert values == sorted(values, reverse=True)
    values = [term(torch.full((2, 1, 5), v), 0.0).item() for v in (2.0, 1.0, 0.5, 0.0)]
    assert values == sorted(values, reverse=True)


def test_l1_is_the_mean_distance_and_zero_for_equal_sounds() -> None:
    reference = torch.tensor([[[0.5, -0.5, 1.0, 0.0]]])
    assert l1(reference, reference).item() == 0.0
    assert l1(reference, torch.zeros_like(reference)).item() == 0.5
    assert l1(torch.zeros_like(reference), reference).item() == 0.5


@pytest.mark.parametrize(
    ("adversarial", "draw"), [("least_squares", 0.25), ("cross_entropy", 2 * math.log(2))]
)
def test_a_discriminator_that_cannot_tell_has_the_loss_of_a_draw(adversarial: str, draw: float) -> None:
    settings = config.Loss(adversarial=adversarial)  # type: ignore[arg-type]  # one of the two kinds
    undecided = torch.full((2, 8, 687), 0.5 if adversarial == "least_squares" else 0.0)
    assert discriminator_loss(undecided, undecided, settings=settings).item() == pytest.approx(
        draw, rel=EXACT
    )


def test_a_perfect_discriminator_has_no_loss_and_a_fooled_one_a_whole_one() -> None:
    real, fake = torch.ones(2, 8, 687), torch.zeros(2, 8, 687)
    assert discriminator_loss(real, fake, settings=SETTINGS).item() == 0.0
    assert discriminator_loss(fake, real, settings=SETTINGS).item() == 1.0


@pytest.mark.parametrize("adversarial", ["least_squares", "cross_entropy"])
def test_the_discriminators_gradient_parts_real_from_fake(adversarial: str) -> None:
    settings = config.Loss(adversarial=adversarial)  # type: ignore[arg-type]  # one of the two kinds
    real, fake = (torch.full((2, 1, 9), 0.5, requires_grad=True) for _ in range(2))
    torch.autograd.backward(discriminator_loss(real, fake, settings=settings))
    assert real.grad is not None
    assert fake.grad is not None
    assert (real.grad < 0).all()  # descent raises real scores …
    assert (fake.grad > 0).all()  # … and lowers those of generated sound


@pytest.mark.parametrize("adversarial", ["least_squares", "cross_entropy"])
def test_a_step_of_the_generator_raises_the_discriminators_score(adversarial: str) -> None:
    torch.manual_seed(0)
    settings = config.Loss(adversarial=adversarial, l1_weight=0.0)  # type: ignore[arg-type]  # as above
    discriminator = PatchDiscriminator1d(config.Discriminator(base_width=2, norm="none"), n_channels=1)
    video_vector = torch.rand(2, 1, 44_100)
    fake = torch.zeros(2, 1, 44_100, requires_grad=True)  # stands for the generator's output
    before = discriminator(video_vector, fake)
    terms = generator_terms(video_vector, fake, fake_scores=before, settings=settings)
    (gradient,) = torch.autograd.grad(terms["g_adversarial"], fake)
    step = 1e-2 * gradient / gradient.abs().max()  # small beside sound of order 1: first order holds
    after = discriminator(video_vector, fake - step)
    assert after.mean() > before.mean()


def test_the_terms_of_the_generator_are_weighted_and_named() -> None:
    settings = config.Loss(l1_weight=10.0, adversarial_weight=0.5)
    reference, estimate = torch.zeros(1, 1, 4), torch.full((1, 1, 4), 0.25)
    terms = generator_terms(reference, estimate, fake_scores=torch.zeros(1, 8, 3), settings=settings)
    assert {name: term.item() for name, term in terms.items()} == {"g_adversarial": 0.25, "g_l1": 2.5}


def test_a_term_of_no_weight_is_left_out() -> None:
    reference, estimate = torch.zeros(1, 1, 4), torch.ones(1, 1, 4)
    alone = generator_terms(reference, estimate, fake_scores=None, settings=config.Loss(adversarial="none"))
    assert list(alone) == ["g_l1"]
    without = generator_terms(
        reference, estimate, fake_scores=torch.zeros(1), settings=config.Loss(l1_weight=0.0)
    )
    assert list(without) == ["g_adversarial"]
