# The search reads the training and the validation set, never the test set.
rule train_replicate:
    """Train one trial with one seed, and predict the validation set."""
    input:
        data=plan.trial_files,
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
    resources:
        mem_mb=signed(lambda wc, attempt: 4000 * attempt),
        runtime=signed(lambda wc, attempt: 120 * attempt),
        last_attempt=signed(lambda wc, attempt: int(attempt > RETRIES)),
        gpu=plan.gpus,
    params:
        trial=plan.trial,
        save_state=plan.saves_state,
        device=plan.device,
        code=plan.training_code("train_replicate"),
    script:
        "../scripts/train_replicate.py"


rule propose_trials:
    """Propose a stage's trials from the validation scores of earlier stages."""
    input:
        train=plan.search_sets("train"),
        valid=plan.search_sets("valid"),
        results=plan.earlier_results,
    output:
        proposals="results/{run}/search/{stage}/proposals.json",
    log:
        "logs/{run}/search/{stage}/propose_trials.log",
    benchmark:
        "logs/{run}/search/{stage}/propose_trials.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        settings=plan.told("propose_trials"),
        code=code_hash("propose_trials"),
    script:
        "../scripts/propose_trials.py"


use rule train_replicate as train_slot with:
    """Train the trial that was proposed for a slot with one seed."""
    input:
        proposals=rules.propose_trials.output.proposals,
        data=plan.slot_files,
    output:
        predictions="results/{run}/search/{stage}/slot-{slot}/{replicate}/valid_predictions.npy",
        curve="results/{run}/search/{stage}/slot-{slot}/{replicate}/learning_curve.tsv",
        cost="results/{run}/search/{stage}/slot-{slot}/{replicate}/cost.json",
        result="results/{run}/search/{stage}/slot-{slot}/{replicate}/result.json",
    log:
        "logs/{run}/search/{stage}/slot-{slot}/{replicate}.log",
    benchmark:
        "logs/{run}/search/{stage}/slot-{slot}/{replicate}.benchmark.tsv"
    params:
        # The proposals say these.
        trial=None,
        save_state=None,


rule gather_trials:
    """Compute all metrics of all trials from their validation predictions."""
    input:
        train=plan.search_sets("train"),
        valid=plan.search_sets("valid"),
        results=plan.results,
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
    params:
        settings=plan.told("gather_trials"),
        code=code_hash("gather_trials"),
    script:
        "../scripts/gather_trials.py"


rule rank_simplicity:
    """Rank trials by simplicity and find standard errors, for the rule one_se."""
    input:
        trials=rules.gather_trials.output.trials,
        specs=rules.gather_trials.output.specs,
        train=plan.search_sets("train"),
        valid=plan.search_sets("valid"),
        features=plan.features("valid", of="first_search_set"),
    output:
        simplicity="results/{run}/simplicity.json",
    log:
        "logs/{run}/rank_simplicity.log",
    benchmark:
        "logs/{run}/rank_simplicity.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        settings=plan.told("rank_simplicity"),
        resampling=plan.told("resampling"),
        code=code_hash("rank_simplicity", *COMMON.modules),
    script:
        "../scripts/rank_simplicity.py"


rule select_best:
    """Select a winner per family, and one of them or their mean, by validation."""
    input:
        trials=rules.gather_trials.output.trials,
        specs=rules.gather_trials.output.specs,
        train=plan.search_sets("train"),
        valid=plan.search_sets("valid"),
        simplicity=(
            rules.rank_simplicity.output.simplicity
            if config["select"]["rule"] == "one_se"
            else []
        ),
    output:
        selection="results/{run}/selection.json",
        ensemble="results/{run}/ensemble.tsv",
    log:
        "logs/{run}/select_best.log",
    benchmark:
        "logs/{run}/select_best.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        settings=plan.told("select_best"),
        code=code_hash("select_best"),
    script:
        "../scripts/select_best.py"


rule correct_selection:
    """Correct the winners' validation scores, which selection makes optimistic."""
    input:
        selection=rules.select_best.output.selection,
        trials=rules.gather_trials.output.trials,
        specs=rules.gather_trials.output.specs,
        train=plan.search_sets("train"),
        valid=plan.search_sets("valid"),
        features=plan.features("valid", of="first_search_set"),
    output:
        report="results/{run}/optimism.json",
        frequencies="results/{run}/selection_frequency.tsv",
    log:
        "logs/{run}/correct_selection.log",
    benchmark:
        "logs/{run}/correct_selection.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    resources:
        runtime=120,
    params:
        settings=plan.told("correct_selection"),
        resampling=plan.told("resampling"),
        code=code_hash("correct_selection", *COMMON.modules),
    script:
        "../scripts/correct_selection.py"
