"""Say which atoms the predictions of the report's examples come from."""

from pathlib import Path

from toxtune.io.files import write_json
from toxtune.io.tsv import read_tsv
from toxtune.jobs import log_to
from toxtune.prediction.explained_examples import explain_examples
from toxtune.prediction.final_model import load

if __name__ == "__main__":
    log_to(snakemake.log[0])
    explained = explain_examples(
        load(snakemake.input.model), read_tsv(Path(snakemake.input.examples))
    )
    write_json(Path(snakemake.output.atoms), explained)
