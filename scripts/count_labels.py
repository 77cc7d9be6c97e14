"""Count each task's labels in each set, and what curation changed of them."""

from pathlib import Path

from toxtune.data.label_counts import count_changes, count_labels
from toxtune.data.subsets import read_subset
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.tasks import TaskType

if __name__ == "__main__":
    log_to(snakemake.log[0])
    table = count_labels(
        {
            name: read_subset(Path(snakemake.input[name]))
            for name in ("train", "valid", "test")
        },
        count_changes(Path(snakemake.input.settled)),
        TaskType(snakemake.params.task_type),
    )
    write_tsv(Path(snakemake.output.table), table)
