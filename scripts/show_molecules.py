"""Find what the report shows of molecules: examples, activity cliffs, a map."""

from pathlib import Path

from toxtune.data.label_counts import cleared_labels
from toxtune.data.subsets import read_subset
from toxtune.evaluation.conformal import read_delivered
from toxtune.evaluation.molecules import show_molecules
from toxtune.evaluation.probabilities import read_final_thresholds
from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.search.selection_file import read_selection

if __name__ == "__main__":
    log_to(snakemake.log[0])
    selection = read_selection(Path(snakemake.input.selection))
    delivered = read_delivered(
        selection, snakemake.input.test_predictions, snakemake.input.conformal
    )
    shown = show_molecules(
        {
            name: read_subset(Path(snakemake.input[name]))
            for name in ("train", "valid", "test")
        },
        delivered,
        selection.objective.task_type,
        decisions=(
            read_final_thresholds(Path(snakemake.input.fitted))
            if snakemake.input.fitted
            else {}
        ),
        cleared=cleared_labels(Path(snakemake.input.settled), "train"),
    )
    for name in ("examples", "cliffs", "cliff_counts", "map"):
        write_tsv(Path(snakemake.output[name]), getattr(shown, name))
    write_json(Path(snakemake.output.map_record), shown.map_record)
