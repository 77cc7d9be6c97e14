"""Where the ledger of a test set lies."""

from toxtune.config.sections import DatasetSettings
from toxtune.identity import short_id


def ledger_file(dataset: DatasetSettings) -> str:
    """Return the path of the ledger of the file that the test set is from.

    Other columns, tasks, fractions or folds show labels of the same molecules: they
    share it. Shuffled labels show nothing of them.
    """
    file = dataset.get("test_sha256", dataset["sha256"])
    looked_at: dict[str, str | int] = {"sha256": file}
    if "permute_labels" in dataset:
        looked_at["permute_labels"] = dataset["permute_labels"]
    return f"results/ledger/{short_id(looked_at)}.jsonl"
