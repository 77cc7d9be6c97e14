# What every other rule file uses: the checked configuration, as a plan.
import gc
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir) / "scripts"))

from toxtune.versions import code_hash
from toxtune.config.check import complete_config
from toxtune.errors import UserError
from toxtune.identity import canonical_json
from toxtune.config.job_settings import (
    final_settings,
    report_settings,
    selection_settings,
    weighing_settings,
)
from toxtune.tasks import TaskType
from toxtune.models.base import GPU
from toxtune.models.registry import MODULES, device_of, get_family
from toxtune.config.build_plan import load_plans, prospective_sums
from toxtune.search.trials import set_name_of
from toxtune.report.contents import entries, page_hash
from toxtune.splits.settings import NO_REFIT

# A plan of thousands of jobs is no garbage; looking for some in it is a tenth of the time.
gc.set_threshold(100_000, 50, 100)

try:
    config.update(complete_config(config))
    # One plan per split; the results of each go to a folder of their own.
    PLANS = {plan.run: plan for plan in load_plans(config)}
except UserError as error:
    raise WorkflowError(str(error))

RUN = config["run"]
SEEDS = sorted(config["training"]["seeds"])
TRIALS = {id: trial for plan in PLANS.values() for id, trial in plan.trials.items()}

SPLITS = {plan.split_id: plan.split for plan in PLANS.values()}

# What is the same for all splits.
PLAN = next(iter(PLANS.values()))
FAMILIES = PLAN.families

# A family's trainings depend on the code of that family, not on the others'.
TRAINING_CODE = {
    family: code_hash("train_replicate", MODULES[family]) for family in FAMILIES
}
# What the trainings of a family run on; only networks use a GPU.
DEVICES = {family: device_of(family, config["training"]["device"]) for family in FAMILIES}
OPENING_CODE = code_hash("open_test", *(MODULES[family] for family in FAMILIES))

# The winners' models: one per family and seed.
MODELS = [
    f"models/{family}/seed-{seed}.{get_family(family).model_format}"
    for family in FAMILIES
    for seed in SEEDS
]

# Data that the finished model is evaluated on: name to SHA-256.
PROSPECTIVE = prospective_sums(config)

# Whether the winners are trained once more, on train and valid together.
IS_REFIT = config["final"]["refit"] != NO_REFIT
# The training set of the final model.
FINAL_SET = PLAN.joined.name if IS_REFIT else PLAN.whole.name
REFITS = [model.replace("models/", "refit/") for model in MODELS if IS_REFIT]

# What a refit's training set is made of.
JOINED = {"train": ["train", "valid"]}

# What a search and its one test are defended with.
TABLES = ["trials.tsv", "scores.tsv", "selection.json", "test.json", "test.tsv"]

# A training that fails is tried again so often, each time with more memory and time.
RETRIES = 2
# By the Snakemake that submits a job, not once more by the one inside the job.
RETRIES_HERE = RETRIES if workflow.is_main_process else 0


wildcard_constraints:
    run="|".join(map(re.escape, PLANS)),
    dataset="[0-9a-f]{12}",
    split="[0-9a-f]{12}",
    set="whole|all|fold-[0-9]+",
    subset="train|valid|test",
    features="[a-z0-9_-]+",
    fold="[0-9]+",
    family="|".join(MODULES),
    trial="[0-9a-f]{12}",
    stage="space-[0-9]+/[a-z0-9-]+",
    slot="[0-9]+",
    seed="[0-9]+",
    replicate="(fold-[0-9]+-)?seed-[0-9]+",
    format="[a-z]+",
    name="|".join(map(re.escape, PROSPECTIVE)) or "no prospective data",
