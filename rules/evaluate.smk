# The frozen winners meet the test set, once.
rule train_winner:
    """Make the model of a family's winner with one seed, and predict train."""
    input:
        selection=rules.select_best.output.selection,
        train=lambda wc: PLANS[wc.run].whole.subset("train"),
        valid=lambda wc: PLANS[wc.run].whole.subset("valid"),
        features=lambda wc: PLANS[wc.run].features_files(
            PLANS[wc.run].whole, *PLANS[wc.run].model_subsets
        ),
    output:
        model="results/{run}/models/{family}/seed-{seed}.{format}",
        train="results/{run}/models/{family}/seed-{seed}.{format}.train.npy",
        card="results/{run}/models/{family}/seed-{seed}.{format}.json",
    log:
        "logs/{run}/train_winner/{family}/seed-{seed}.{format}.log",
    benchmark:
        "logs/{run}/train_winner/{family}/seed-{seed}.{format}.benchmark.tsv"
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
        code=lambda wc: TRAINING_CODE[wc.family] + code_hash("train_winner"),
    message:
        "Saving the model of the {wildcards.family} winner with seed {wildcards.seed}"
    script:
        "../scripts/train_winner.py"


rule calibrate_winners:
    """Fit temperatures and thresholds on the validation set, and on nothing else."""
    input:
        selection=rules.select_best.output.selection,
        valid=lambda wc: PLANS[wc.run].search_files("valid"),
    output:
        report="results/{run}/calibration.json",
    log:
        "logs/{run}/calibrate_winners.log",
    benchmark:
        "logs/{run}/calibrate_winners.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=lambda wc: canonical_json(
            {
                "method": config["calibration"],
                "cross_validated": PLANS[wc.run].is_cross_validated,
            }
        ),
        code=code_hash("calibrate_winners"),
    message:
        "Fitting temperatures and thresholds"
    script:
        "../scripts/calibrate_winners.py"


rule open_test:
    """Predict the test set with every frozen winner, and write that in the ledger."""
    input:
        selection=rules.select_best.output.selection,
        models=expand("results/{{run}}/{model}", model=MODELS + REFITS),
        cards=expand("results/{{run}}/{model}.json", model=MODELS + REFITS),
        test=lambda wc: PLANS[wc.run].whole.subset("test"),
        features=lambda wc: PLANS[wc.run].features_files(PLANS[wc.run].whole, "test"),
        refit_features=lambda wc: (
            PLANS[wc.run].features_files(PLANS[wc.run].joined, "test")
            if IS_REFIT
            else []
        ),
    output:
        predictions="results/{run}/test_predictions.csv",
        refit="results/{run}/refit_test_predictions.csv" if IS_REFIT else [],
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
        "Opening the test set"
    script:
        "../scripts/open_test.py"


rule summarize_test:
    """Score the stored test predictions, with intervals; this opens nothing."""
    input:
        selection=rules.select_best.output.selection,
        scores=rules.gather_trials.output.scores,
        test_predictions=rules.open_test.output.predictions,
        refit_predictions=rules.open_test.output.refit,
        predictions=expand("results/{{run}}/{model}.train.npy", model=MODELS),
        train=lambda wc: PLANS[wc.run].whole.subset("train"),
        valid=lambda wc: PLANS[wc.run].whole.subset("valid"),
        test=lambda wc: PLANS[wc.run].whole.subset("test"),
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
        settings=canonical_json(
            {"resampling": config["test"], "refit": config["final"]["refit"]}
        ),
        code=code_hash("summarize_test"),
    message:
        "Scoring the test predictions"
    script:
        "../scripts/summarize_test.py"


rule compare_winners:
    """Compare each family's winner with the one selected overall, on the test set."""
    input:
        selection=rules.select_best.output.selection,
        test_predictions=rules.open_test.output.predictions,
        train=lambda wc: PLANS[wc.run].whole.subset("train"),
        test=lambda wc: PLANS[wc.run].whole.subset("test"),
    output:
        table="results/{run}/comparison.tsv",
    log:
        "logs/{run}/compare_winners.log",
    benchmark:
        "logs/{run}/compare_winners.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        resampling=canonical_json(config["test"]),
        code=code_hash("compare_winners"),
    message:
        "Comparing the winners"
    script:
        "../scripts/compare_winners.py"


rule judge_probabilities:
    """Score the winners' probabilities and the calls made with them."""
    input:
        selection=rules.select_best.output.selection,
        fitted=rules.calibrate_winners.output.report,
        test_predictions=rules.open_test.output.predictions,
        valid=lambda wc: PLANS[wc.run].search_files("valid"),
        test=lambda wc: [PLANS[wc.run].whole.subset("test")],
    output:
        decisions="results/{run}/decisions.tsv",
        brier="results/{run}/brier.tsv",
        reliability="results/{run}/reliability.tsv",
    log:
        "logs/{run}/judge_probabilities.log",
    benchmark:
        "logs/{run}/judge_probabilities.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=lambda wc: canonical_json(
            {
                "confidence": config["test"]["confidence"],
                "cross_validated": PLANS[wc.run].is_cross_validated,
            }
        ),
        code=code_hash("judge_probabilities"),
    message:
        "Scoring probabilities and calls"
    script:
        "../scripts/judge_probabilities.py"


rule measure_similarity:
    """Find the training molecule that is most similar to each test molecule."""
    input:
        train=lambda wc: PLANS[wc.run].whole.subset("train"),
        test=lambda wc: PLANS[wc.run].whole.subset("test"),
    output:
        table="results/{run}/similarity.tsv",
    log:
        "logs/{run}/measure_similarity.log",
    benchmark:
        "logs/{run}/measure_similarity.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        code=code_hash("measure_similarity"),
    message:
        "Comparing test with training molecules"
    script:
        "../scripts/measure_similarity.py"
