# The winners predict the test set, once; their scores.
rule open_test:
    """Predict the test set with all winners, and record that in the ledger."""
    input:
        selection=rules.select_best.output.selection,
        models=expand("results/{{run}}/{model}", model=COMMON.models + COMMON.refits),
        records=expand(
            "results/{{run}}/{model}.json", model=COMMON.models + COMMON.refits
        ),
        test=plan.subset("test"),
        features=plan.features("test"),
        refit_features=(plan.features("test", of="joined") if COMMON.is_refit else []),
    output:
        predictions="results/{run}/test_predictions.csv",
        refit="results/{run}/refit_test_predictions.csv" if COMMON.is_refit else [],
    log:
        "logs/{run}/open_test.log",
    benchmark:
        "logs/{run}/open_test.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        ledger=plan.ledger,
        code=code_hash("open_test", *COMMON.modules),
    script:
        "../scripts/open_test.py"


rule summarize_test:
    """Score the stored test predictions, with confidence intervals."""
    input:
        selection=rules.select_best.output.selection,
        scores=rules.gather_trials.output.scores,
        ensemble=rules.select_best.output.ensemble,
        test_predictions=rules.open_test.output.predictions,
        refit_predictions=rules.open_test.output.refit,
        predictions=expand("results/{{run}}/{model}.train.npy", model=COMMON.models),
        train=plan.subset("train"),
        valid=plan.subset("valid"),
        test=plan.subset("test"),
    output:
        report="results/{run}/test.json",
        table="results/{run}/test.tsv",
    log:
        "logs/{run}/summarize_test.log",
    benchmark:
        "logs/{run}/summarize_test.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        settings=plan.told("summarize_test"),
        code=code_hash("summarize_test"),
    script:
        "../scripts/summarize_test.py"


rule compare_winners:
    """Compare each family's winner with the overall winner on the test set."""
    input:
        selection=rules.select_best.output.selection,
        test_predictions=rules.open_test.output.predictions,
        train=plan.subset("train"),
        test=plan.subset("test"),
    output:
        table="results/{run}/comparison.tsv",
    log:
        "logs/{run}/compare_winners.log",
    benchmark:
        "logs/{run}/compare_winners.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        resampling=plan.told("resampling"),
        code=code_hash("compare_winners"),
    script:
        "../scripts/compare_winners.py"


rule score_baselines:
    """Score simple models beside the winners: none of them can be selected."""
    input:
        # The test set has been opened by then; what the winners predict is not read.
        # (Not by `ancient`, which would hold for all rules that read the predictions.)
        opened=rules.open_test.output.predictions,
        train=plan.search_sets("train"),
        valid=plan.search_sets("valid"),
        trained_on=plan.subset("train"),
        test=plan.subset("test"),
    output:
        report="results/{run}/baselines.json",
    log:
        "logs/{run}/score_baselines.log",
    benchmark:
        "logs/{run}/score_baselines.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        settings=plan.told("score_baselines"),
        code=code_hash("score_baselines"),
    script:
        "../scripts/score_baselines.py"


rule judge_probabilities:
    """Score the winners' probabilities, and the classes that thresholds make of them."""
    input:
        selection=rules.select_best.output.selection,
        fitted=rules.calibrate_winners.output.report,
        test_predictions=rules.open_test.output.predictions,
        valid=plan.search_sets("valid"),
        test=plan.subset("test"),
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
    params:
        settings=plan.told("judge_probabilities"),
        code=code_hash("judge_probabilities"),
    script:
        "../scripts/judge_probabilities.py"


rule judge_sets:
    """Count how many prediction sets of the test set hold the true label."""
    input:
        selection=rules.select_best.output.selection,
        conformal=rules.calibrate_sets.output.report,
        test_predictions=rules.open_test.output.predictions,
        refit_predictions=rules.open_test.output.refit,
        test=plan.subset("test"),
    output:
        table="results/{run}/coverage.tsv",
    log:
        "logs/{run}/judge_sets.log",
    benchmark:
        "logs/{run}/judge_sets.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        settings=plan.told("judge_sets"),
        code=code_hash("judge_sets"),
    script:
        "../scripts/judge_sets.py"


rule judge_domain:
    """Compare errors in and out of the applicability domain on the test set."""
    input:
        selection=rules.select_best.output.selection,
        conformal=rules.calibrate_sets.output.report,
        test_predictions=rules.open_test.output.predictions,
        train=plan.search_sets("train"),
        valid=plan.search_sets("valid"),
        trained_on=plan.subset("train"),
        test=plan.subset("test"),
    output:
        table="results/{run}/domain.tsv",
    log:
        "logs/{run}/judge_domain.log",
    benchmark:
        "logs/{run}/judge_domain.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        resampling=plan.told("resampling"),
        code=code_hash("judge_domain"),
    script:
        "../scripts/judge_domain.py"
