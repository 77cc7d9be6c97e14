# What people read.
rule write_report:
    """Write the summary for people and the record of where it came from."""
    input:
        selection=rules.select_best.output.selection,
        trials=rules.gather_trials.output.trials,
        cost=rules.gather_trials.output.cost,
        test=rules.summarize_test.output.report,
        curation=f"{DATASET}/curation.json",
        assignment=f"{SPLIT}/assignment.tsv",
        cards=expand("{model}.json", model=WINNER_MODELS),
    output:
        summary="results/{run}/summary.md",
        provenance="results/{run}/provenance.json",
    log:
        "logs/{run}/write_report.log",
    benchmark:
        "logs/{run}/write_report.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        plan=canonical_json(
            {"dataset": PLAN.dataset, "split": PLAN.split, "test": config["test"]}
        ),
        ledger=LEDGER,
        code=code_hash("write_report"),
    message:
        "Writing the summary"
    script:
        "../scripts/write_report.py"
