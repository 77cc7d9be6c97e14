"""Metrics of tasks whose labels are values; laid out as `binary_metrics`."""

import numpy as np

from toxtune.stats.metric import Metric, ratio
from toxtune.tasks import TaskType

# A difference of sums that is a smaller part of them is none.
ROUNDING = 1e-12


def rmse(labels: np.ndarray, values: np.ndarray, weight: float) -> float:
    """Root of the mean squared error."""
    labels, values = _with_room(labels, values)
    return float(np.sqrt(_mean_error((labels - values) ** 2)))


def resampled_rmse(
    labels: np.ndarray, values: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Root of the mean squared error."""
    labels, values = _with_room(labels, values)
    return np.sqrt(ratio(counts @ (labels - values) ** 2, counts.sum(axis=1)))


def mae(labels: np.ndarray, values: np.ndarray, weight: float) -> float:
    """Mean absolute error."""
    labels, values = _with_room(labels, values)
    return float(_mean_error(np.abs(values - labels)))


def resampled_mae(
    labels: np.ndarray, values: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Mean absolute error."""
    labels, values = _with_room(labels, values)
    return ratio(counts @ np.abs(labels - values), counts.sum(axis=1))


def r2(labels: np.ndarray, values: np.ndarray, weight: float) -> float:
    """Coefficient of determination: 1 - squared error / variance of the labels."""
    from sklearn.metrics import r2_score

    return r2_score(*_with_room(labels, values))


def resampled_r2(
    labels: np.ndarray, values: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Coefficient of determination, about the mean of each resample's labels."""
    labels, values = _with_room(labels, values)
    residual = counts @ (labels - values) ** 2
    return 1 - ratio(residual, _variance(labels, counts))


def pearson_r2(labels: np.ndarray, values: np.ndarray, weight: float) -> float:
    """Square of Pearson's correlation; 0 if all predictions are equal.

    They tell nothing of the labels. Without a score the task would not count.
    """
    from scipy.stats import pearsonr

    if np.ptp(values) == 0:
        return 0.0
    # In double precision: SciPy computes in the precision of its inputs.
    return pearsonr(labels.astype(float), values.astype(float)).statistic ** 2


def resampled_pearson_r2(
    labels: np.ndarray, values: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Square of Pearson's correlation; 0 if all predictions are equal."""
    labels, values = _with_room(labels, values)
    of_labels = _variance(labels, counts)
    if np.ptp(values) == 0:
        return np.where(of_labels > 0, 0.0, np.nan)
    of_values = _variance(values, counts)
    scores = ratio(_covariance(labels, values, counts) ** 2, of_labels * of_values)
    return np.where(np.isnan(scores) & (of_labels > 0), 0.0, scores)


def _with_room(labels: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both; in double precision if sums of squares could be too large for them.

    A model that went astray may predict 1e30, whose square is no float32.
    """
    largest = float(np.abs(labels).max()) + float(np.abs(values).max())
    if largest < np.sqrt(np.finfo(np.float32).max / len(labels)):
        return labels, values
    return labels.astype(np.float64), values.astype(np.float64)


def _mean_error(errors: np.ndarray) -> np.floating:
    """Mean of errors as scikit-learn takes it: down a column, in their precision."""
    if not np.isfinite(errors).all():
        raise ValueError("values must be finite")
    return errors[:, None].mean(axis=0)[0]


def _variance(x: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Sum of squared deviations from each resample's mean; 0 where all are equal."""
    sums = _covariance(x, x, counts)
    # Of equal numbers rounding leaves a little.
    return np.where(sums > ROUNDING * (counts @ (x - x.mean()) ** 2), sums, 0.0)


def _covariance(x: np.ndarray, y: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Sum of products of the deviations from each resample's means."""
    # Centred first: the difference below would lose the digits of large values.
    x, y = x - x.mean(), y - y.mean()
    sums = (counts @ x) * (counts @ y)
    return counts @ (x * y) - ratio(sums, counts.sum(axis=1))


METRICS = {
    "rmse": Metric(
        TaskType.REGRESSION, "minimize", "RMSE", rmse, resampled_rmse, has_unit=True
    ),
    "mae": Metric(
        TaskType.REGRESSION, "minimize", "MAE", mae, resampled_mae, has_unit=True
    ),
    "r2": Metric(TaskType.REGRESSION, "maximize", "R²", r2, resampled_r2),
    "pearson_r2": Metric(
        TaskType.REGRESSION,
        "maximize",
        "Pearson's r²",
        pearson_r2,
        resampled_pearson_r2,
    ),
}
