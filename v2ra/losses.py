"""The loss terms of Eq. 5 to 9, each a pure function.

Conventions
-----------
Scores are raw outputs of the discriminator (no sigmoid: on a least-squares critic one would be wrong);
waveforms are ``(batch, c, time)``. Every term is a mean and is to be minimised.

Source
------
Eq. 5 (cross entropy), Eq. 6 to 8 (least squares), Eq. 9 (λ · L1).
"""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from v2ra import config


def least_squares(scores: Tensor, target: float) -> Tensor:
    """Return ½ E[(D − target)²], one term of Eq. 6, 7 or 8.

    Examples
    --------
    >>> least_squares(torch.zeros(2, 1, 687), 1.0).item()
    0.5
    """
    return 0.5 * (scores - target).square().mean()


def cross_entropy(scores: Tensor, target: float) -> Tensor:
    """Return the binary cross entropy of logits, one term of Eq. 5.

    The generator maximises log D, not minimises log(1 − D): the usual form without vanishing gradients.

    Examples
    --------
    >>> round(cross_entropy(torch.zeros(2, 1, 687), 1.0).item(), 4)
    0.6931
    """
    return binary_cross_entropy_with_logits(scores, torch.full_like(scores, target))


def l1(reference: Tensor, estimate: Tensor) -> Tensor:
    """Return E|X − G(V)|, the second term of Eq. 9."""
    return (reference - estimate).abs().mean()


ADVERSARIAL = {"least_squares": least_squares, "cross_entropy": cross_entropy}


def discriminator_loss(real_scores: Tensor, fake_scores: Tensor, *, settings: config.Loss) -> Tensor:
    """Return Eq. 8: real scores to 1, generated ones to 0."""
    term = ADVERSARIAL[settings.adversarial]
    return term(real_scores, 1.0) + term(fake_scores, 0.0)


def generator_terms(
    reference: Tensor, estimate: Tensor, *, fake_scores: Tensor | None, settings: config.Loss
) -> dict[str, Tensor]:
    """Return the weighted terms of Eq. 9 by name; their sum is the generator's loss.

    Parameters
    ----------
    reference, estimate : Tensor, (batch, c, time)
        Real and generated waveform.
    fake_scores : Tensor or None
        D(G(V), V); None where no adversarial term is asked for.
    settings : config.Loss
        Which terms, and λ.
    """
    terms = {}
    if fake_scores is not None:
        adversarial = ADVERSARIAL[settings.adversarial](fake_scores, 1.0)
        terms["g_adversarial"] = settings.adversarial_weight * adversarial
    if settings.l1_weight:
        terms["g_l1"] = settings.l1_weight * l1(reference, estimate)
    return terms


def chance_loss(settings: config.Loss) -> float:
    """Return the discriminator's loss where nobody wins: a score of 0.5, or a logit of 0, for everything.

    Examples
    --------
    >>> chance_loss(config.Loss())
    0.25
    """
    value = 0.5 if settings.adversarial == "least_squares" else 0.0
    scores = torch.full((1, 1, 1), value)
    return discriminator_loss(scores, scores, settings=settings).item()
