# The winners' models, and what is fitted to their validation predictions.
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


use rule train_winner as refit_winner with:
    """Retrain a winner, or another member, on training and validation set together."""
    input:
        selection=rules.select_best.output.selection,
        data=plan.refit_files,
        winner=plan.winner_record("refit"),
    output:
        model="results/{run}/refit/{model}/seed-{seed}.{format}",
        record="results/{run}/refit/{model}/seed-{seed}.{format}.json",
    log:
        "logs/{run}/refit_winner/{model}/seed-{seed}.{format}.log",
    benchmark:
        "logs/{run}/refit_winner/{model}/seed-{seed}.{format}.benchmark.tsv"
    params:
        set_name=COMMON.joined.name,


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


# Of several classes the likeliest is predicted, and values have none.
THRESHOLDS = (
    rules.calibrate_winners.output.report if COMMON.task_type == TaskType.BINARY else []
)


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
