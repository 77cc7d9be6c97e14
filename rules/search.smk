# The search sees the training and the validation set, never the test set.
rule train_replicate:
    """Train one trial with one seed and predict the validation set."""
    input:
        # One function, not one for each kind: every function costs time for each job.
        lambda wc: [
            file
            for subset in ("train", "valid")
            for file in TRIALS[wc.trial].files(subset, set_name_of(wc.replicate))
        ],
    output:
        predictions="results/trials/{family}/{trial}/{replicate}/valid_predictions.npy",
        curve="results/trials/{family}/{trial}/{replicate}/learning_curve.tsv",
        cost="results/trials/{family}/{trial}/{replicate}/cost.json",
        result="results/trials/{family}/{trial}/{replicate}/result.json",
    log:
        "logs/trials/{family}/{trial}/{replicate}.log",
    benchmark:
        "logs/trials/{family}/{trial}/{replicate}.benchmark.tsv"
    retries: RETRIES_HERE
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=lambda wc, attempt: 4000 * attempt,
        runtime=lambda wc, attempt: 120 * attempt,
        last_attempt=lambda wc, attempt: int(attempt > RETRIES),
        gpu=lambda wc: int(DEVICES[wc.family] == GPU),
    params:
        trial=lambda wc: TRIALS[wc.trial].json(),
        device=lambda wc: DEVICES[wc.family],
        code=lambda wc: TRAINING_CODE[wc.family],
    message:
        "Training {wildcards.family} trial {wildcards.trial} ({wildcards.replicate})"
    script:
        "../scripts/train_replicate.py"


rule propose_trials:
    """Propose a stage's trials from the validation scores of the stages before."""
    input:
        train=lambda wc: PLANS[wc.run].search_files("train"),
        valid=lambda wc: PLANS[wc.run].search_files("valid"),
        results=lambda wc: [
            f"{folder}/result.json"
            for folder in PLANS[wc.run].results_before(wc.stage)
        ],
    output:
        proposals="results/{run}/search/{stage}/proposals.json",
    log:
        "logs/{run}/search/{stage}/propose_trials.log",
    benchmark:
        "logs/{run}/search/{stage}/propose_trials.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=lambda wc: canonical_json(PLANS[wc.run].stages[wc.stage].settings),
        code=code_hash("propose_trials"),
    message:
        "Proposing the trials of {wildcards.stage}"
    script:
        "../scripts/propose_trials.py"


rule train_slot:
    """Train the trial that was proposed for a slot, with one seed."""
    input:
        proposals=rules.propose_trials.output.proposals,
        features=lambda wc: PLANS[wc.run].features_files(
            PLANS[wc.run].training_set(set_name_of(wc.replicate)), "train", "valid"
        ),
        train=lambda wc: PLANS[wc.run]
        .training_set(set_name_of(wc.replicate))
        .subset("train"),
        valid=lambda wc: PLANS[wc.run]
        .training_set(set_name_of(wc.replicate))
        .subset("valid"),
    output:
        predictions="results/{run}/search/{stage}/slot-{slot}/{replicate}/valid_predictions.npy",
        curve="results/{run}/search/{stage}/slot-{slot}/{replicate}/learning_curve.tsv",
        cost="results/{run}/search/{stage}/slot-{slot}/{replicate}/cost.json",
        result="results/{run}/search/{stage}/slot-{slot}/{replicate}/result.json",
    log:
        "logs/{run}/search/{stage}/slot-{slot}/{replicate}.log",
    benchmark:
        "logs/{run}/search/{stage}/slot-{slot}/{replicate}.benchmark.tsv"
    retries: RETRIES_HERE
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=lambda wc, attempt: 4000 * attempt,
        runtime=lambda wc, attempt: 120 * attempt,
        last_attempt=lambda wc, attempt: int(attempt > RETRIES),
        gpu=lambda wc: int(DEVICES[PLANS[wc.run].stages[wc.stage].family] == GPU),
    params:
        device=lambda wc: DEVICES[PLANS[wc.run].stages[wc.stage].family],
        code=lambda wc: TRAINING_CODE[PLANS[wc.run].stages[wc.stage].family]
        + code_hash("train_slot"),
    message:
        "Training slot {wildcards.slot} of {wildcards.stage} ({wildcards.replicate})"
    script:
        "../scripts/train_slot.py"


rule gather_trials:
    """Compute every metric of every trial from its validation predictions."""
    input:
        train=lambda wc: PLANS[wc.run].search_files("train"),
        valid=lambda wc: PLANS[wc.run].search_files("valid"),
        results=lambda wc: [f"{folder}/result.json" for folder in PLANS[wc.run].results],
    output:
        trials="results/{run}/trials.tsv",
        specs="results/{run}/trials.json",
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


rule rank_simplicity:
    """Tell the simplest trials and the standard errors of the best, for one_se."""
    input:
        trials=rules.gather_trials.output.trials,
        specs=rules.gather_trials.output.specs,
        train=lambda wc: PLANS[wc.run].search_files("train"),
        valid=lambda wc: PLANS[wc.run].search_files("valid"),
        features=lambda wc: PLANS[wc.run].features_files(
            PLANS[wc.run].search_sets[0], "valid"
        ),
    output:
        simplicity="results/{run}/simplicity.json",
    log:
        "logs/{run}/rank_simplicity.log",
    benchmark:
        "logs/{run}/rank_simplicity.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=lambda wc: canonical_json(weighing_settings(config, PLANS[wc.run])),
        resampling=canonical_json(config["test"]),
        code=code_hash("rank_simplicity", *(MODULES[family] for family in FAMILIES)),
    message:
        "Telling the simplest trials"
    script:
        "../scripts/rank_simplicity.py"


rule select_best:
    """Freeze one winner per family and one overall by the validation scores."""
    input:
        trials=rules.gather_trials.output.trials,
        specs=rules.gather_trials.output.specs,
        simplicity=(
            rules.rank_simplicity.output.simplicity
            if config["select"]["rule"] == "one_se"
            else []
        ),
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
        settings=lambda wc: canonical_json(selection_settings(config, PLANS[wc.run])),
        code=code_hash("select_best"),
    message:
        "Freezing the winners"
    script:
        "../scripts/select_best.py"


rule correct_selection:
    """Correct the winners' validation scores for having been chosen by them."""
    input:
        selection=rules.select_best.output.selection,
        trials=rules.gather_trials.output.trials,
        specs=rules.gather_trials.output.specs,
        train=lambda wc: PLANS[wc.run].search_files("train"),
        valid=lambda wc: PLANS[wc.run].search_files("valid"),
        features=lambda wc: PLANS[wc.run].features_files(
            PLANS[wc.run].search_sets[0], "valid"
        ),
    output:
        report="results/{run}/optimism.json",
        frequencies="results/{run}/selection_frequency.tsv",
    log:
        "logs/{run}/correct_selection.log",
    benchmark:
        "logs/{run}/correct_selection.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        settings=lambda wc: canonical_json(
            {
                "rule": config["select"]["rule"],
                "cross_validated": PLANS[wc.run].is_cross_validated,
            }
        ),
        resampling=canonical_json(config["test"]),
        code=code_hash("correct_selection", *(MODULES[family] for family in FAMILIES)),
    message:
        "Correcting the winners' scores for having been chosen"
    script:
        "../scripts/correct_selection.py"
