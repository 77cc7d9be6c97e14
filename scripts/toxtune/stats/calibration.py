"""Are probabilities frequencies? Reliability, Brier score, temperature scaling."""

from typing import Any

import numpy as np

N_BINS = 10


# A model that is sure (0 or 1) gets odds that a logarithm can hold: what float32 can
# just tell from 1.
SUREST = 1e-7


TEMPERATURES = (0.01, 100.0)


def fit_temperature(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Find the temperature that gives the labels the highest likelihood.

    One number divides all log odds (Guo, Pleiss, Sun and Weinberger 2017, On
    calibration of modern neural networks): above 1 it tempers a model that is too
    sure. It moves no probability across 0.5 and changes no order, so no ROC-AUC.

    Parameters
    ----------
    labels
        n_labels, 0 or 1, both there.
    probabilities
        n_labels.
    """
    from scipy.optimize import minimize_scalar

    positive = labels == 1

    def loss(log_temperature: float) -> float:
        odds = log_odds(probabilities) / np.exp(log_temperature)
        # Minus the log likelihood: log(1 + exp(-odds)) of a positive label.
        return float(np.logaddexp(0, np.where(positive, -odds, odds)).mean())

    found = minimize_scalar(loss, bounds=np.log(TEMPERATURES), method="bounded")
    return float(np.exp(found.x))


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Divide the log odds of probabilities by the temperature."""
    from scipy.special import expit

    return expit(log_odds(probabilities) / temperature)


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    """Return the logarithm of p / (1 - p), finite."""
    from scipy.special import logit

    return logit(np.clip(probabilities.astype(np.float64), SUREST, 1 - SUREST))


def brier_score(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean squared difference of probability and label (Brier 1950): low is good."""
    from sklearn.metrics import brier_score_loss

    return float(brier_score_loss(labels, probabilities.astype(np.float64)))


def reliability(
    labels: np.ndarray, probabilities: np.ndarray, confidence: float
) -> list[dict[str, Any]]:
    """Compare predicted with observed frequencies, in bins of about equal size.

    Parameters
    ----------
    labels
        n_labels, 0 or 1.
    probabilities
        n_labels; equal ones are never in two bins.
    confidence
        Level of the intervals of the observed frequencies (Wilson 1927).

    Returns
    -------
    list of dict
        From the lowest bin: ``molecules``, ``predicted`` (mean probability),
        ``observed`` (share of positives), ``low`` and ``high``.
    """
    from scipy.stats import binomtest

    edges = np.unique(np.quantile(probabilities, np.linspace(0, 1, N_BINS + 1)))
    bins = np.searchsorted(edges[1:-1], probabilities)
    rows = []
    for number in np.unique(bins):
        inside = bins == number
        positives, molecules = int((labels[inside] == 1).sum()), int(inside.sum())
        bounds = binomtest(positives, molecules).proportion_ci(confidence, "wilson")
        rows.append(
            {
                "molecules": molecules,
                "predicted": float(probabilities[inside].mean()),
                "observed": positives / molecules,
                "low": float(bounds.low),
                "high": float(bounds.high),
            }
        )
    return rows


def scaled(probabilities: np.ndarray, temperature: float | None) -> np.ndarray:
    """Apply a fitted temperature; without one, or with 1, nothing is changed."""
    if temperature in (None, 1.0):
        return probabilities
    return tempered(probabilities, temperature)
