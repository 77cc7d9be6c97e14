"""Which atoms a prediction comes from.

`explain` takes a final model and standardized SMILES and returns an `Explanation` of
each. In it each task has ``contributions``, a number for each atom in the order in
which RDKit reads ``parent_smiles``: the model's output for the molecule, less its
output for the molecule with that atom masked. An atom with a positive one raises the
prediction. Output is what ``predict`` reports, the mean over the members with the
temperature applied; so the unit is that of the probability (of the positive class; with
several classes, of the one that is predicted) or of the value.

Masking takes the environments that hold the atom out of the fingerprints, see
`toxtune.features.environments`. Features without environments, such as descriptors, are
those of the whole molecule throughout: ``held_fixed`` names them, and nothing that they
say shows on any atom.

Masking is that of the field's similarity maps (Riniker and Landrum 2013, J. Cheminf. 5,
43) and of Sheridan's colouring (2019, J. Chem. Inf. Model. 59, 1324).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from rdkit import Chem, rdBase

from toxtune.errors import UserError
from toxtune.features.environments import Masks, find_masks, has_environments
from toxtune.prediction.inputs import Inputs, given_texts, input_readers
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.own_numbers import OwnNumbers, given_numbers
from toxtune.prediction.prediction import NOTHING, Predictor
from toxtune.stats.metrics import of_task
from toxtune.stats.thresholds import likeliest
from toxtune.tasks import TaskType
from toxtune.text import did_you_mean

# Each task's most probable class is explained.
NO_CLASSES: Mapping[str, int] = MappingProxyType({})

# Molecules whose features are in memory at a time, and numbers that the models get at
# once: 64 MB. An ordinary molecule with all its masked variants is far below that, and
# is predicted in one call.
_MOLECULES_AT_ONCE = 100
_NUMBERS_AT_ONCE = 16_000_000

# Smaller differences of two predictions are no base for a share; those of values are
# divided by the larger one. Below the second number, as a share of the largest output,
# they are rounding.
_LEAST_DIFFERENCE, _ROUNDING = 1e-3, 1e-6


@dataclass(frozen=True)
class TaskExplanation:
    """Which atoms the prediction of one task comes from.

    Attributes
    ----------
    output
        The class whose probability is explained, as the dataset calls it; of values
        empty.
    contributions
        n_atoms: how much lower the output is without the atom.
    prediction
        The output for the molecule.
    masked
        The output with all atoms masked at once: what the features that are held fixed,
        and the absence of everything, amount to.
    """

    output: str
    contributions: np.ndarray
    prediction: float
    masked: float

    @property
    def total(self) -> float:
        """The sum of the contributions."""
        return float(self.contributions.sum())

    @property
    def size(self) -> float:
        """How large outputs are: 1 for probabilities."""
        if self.output:
            return 1.0
        return max(self._larger, float(np.abs(self.contributions).max(initial=0)))

    @property
    def _larger(self) -> float:
        """The larger one of both predictions: 1 for probabilities."""
        return 1.0 if self.output else max(abs(self.prediction), abs(self.masked))

    @property
    def explained(self) -> float:
        """What the atoms explain: their sum, over `prediction` less `masked`.

        Near 1 they add up to what the fingerprints say. Far above 1, atoms share
        environments, each of which counts with each of its atoms. Far below, one atom
        stands in for another. NaN where prediction and masked are equal to three
        digits: the fingerprints make no difference, and there is nothing to explain.
        """
        difference = self.prediction - self.masked
        least = max(_LEAST_DIFFERENCE * self._larger, _ROUNDING * self.size)
        if difference == 0 or abs(difference) < least:
            return float("nan")
        return self.total / difference


@dataclass(frozen=True)
class Explanation:
    """Which atoms the predictions of one molecule come from.

    Attributes
    ----------
    parent_smiles
        What the model sees: the molecule after standardization. Counterions and what
        else was taken off have no atom here, and no part in the prediction; nor have
        hydrogens that RDKit does not keep as atoms.
    tasks
        Name of each task that was asked for to its explanation; none if there is a
        problem.
    held_fixed
        Names of the features that have no environments.
    problem
        Why there is no prediction, and so nothing to explain; else empty.
    """

    parent_smiles: str
    tasks: Mapping[str, TaskExplanation] = field(default_factory=dict)
    held_fixed: tuple[str, ...] = ()
    problem: str = ""


def explain(
    model: Predictor,
    smiles: Sequence[str],
    tasks: Sequence[str] | None = None,
    own: OwnNumbers = NOTHING,
    classes: Mapping[str, int] = NO_CLASSES,
) -> list[Explanation]:
    """Say which atoms the predictions of molecules come from.

    It takes as many predictions as the molecule has atoms, and two: sensible for
    hundreds of molecules, not for a library.

    Parameters
    ----------
    model
        The final model.
    smiles
        Standardized SMILES that RDKit can parse, as in the column ``smiles`` of the
        dataset's ``molecules.csv`` and of its sets.
    tasks
        Which of the model's; ``None`` for all.
    own
        The numbers of one's own that the model asks for; a row for each molecule.
    classes
        Task of several classes to the number of the one to explain; of others it is the
        most probable one.

    Returns
    -------
    list of Explanation
        One for each molecule.

    Raises
    ------
    UserError
        If the model has no such task, or lacks own numbers.
    """
    _refuse_unknown(tasks, model.metadata)
    own = given_numbers(own, model.metadata.own_features, len(smiles))
    found: list[Explanation] = []
    for some in _portions(len(smiles)):
        of_them = {name: numbers[some] for name, numbers in own.items()}
        inputs = model.inputs_of(smiles[some])
        found += explain_inputs(model, smiles[some], inputs, tasks, of_them, classes)
    return found


def explain_inputs(
    model: Predictor,
    smiles: Sequence[str],
    inputs: Inputs,
    tasks: Sequence[str] | None = None,
    own: OwnNumbers = NOTHING,
    classes: Mapping[str, int] = NO_CLASSES,
) -> list[Explanation]:
    """Do what `explain` does, where the molecules' inputs have been computed."""
    asked = model.metadata.tasks if tasks is None else tasks
    blocks, failures = model.blocks_of(inputs, own)
    found = []
    with rdBase.BlockLogs():
        for row, text in enumerate(smiles):
            if row in failures:
                problem = f"no features: {failures[row]}"
                found.append(Explanation(text, problem=problem))
            else:
                of_one = {name: values[row] for name, values in blocks.items()}
                found.append(_explain_one(model, text, of_one, asked, classes))
    return found


def explain_texts(
    model: Predictor,
    texts: Sequence[str],
    tasks: Sequence[str] | None = None,
    own: OwnNumbers = NOTHING,
) -> list[Explanation]:
    """Read any texts as molecules, and explain those that can be read.

    Parameters are those of `explain`, but for texts that need be no SMILES. The
    explanation of one that cannot be read has the text in place of a parent.
    """
    _refuse_unknown(tasks, model.metadata)
    given = given_texts(texts)
    own = given_numbers(own, model.metadata.own_features, len(given))
    found: list[Explanation] = []
    with input_readers(model.metadata, len(given)) as readers:
        for some in _portions(len(given)):
            read = readers.read(given[some])
            of_them = {
                name: numbers[some][read.readable] for name, numbers in own.items()
            }
            explained = iter(
                explain_inputs(model, read.smiles, read.inputs, tasks, of_them)
            )
            found += [
                Explanation(text, problem=problem) if problem else next(explained)
                for text, problem in zip(given[some], read.problems, strict=True)
            ]
    return found


def _portions(count: int) -> Iterator[slice]:
    for start in range(0, count, _MOLECULES_AT_ONCE):
        yield slice(start, start + _MOLECULES_AT_ONCE)


def features_held_fixed(metadata: FinalModelMetadata) -> tuple[str, ...]:
    """Name the features of a model that no atom can be masked in.

    Features of one's own have the name that the user gave them.
    """
    return tuple(
        metadata.features[name].get("name", name)
        for name in metadata.feature_names
        if not has_environments(metadata.features[name])
    )


def _refuse_unknown(tasks: Sequence[str] | None, metadata: FinalModelMetadata) -> None:
    for task in tasks or ():
        if task not in metadata.tasks:
            raise UserError(
                f"the model has no task {task!r}{did_you_mean(task, metadata.tasks)}; "
                f"its tasks are: {', '.join(metadata.tasks)}"
            )


def _explain_one(
    model: Predictor,
    smiles: str,
    blocks: Mapping[str, np.ndarray],
    tasks: Sequence[str],
    classes: Mapping[str, int],
) -> Explanation:
    metadata = model.metadata
    masks = {
        name: find_masks(metadata.features[name], smiles, len(values))
        for name, values in blocks.items()
        if has_environments(metadata.features[name])
    }
    n_variants = Chem.MolFromSmiles(smiles).GetNumAtoms() + 2
    outputs = _outputs(model, blocks, masks, n_variants)
    return Explanation(
        smiles,
        {task: _of_task(metadata, outputs, task, classes.get(task)) for task in tasks},
        features_held_fixed(metadata),
    )


def _outputs(
    model: Predictor,
    blocks: Mapping[str, np.ndarray],
    masks: Mapping[str, Masks],
    n_variants: int,
) -> np.ndarray:
    """Predict a molecule as it is, without each atom, and without all; rows of that."""
    if not masks:
        # All rows are equal; predicted at once, some models' last digits differ.
        alone = {name: values[None] for name, values in blocks.items()}
        output = model.calibrated(model.mean_of_members(model.predict_blocks(alone)))
        return np.repeat(output, n_variants, axis=0)
    at_once = max(1, _NUMBERS_AT_ONCE // sum(map(len, blocks.values())))
    predictions = []
    for start in range(0, n_variants, at_once):
        rows = slice(start, min(start + at_once, n_variants))
        variants = {
            name: masks[name].apply(values, rows)
            if name in masks
            else np.tile(values, (rows.stop - rows.start, 1))
            for name, values in blocks.items()
        }
        predictions.append(model.mean_of_members(model.predict_blocks(variants)))
    return model.calibrated(np.concatenate(predictions))


def _of_task(
    metadata: FinalModelMetadata, outputs: np.ndarray, task: str, chosen: int | None
) -> TaskExplanation:
    number = metadata.tasks.index(task)
    values = of_task(outputs, number, len(metadata.tasks)).reshape(len(outputs), -1)
    explained, output = 0, ""
    if metadata.task_type != TaskType.REGRESSION:
        names = metadata.labels.class_names(task, max(metadata.outputs_per_task, 2))
        several = metadata.task_type == TaskType.MULTICLASS
        if several:
            explained = int(likeliest(values[0])) if chosen is None else chosen
        output = names[explained] if several else names[1]
    values = values[:, explained]
    return TaskExplanation(
        output=output,
        contributions=values[0] - values[1:-1],
        prediction=float(values[0]),
        masked=float(values[-1]),
    )
