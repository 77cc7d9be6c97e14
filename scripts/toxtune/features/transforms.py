"""Scaling features, by what those of the training set were like.

Missing values become the training median; then each column is mapped, by its quantiles
among the training molecules, to a normal distribution. scikit-learn does the
arithmetic; what was fitted is kept as plain numbers, which have the same bytes each
time and are read by any of its versions.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.features.arrays import Features
from toxtune.io.files import whole_file

MAX_QUANTILES = 1000


@dataclass(frozen=True)
class Transform:
    """What was fitted on a training set.

    Attributes
    ----------
    names
        Names of the columns.
    medians
        n_features.
    quantiles
        n_quantiles x n_features: values at equal steps of rank, lowest to highest.
    """

    names: list[str]
    medians: np.ndarray
    quantiles: np.ndarray

    def apply(self, features: Features) -> Features:
        """Scale features; a column that was constant in the training set is zero.

        Raises
        ------
        ValueError
            If the columns are not those of the training set.
        """
        if features.names != self.names:
            raise ValueError(
                "the columns differ from those of the training set; another version "
                "of RDKit computed them"
            )
        scaled = self._quantile_transformer().transform(
            np.where(np.isnan(features.values), self.medians, features.values)
        )
        scaled[:, self.quantiles[0] == self.quantiles[-1]] = 0
        return Features(scaled.astype(np.float32), features.names, features.failures)

    def _quantile_transformer(self) -> Any:
        from sklearn.preprocessing import QuantileTransformer

        transformer = QuantileTransformer(output_distribution="normal")
        transformer.n_features_in_ = len(self.names)
        transformer.n_quantiles_ = len(self.quantiles)
        transformer.quantiles_ = self.quantiles
        transformer.references_ = np.linspace(0, 1, len(self.quantiles))
        return transformer


def fit_transform(features: Features) -> Transform:
    """Fit a transform on the features of a training set, and of nothing else."""
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import QuantileTransformer

    values = features.values.astype(np.float64)
    # A column without any value is constant, and so ends as zero.
    imputer = SimpleImputer(strategy="median", keep_empty_features=True)
    filled = imputer.fit_transform(values)
    transformer = QuantileTransformer(
        n_quantiles=min(MAX_QUANTILES, len(values)), subsample=None
    )
    return Transform(
        names=features.names,
        medians=np.nan_to_num(imputer.statistics_),
        quantiles=transformer.fit(filled).quantiles_,
    )


def save_transform(path: Path, transform: Transform) -> None:
    """Write a transform; equal ones as equal bytes."""
    with whole_file(path, "wb") as stream:
        np.savez(
            stream,
            names=np.array(transform.names, dtype=str),
            medians=transform.medians,
            quantiles=transform.quantiles,
        )


def read_transform(path: Path) -> Transform:
    """Read what `save_transform` wrote."""
    with np.load(path) as file:
        return Transform(file["names"].tolist(), file["medians"], file["quantiles"])
