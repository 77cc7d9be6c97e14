"""Where the ledgers of test sets and of prospective data lie."""

from toxtune.config.sections import DatasetSettings
from toxtune.identity import ID_LENGTH, short_id

_FOLDER = "results/ledger"


def ledger_file(dataset: DatasetSettings) -> str:
    """Return the path of the ledger of the file that the test set is from.

    Other columns, tasks, fractions or folds show labels of the same molecules: they
    share it. Shuffled labels show nothing of them.
    """
    file = dataset.get("test_sha256", dataset["sha256"])
    return f"{_FOLDER}/{short_id(_looked_at(dataset, file))}.jsonl"


def prospective_ledger_file(dataset: DatasetSettings, sha256: str) -> str:
    """Return the path of the ledger of a file of prospective data.

    A model of shuffled labels is none that anybody chooses by these data: its looks are
    counted apart.
    """
    name = sha256[:ID_LENGTH]
    if "permute_labels" in dataset:
        name = short_id(_looked_at(dataset, sha256))
    return f"{_FOLDER}/prospective-{name}.jsonl"


def _looked_at(dataset: DatasetSettings, sha256: str) -> dict[str, str | int]:
    """Name the labels of a file: those that it has, or shuffled ones."""
    looked_at: dict[str, str | int] = {"sha256": sha256}
    if "permute_labels" in dataset:
        looked_at["permute_labels"] = dataset["permute_labels"]
    return looked_at
