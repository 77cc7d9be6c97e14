# The model for use: refitted if that is asked for, saved, shown later data.
rule refit_winner:
    """Train a family's frozen winner once more, on train and valid together."""
    input:
        selection=rules.select_best.output.selection,
        train=lambda wc: PLANS[wc.run].joined.subset("train"),
        valid=lambda wc: PLANS[wc.run].joined.subset("valid"),
        features=lambda wc: PLANS[wc.run].features_files(PLANS[wc.run].joined, "train"),
    output:
        model="results/{run}/refit/{family}/seed-{seed}.{format}",
        card="results/{run}/refit/{family}/seed-{seed}.{format}.json",
    log:
        "logs/{run}/refit_winner/{family}/seed-{seed}.{format}.log",
    benchmark:
        "logs/{run}/refit_winner/{family}/seed-{seed}.{format}.benchmark.tsv"
    retries: RETRIES_HERE
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=lambda wc, attempt: 4000 * attempt,
        runtime=lambda wc, attempt: 120 * attempt,
        gpu=lambda wc: int(DEVICES[wc.family] == GPU),
    params:
        device=lambda wc: DEVICES[wc.family],
        code=lambda wc: TRAINING_CODE[wc.family] + code_hash("refit_winner"),
    message:
        "Refitting the {wildcards.family} winner with seed {wildcards.seed}"
    script:
        "../scripts/refit_winner.py"


rule save_final_model:
    """Put all that prediction needs into one file; the test set has no say in it."""
    input:
        selection=rules.select_best.output.selection,
        models=expand("results/{{run}}/{model}", model=REFITS or MODELS),
        cards=expand("results/{{run}}/{model}.json", model=REFITS or MODELS),
        train=lambda wc: PLANS[wc.run].search_files("train"),
        valid=lambda wc: PLANS[wc.run].search_files("valid"),
        trained_on=lambda wc: [PLANS[wc.run].training_set(FINAL_SET).subset("train")],
        transforms=lambda wc: PLANS[wc.run].transform_files(
            PLANS[wc.run].training_set(FINAL_SET)
        ),
    output:
        model="results/{run}/final.zip",
    log:
        "logs/{run}/save_final_model.log",
    benchmark:
        "logs/{run}/save_final_model.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=lambda wc: canonical_json(final_settings(config, PLANS[wc.run])),
        code=code_hash("save_final_model", *(MODULES[family] for family in FAMILIES)),
    message:
        "Saving the final model"
    script:
        "../scripts/save_final_model.py"


rule evaluate_prospective:
    """Score the final model on data that came later, and write that in a ledger."""
    input:
        model=rules.save_final_model.output.model,
        train=lambda wc: PLANS[wc.run].whole.subset("train"),
        valid=lambda wc: PLANS[wc.run].whole.subset("valid"),
    output:
        table="results/{run}/prospective/{name}.tsv",
        exclusions="results/{run}/prospective/{name}.exclusions.tsv",
        report="results/{run}/prospective/{name}.json",
    log:
        "logs/{run}/evaluate_prospective/{name}.log",
    benchmark:
        "logs/{run}/evaluate_prospective/{name}.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=lambda wc: canonical_json(
            {
                "sha256": PROSPECTIVE[wc.name],
                "id_column": config["dataset"]["id_column"],
                "resampling": config["test"],
            }
        ),
        code=code_hash(
            "evaluate_prospective", *(MODULES[family] for family in FAMILIES)
        ),
    message:
        "Evaluating the final model on {wildcards.name}"
    script:
        "../scripts/evaluate_prospective.py"
