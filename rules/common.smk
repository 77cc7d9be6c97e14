# What every other rule file uses: the checked configuration, as a plan.
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir) / "scripts"))

from toxtune.code import code_hash
from toxtune.config import check_config
from toxtune.errors import UserError
from toxtune.identity import canonical_json
from toxtune.models import MODULES, family_module
from toxtune.plan import load_plan

try:
    check_config(config)
    PLAN = load_plan(config)
except UserError as error:
    raise WorkflowError(str(error))

RUN = config["run"]
SEEDS = sorted(config["search"]["seeds"])
FAMILIES = PLAN.families
FEATURES = sorted({trial.features for trial in PLAN.trials.values()})
DATASET = f"data/{PLAN.dataset_id}"
SPLIT = f"{DATASET}/{PLAN.split_id}"
LEDGER = f"results/ledger/{PLAN.dataset_id}-{PLAN.split_id}.jsonl"

# A family's trainings depend on the code of that family, not on the others'.
TRAINING_CODE = {
    family: code_hash("train_replicate", MODULES[family]) for family in FAMILIES
}
OPENING_CODE = code_hash("open_test", *(MODULES[family] for family in FAMILIES))

REPLICATES = [
    f"results/trials/{trial.family}/{trial.id}/seed-{seed}"
    for trial in PLAN.trials.values()
    for seed in SEEDS
]
WINNER_MODELS = [
    f"results/{RUN}/models/{family}/seed-{seed}.{family_module(family).MODEL_FORMAT}"
    for family in FAMILIES
    for seed in SEEDS
]


wildcard_constraints:
    dataset="[0-9a-f]{12}",
    split="[0-9a-f]{12}",
    part="train|valid|test",
    family="|".join(MODULES),
    trial="[0-9a-f]{12}",
    seed="[0-9]+",
    format="[a-z]+",
