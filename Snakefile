# Tune molecular property models; score the winners on the test set, once.
#
# rules/data.smk       raw file -> molecules -> training, validation, test set -> features
# rules/search.smk     trainings -> validation scores -> selection
# rules/winners.smk    selection -> the winners' models, and thresholds; test set closed
# rules/evaluate.smk   their one prediction of the test set -> scores
# rules/final.smk      the model for use, and its scores on prospective data
# rules/molecules.smk  the molecules that people are shown
# rules/report.smk     what people read
#
# docs/outputs.md describes every file.
from snakemake.utils import min_version

min_version("9.27")


configfile: workflow.source_path("config.yaml")


# For --sdm apptainer alone; `apptainer build envs/toxtune.sif envs/toxtune.def` makes it.
container: "envs/toxtune.sif"


include: "rules/common.smk"
include: "rules/data.smk"
include: "rules/search.smk"
include: "rules/winners.smk"
include: "rules/evaluate.smk"
include: "rules/final.smk"
include: "rules/molecules.smk"
include: "rules/report.smk"


# What a search and its one test are defended with.
TABLES = ["trials.tsv", "scores.tsv", "selection.json", "test.json", "test.tsv"]


rule all:
    """Tune, record the winners, test them once, and write summary and report."""
    input:
        f"results/{RUN}/summary.md",
        expand("results/{run}/report.html", run=PLANS),
        expand("results/{run}/final.zip", run=PLANS),
        # Snakemake does not make again what is missing in the middle.
        expand("results/{run}/{table}", run=PLANS, table=TABLES),


rule report:
    """Write the reports, and all that they are made of."""
    input:
        expand("results/{run}/report.html", run=PLANS),


rule search:
    """Tune and record the winners; leave the test set alone."""
    input:
        expand("results/{run}/selection.json", run=PLANS),
