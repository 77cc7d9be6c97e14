"""The applicability domain: fitted on validation molecules, asked of new ones."""

import numpy as np
import pytest

from toxtune.data.subsets import Subset
from toxtune.features.similarity import nearest
from toxtune.prediction import applicability_domain
from toxtune.prediction.applicability_domain import ApplicabilityDomain, fit_domain

TRAINING = ["CCO", "c1ccccc1O", "CC(=O)O"]
VALIDATION = ["CCN", "c1ccccc1N", "CCC(=O)O", "FC(F)F"]


def subset(smiles):
    names = [str(number) for number in range(len(smiles))]
    return Subset(names, smiles, names, ["task"], np.zeros((len(smiles), 1)))


def test_it_ends_at_the_percentile_of_the_validation_molecules():
    domain = fit_domain([subset(TRAINING)], [subset(VALIDATION)])
    similarities = nearest(VALIDATION, TRAINING)[0]
    assert domain.min_similarity == pytest.approx(np.percentile(similarities, 5))
    assert domain.percentile == 5
    assert domain.fingerprint == {"kind": "circular", "radius": 2, "size": 2048}


def test_folds_count_together():
    first, second = TRAINING, VALIDATION
    domain = fit_domain(
        [subset(first), subset(second)], [subset(second), subset(first)]
    )
    similarities = [nearest(second, first)[0], nearest(first, second)[0]]
    expected = np.percentile(np.concatenate(similarities), 5)
    assert domain.min_similarity == pytest.approx(expected)


def test_a_large_validation_set_is_drawn_from_and_says_so(monkeypatch, caplog):
    monkeypatch.setattr(applicability_domain, "MOST_COMPARED", 3)
    with caplog.at_level("INFO"):
        domain = fit_domain([subset(TRAINING)], [subset(VALIDATION)])
    assert "from 3 of 4 validation molecules" in caplog.text
    similarities = nearest(VALIDATION, TRAINING)[0]
    without_one = [np.percentile(np.delete(similarities, row), 5) for row in range(4)]
    assert domain.min_similarity in without_one
    assert domain == fit_domain([subset(TRAINING)], [subset(VALIDATION)])


def test_its_edge_is_in_it():
    domain = ApplicabilityDomain(min_similarity=0.3)
    np.testing.assert_array_equal(
        domain.contains(np.array([0.2, 0.3, 0.4])), [False, True, True]
    )
    assert ApplicabilityDomain.from_dict(domain.to_dict()) == domain
