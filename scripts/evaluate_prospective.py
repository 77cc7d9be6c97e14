"""Score the final model on data that became available after it was frozen."""

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from toxtune.data.download import fetch_dataset
from toxtune.data.subsets import read_subset, write_table
from toxtune.evaluation.ledger import opening_id, read_openings, record_opening
from toxtune.identity import ID_LENGTH
from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.prediction.final_model import load
from toxtune.prediction.prospective import (
    EXCLUSION_COLUMNS,
    ProspectiveData,
    evaluate_prospective_data,
    read_prospective,
    score_table,
)
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import class_weights


def main(
    name: str,
    source: str,
    settings: dict[str, Any],
    files: dict[str, Path],
    outputs: dict[str, Path],
) -> None:
    """Record the look first, then evaluate: none goes unrecorded."""
    model = load(files["model"])
    subsets = {subset: read_subset(files[subset]) for subset in ("train", "valid")}
    seen = {
        group: f"the same molecule as {id} in {name}"
        for name, subset in subsets.items()
        for id, group in zip(subset.ids, subset.groups, strict=True)
    }
    later = fetched(name, source, settings, model.card, seen, outputs["report"].parent)
    ledger = files["ledger"]
    record_opening(ledger, ledger_line(model.card, name))
    report, exclusions = evaluate_prospective_data(
        model,
        later,
        class_weights(subsets["train"].labels),
        Resampling(**settings["resampling"]),
    )
    openings = len(read_openings(ledger))
    write_tsv(outputs["table"], score_table(report["scores"]))
    write_table(outputs["exclusions"], EXCLUSION_COLUMNS, exclusions, "\t")
    report |= {"name": name, "sha256": settings["sha256"], "openings": openings}
    write_json(outputs["report"], report)


def fetched(
    name: str,
    source: str,
    settings: dict[str, Any],
    card: dict[str, Any],
    seen: dict[str, str],
    folder: Path,
) -> ProspectiveData:
    """Copy the source, checked, and read it."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        copy = Path(scratch, f"prospective {name}")
        key = f"prospective {name}"
        fetch_dataset([source], settings["sha256"], copy, key)
        return read_prospective(copy, card, settings["id_column"], seen)


def ledger_line(card: dict[str, Any], name: str) -> dict[str, Any]:
    """Describe a look at prospective data; the very models make it distinct."""
    family = card["trial"]["family"]
    models = [{"store_key": key} for key in card["store_keys"]]
    return {
        "selection": opening_id({"id": card["selection"]}, models),
        "opened": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": card["run"],
        "prospective": name,
        "overall": family,
        "objective": card["objective"]["metric"],
        "winners": {family: card["trial"]["id"]},
    }


if __name__ == "__main__":
    log_to(snakemake.log[0])
    name = snakemake.wildcards.name
    settings = json.loads(snakemake.params.settings)
    data = settings["sha256"][:ID_LENGTH]
    main(
        name,
        # A file that is moved is no other data: the checksum says what it is.
        source=next(
            one["source"]
            for one in snakemake.config["prospective"]
            if one["name"] == name
        ),
        settings=settings,
        files={
            "ledger": Path(f"results/ledger/prospective-{data}.jsonl"),
            **{key: Path(snakemake.input[key]) for key in ("model", "train", "valid")},
        },
        outputs={
            key: Path(snakemake.output[key])
            for key in ("table", "exclusions", "report")
        },
    )
