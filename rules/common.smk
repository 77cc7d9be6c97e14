# What every other rule file uses: the checked configuration, as plans.
import gc
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# The folder of the workflow, which may be a module of another one.
ROOT = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parent
sys.path.insert(0, str(ROOT / "scripts"))

from toxtune.config.build_plan import load_plans
from toxtune.config.check import complete_layers
from toxtune.config.job_plan import (
    COMPUTED_FEATURES,
    OWN_FEATURES,
    JobPlan,
    features_to_join,
    signed,
)
from toxtune.config.layers import Layer, read_layers
from toxtune.errors import UserError
from toxtune.identity import canonical_json
from toxtune.report.contents import entries, page_hash
from toxtune.runs.shell_paths import check_paths_for_cluster, quote_python
from toxtune.tasks import TaskType
from toxtune.versions import code_hash

quote_python()

PATHS = workflow.modifier.path_modifier
if PATHS.replace_prefix("results/") != "results/":
    raise WorkflowError(
        "toxtune as a module takes no prefix: its jobs find files by their names. "
        "Leave `prefix` and `replace_prefix` out; another `run` has another folder"
    )

# The graph of jobs is large and stays: looking for garbage less often saves a tenth of
# the time of planning.
gc.set_threshold(100_000, 50, 100)

try:
    # Snakemake has laid these over each other already, but keeps no record of which file
    # says what: a relative path is looked for beside the file that names it.
    LAYERS = read_layers([ROOT / "config.yaml"])
    if workflow.modifier.skip_configfile:
        # A module, which is given its configuration by the workflow that uses it.
        LAYERS.append(Layer(dict(config)))
    else:
        LAYERS += read_layers(workflow.overwrite_configfiles)
        LAYERS.append(Layer(dict(workflow.config_settings.config)))
    config = complete_layers(LAYERS)
    # One plan per split; the results of each go to a folder of their own.
    PLANS = {plan.run: plan for plan in load_plans(config)}
except UserError as error:
    raise WorkflowError(str(error))

RUN = config["run"]
# What is the same for all splits.
COMMON = next(iter(PLANS.values()))
# The plan of the run that a job belongs to.
plan = JobPlan(PLANS)

# A training that fails is tried again so often, each time with more memory and time.
RETRIES = 2
# By the Snakemake that submits a job, not once more by the one inside the job.
RETRIES_HERE = RETRIES if workflow.is_main_process else 0


onstart:
    if workflow.non_local_exec:
        try:
            check_paths_for_cluster(workflow.workdir_init)
        except UserError as error:
            raise WorkflowError(str(error))


wildcard_constraints:
    run="|".join(map(re.escape, PLANS)),
    dataset="[0-9a-f]{12}",
    split="[0-9a-f]{12}",
    set="whole|all|fold-[0-9]+",
    subset="train|valid|test",
    features="[a-z0-9_-]+",
    fold="[0-9]+",
    family="[a-z0-9_.]+",
    model="[a-z0-9_.]+(-[0-9]+)?",
    trial="[0-9a-f]{12}",
    stage="space-[0-9]+/[a-z0-9-]+",
    slot="[0-9]+",
    seed="[0-9]+",
    replicate="(fold-[0-9]+-)?seed-[0-9]+",
    format="[a-z]+",
    name="|".join(map(re.escape, COMMON.prospective)) or "no prospective data",
