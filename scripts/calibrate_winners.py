"""Fit the winners' temperatures and thresholds on the validation part."""

from pathlib import Path
from typing import Any

from toxtune.calls import fit_calls
from toxtune.decisions import CRITERION
from toxtune.files import read_json, write_json
from toxtune.logs import log_to
from toxtune.parts import read_part
from toxtune.winners import read_predictions


def main(
    selection: dict[str, Any], valid: Path, models: Path, method: str, report: Path
) -> None:
    """Read the winners' predictions, write what was fitted on them."""
    part = read_part(valid)
    families = {
        family: fit_calls(
            part, read_predictions(models, family, selection["seeds"], "valid"), method
        )
        for family in selection["winners"]
    }
    fitted = {
        "selection": selection["id"],
        "seeds": selection["seeds"],
        "part": "valid",
        "rows": len(part.ids),
        "method": method,
        "criterion": CRITERION,
        "families": families,
    }
    write_json(report, fitted)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        selection=read_json(snakemake.input.selection),
        valid=Path(snakemake.input.valid),
        models=Path(snakemake.input.selection).parent / "models",
        method=snakemake.params.method,
        report=Path(snakemake.output.report),
    )
