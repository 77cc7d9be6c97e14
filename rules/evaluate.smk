# The winners predict the test set, once.
rule train_winner:
    """Train the model of a winner, or of another member of an ensemble, with one seed."""
    input:
        selection=rules.select_best.output.selection,
        data=plan.model_files,
        winner=plan.winner_record("models"),
    output:
        model="results/{run}/models/{model}/seed-{seed}.{format}",
        train="results/{run}/models/{model}/seed-{seed}.{format}.train.npy",
        record="results/{run}/models/{model}/seed-{seed}.{format}.json",
    log:
        "logs/{run}/train_winner/{model}/seed-{seed}.{format}.log",
    benchmark:
        "logs/{run}/train_winner/{model}/seed-{seed}.{format}.benchmark.tsv"
    retries: RETRIES_HERE
    conda:
        "../envs/toxtune.yaml"
    resources:
        mem_mb=lambda wc, attempt: 4000 * attempt,
        runtime=lambda wc, attempt: 120 * attempt,
        gpu=plan.gpus,
    params:
        device=plan.device,
        set_name=COMMON.whole.name,
        code=plan.training_code("train_winner"),
    script:
        "../scripts/train_winner.py"


rule calibrate_winners:
    """Fit temperatures and thresholds on the validation set, and on nothing else."""
    input:
        selection=rules.select_best.output.selection,
        valid=plan.search_sets("valid"),
    output:
        report="results/{run}/calibration.json",
    log:
        "logs/{run}/calibrate_winners.log",
    benchmark:
        "logs/{run}/calibrate_winners.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        settings=plan.told("calibrate_winners"),
        code=code_hash("calibrate_winners"),
    script:
        "../scripts/calibrate_winners.py"


rule calibrate_sets:
    """Calibrate the final model's prediction sets on validation predictions."""
    input:
        selection=rules.select_best.output.selection,
        valid=plan.search_sets("valid"),
        # Which classes a task has.
        train=plan.subset("train", of="final_set"),
    output:
        report="results/{run}/conformal.json",
    log:
        "logs/{run}/calibrate_sets.log",
    benchmark:
        "logs/{run}/calibrate_sets.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        settings=plan.told("calibrate_sets"),
        code=code_hash("calibrate_sets"),
    script:
        "../scripts/calibrate_sets.py"


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


rule measure_similarity:
    """Find the training molecule that is most similar to each test molecule."""
    input:
        train=plan.subset("train"),
        test=plan.subset("test"),
    output:
        table="results/{run}/similarity.tsv",
    log:
        "logs/{run}/measure_similarity.log",
    benchmark:
        "logs/{run}/measure_similarity.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        code=code_hash("measure_similarity"),
    script:
        "../scripts/measure_similarity.py"


rule count_labels:
    """Count each task's labels in each set, and what curation changed of them."""
    input:
        train=plan.subset("train"),
        valid=plan.subset("valid"),
        test=plan.subset("test"),
        settled=plan.settled,
    output:
        table="results/{run}/labels.tsv",
    log:
        "logs/{run}/count_labels.log",
    benchmark:
        "logs/{run}/count_labels.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        task_type=COMMON.task_type.value,
        code=code_hash("count_labels"),
    script:
        "../scripts/count_labels.py"


rule show_molecules:
    """Find the test molecules that a report shows: examples, activity cliffs, a map."""
    input:
        selection=rules.select_best.output.selection,
        conformal=rules.calibrate_sets.output.report,
        fitted=(
            rules.calibrate_winners.output.report
            if COMMON.task_type == TaskType.BINARY
            else []
        ),
        test_predictions=rules.open_test.output.predictions,
        train=plan.subset("train"),
        valid=plan.subset("valid"),
        test=plan.subset("test"),
        settled=plan.settled,
    output:
        examples="results/{run}/examples.tsv",
        cliffs="results/{run}/cliffs.tsv",
        cliff_counts="results/{run}/cliff_counts.tsv",
        map="results/{run}/map.tsv",
        map_record="results/{run}/map.json",
    log:
        "logs/{run}/show_molecules.log",
    benchmark:
        "logs/{run}/show_molecules.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        code=code_hash("show_molecules"),
    script:
        "../scripts/show_molecules.py"
