# The search sees the training and the validation part, never the test part.
rule train_replicate:
    """Train one trial with one seed and predict the validation part."""
    input:
        train_features=lambda wc: TRIALS[wc.trial].features_file("train"),
        valid_features=lambda wc: TRIALS[wc.trial].features_file("valid"),
        train=lambda wc: TRIALS[wc.trial].part_file("train"),
        valid=lambda wc: TRIALS[wc.trial].part_file("valid"),
    output:
        predictions="results/trials/{family}/{trial}/seed-{seed}/valid_predictions.npy",
        curve="results/trials/{family}/{trial}/seed-{seed}/learning_curve.tsv",
        cost="results/trials/{family}/{trial}/seed-{seed}/cost.json",
        result="results/trials/{family}/{trial}/seed-{seed}/result.json",
    log:
        "logs/trials/{family}/{trial}/seed-{seed}.log",
    benchmark:
        "logs/trials/{family}/{trial}/seed-{seed}.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        trial=lambda wc: TRIALS[wc.trial].json(),
        code=lambda wc: TRAINING_CODE[wc.family],
    message:
        "Training {wildcards.family} trial {wildcards.trial} with seed {wildcards.seed}"
    script:
        "../scripts/train_replicate.py"


rule gather_trials:
    """Compute every metric of every trial from its validation predictions."""
    input:
        train=lambda wc: PLANS[wc.run].part_file("train"),
        valid=lambda wc: PLANS[wc.run].part_file("valid"),
        results=lambda wc: [
            f"{trial.folder}/seed-{seed}/result.json"
            for trial in PLANS[wc.run].trials.values()
            for seed in SEEDS
        ],
    output:
        trials="results/{run}/trials.tsv",
        scores="results/{run}/scores.tsv",
        cost="results/{run}/cost.tsv",
    log:
        "logs/{run}/gather_trials.log",
    benchmark:
        "logs/{run}/gather_trials.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        code=code_hash("gather_trials"),
    message:
        "Gathering the validation scores"
    script:
        "../scripts/gather_trials.py"


rule select_best:
    """Freeze one winner per family and one overall by the validation scores."""
    input:
        trials=rules.gather_trials.output.trials,
    output:
        selection="results/{run}/selection.json",
    log:
        "logs/{run}/select_best.log",
    benchmark:
        "logs/{run}/select_best.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=lambda wc: canonical_json(
            {
                "objective": config["objective"],
                "seeds": SEEDS,
                "dataset": PLANS[wc.run].dataset_id,
                "split": PLANS[wc.run].split_id,
                "trials": {
                    id: vars(trial) for id, trial in PLANS[wc.run].trials.items()
                },
            }
        ),
        code=code_hash("select_best"),
    message:
        "Freezing the winners"
    script:
        "../scripts/select_best.py"
