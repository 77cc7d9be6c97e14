# The model for use: saved, and scored on prospective data.
rule save_final_model:
    """Write all that prediction needs to one file; test scores are in its card alone."""
    input:
        selection=rules.select_best.output.selection,
        models=expand("results/{{run}}/{model}", model=COMMON.refits or COMMON.models),
        records=expand(
            "results/{{run}}/{model}.json", model=COMMON.refits or COMMON.models
        ),
        train=plan.search_sets("train"),
        valid=plan.search_sets("valid"),
        trained_on=plan.subset("train", of="final_set"),
        # Names of classes, and of tasks that were left out.
        curation=plan.curation,
        recipe=plan.recipe,
        fitted=THRESHOLDS,
        # For the model's card.
        test=rules.summarize_test.output.report,
        transforms=plan.transforms(of="final_set"),
    output:
        model="results/{run}/final.zip",
    log:
        "logs/{run}/save_final_model.log",
    benchmark:
        "logs/{run}/save_final_model.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        settings=plan.told("save_final_model"),
        code=code_hash("save_final_model", *COMMON.modules),
    script:
        "../scripts/save_final_model.py"


rule evaluate_prospective:
    """Score what was selected on prospective data, and record that in a ledger."""
    input:
        model=rules.save_final_model.output.model,
        # Every family's winner is scored beside it.
        selection=rules.save_final_model.input.selection,
        models=rules.save_final_model.input.models,
        records=rules.save_final_model.input.records,
        trained_on=rules.save_final_model.input.trained_on,
        transforms=rules.save_final_model.input.transforms,
        train=plan.subset("train"),
        valid=plan.subset("valid"),
        # Only to leave its molecules out: they are not new.
        test=plan.subset("test"),
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
    params:
        settings=plan.told("evaluate_prospective"),
        final=plan.told("save_final_model"),
        ledger=plan.prospective_ledger,
        code=code_hash("evaluate_prospective", *COMMON.modules),
    script:
        "../scripts/evaluate_prospective.py"
