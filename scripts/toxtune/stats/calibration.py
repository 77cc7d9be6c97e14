"""Calibration of probabilities: reliability, Brier score, temperature scaling."""

import numpy as np

N_BINS = 10

# Probabilities of 0 and 1 are moved inwards by this, so that their log odds are finite.
# It is about the smallest distance from 1 that float32 can represent.
SUREST = 1e-7

# Bounds of the search for a temperature.
TEMPERATURES = (0.01, 100.0)


def fit_temperature(labels: np.ndarray, probabilities: np.ndarray) -> float | None:
    """Find the temperature that gives the labels the highest likelihood.

    The temperature divides all log odds (Guo, Pleiss, Sun and Weinberger 2017, On
    calibration of modern neural networks). Above 1 it tones down an overconfident
    model. It moves no probability across 0.5 and keeps their order, and so the
    ROC-AUC.

    Parameters
    ----------
    labels
        n_labels, 0 or 1; both must occur.
    probabilities
        n_labels.

    Returns
    -------
    float or None
        ``None`` where no label is on the wrong side of 0.5: the lower the temperature,
        the likelier these labels, and near 0 nearly all probabilities would be 0 or 1.
    """
    from scipy.optimize import minimize_scalar

    odds = log_odds(probabilities)
    towards_label = np.where(labels == 1, odds, -odds)
    if (towards_label >= 0).all():
        return None

    def loss(log_temperature: float) -> float:
        # Minus the log likelihood: log(1 + exp(-odds)) of a positive label.
        scaled_odds = towards_label / np.exp(log_temperature)
        return float(np.logaddexp(0, -scaled_odds).mean())

    minimum = minimize_scalar(loss, bounds=np.log(TEMPERATURES), method="bounded")
    return float(np.exp(minimum.x))


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Divide the log odds of probabilities by the temperature."""
    from scipy.special import expit

    return expit(log_odds(probabilities) / temperature)


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    """Return the logarithm of p / (1 - p), finite."""
    from scipy.special import logit

    return logit(np.clip(probabilities.astype(np.float64), SUREST, 1 - SUREST))


def brier_score(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean squared error of the probabilities (Brier 1950): lower is better."""
    from sklearn.metrics import brier_score_loss

    return float(brier_score_loss(labels, probabilities.astype(np.float64)))


def reliability(
    labels: np.ndarray, probabilities: np.ndarray, confidence: float
) -> list[dict[str, float]]:
    """Compare predicted with observed frequencies, in bins of about equal size.

    Parameters
    ----------
    labels
        n_labels, 0 or 1.
    probabilities
        n_labels; equal ones share a bin.
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
    """Apply a fitted temperature; ``None`` and 1 change nothing."""
    if temperature is None or temperature == 1:
        return probabilities
    return tempered(probabilities, temperature)
