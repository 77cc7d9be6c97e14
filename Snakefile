# Tune molecular property models; open the test set once, for frozen winners.
#
# rules/data.smk      raw file -> molecules -> parts -> features
# rules/search.smk    trainings -> scores -> frozen selection
# rules/evaluate.smk  winners' models -> the one opening of the test set -> scores
# rules/final.smk     the model for use, and what later data say of it
# rules/report.smk    what people read
#
# docs/architecture.md has the path grammar and every file's format.
from snakemake.utils import min_version

min_version("9.27")


configfile: workflow.source_path("config.yaml")


# For --sdm apptainer alone; `apptainer build envs/toxtune.sif envs/toxtune.def` makes it.
container: "envs/toxtune.sif"


include: "rules/common.smk"
include: "rules/data.smk"
include: "rules/search.smk"
include: "rules/evaluate.smk"
include: "rules/final.smk"
include: "rules/report.smk"


rule all:
    """Tune, freeze the winners, test them once, and write summary and report."""
    default_target: True
    input:
        f"results/{RUN}/summary.md",
        expand("results/{run}/report.html", run=PLANS),
        expand("results/{run}/final.zip", run=PLANS),
        # Snakemake does not make again what is missing in the middle.
        expand("results/{run}/{table}", run=PLANS, table=TABLES),


rule report:
    """Write the reports of the splits, and what they rest on."""
    input:
        expand("results/{run}/report.html", run=PLANS),


rule search:
    """Tune and freeze the winners; leave the test set closed."""
    input:
        expand("results/{run}/selection.json", run=PLANS),
