# The frozen winners meet the test part, once.
rule train_winner:
    """Make the model of a family's winner with one seed, and predict train."""
    input:
        selection=rules.select_best.output.selection,
        train=lambda wc: PLANS[wc.run].part_file("train"),
        valid=lambda wc: PLANS[wc.run].part_file("valid"),
        features=lambda wc: PLANS[wc.run].features_files(*PLANS[wc.run].model_parts),
    output:
        model="results/{run}/models/{family}/seed-{seed}.{format}",
        train="results/{run}/models/{family}/seed-{seed}.{format}.train.npy",
        card="results/{run}/models/{family}/seed-{seed}.{format}.json",
    log:
        "logs/{run}/train_winner/{family}/seed-{seed}.{format}.log",
    benchmark:
        "logs/{run}/train_winner/{family}/seed-{seed}.{format}.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        code=lambda wc: TRAINING_CODE[wc.family] + code_hash("train_winner"),
    message:
        "Saving the model of the {wildcards.family} winner with seed {wildcards.seed}"
    script:
        "../scripts/train_winner.py"


rule open_test:
    """Predict the test part with every frozen winner, and write that in the ledger."""
    input:
        selection=rules.select_best.output.selection,
        models=expand("results/{{run}}/{model}", model=MODELS),
        cards=expand("results/{{run}}/{model}.json", model=MODELS),
        test=lambda wc: PLANS[wc.run].part_file("test"),
        features=lambda wc: PLANS[wc.run].features_files("test"),
    output:
        predictions="results/{run}/test_predictions.csv",
    log:
        "logs/{run}/open_test.log",
    benchmark:
        "logs/{run}/open_test.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        ledger=lambda wc: PLANS[wc.run].ledger,
        code=OPENING_CODE,
    message:
        "Opening the test part"
    script:
        "../scripts/open_test.py"


rule summarize_test:
    """Score the stored test predictions, with intervals; this opens nothing."""
    input:
        selection=rules.select_best.output.selection,
        scores=rules.gather_trials.output.scores,
        test_predictions=rules.open_test.output.predictions,
        predictions=expand("results/{{run}}/{model}.train.npy", model=MODELS),
        train=lambda wc: PLANS[wc.run].part_file("train"),
        valid=lambda wc: PLANS[wc.run].part_file("valid"),
        test=lambda wc: PLANS[wc.run].part_file("test"),
    output:
        report="results/{run}/test.json",
        table="results/{run}/test.tsv",
    log:
        "logs/{run}/summarize_test.log",
    benchmark:
        "logs/{run}/summarize_test.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        resampling=canonical_json(config["test"]),
        code=code_hash("summarize_test"),
    message:
        "Scoring the test predictions"
    script:
        "../scripts/summarize_test.py"
