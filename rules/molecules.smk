# The molecules that people are shown: labels, neighbours, examples.
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


rule show_molecules:
    """Find the test molecules that a report shows: examples, activity cliffs, a map."""
    input:
        selection=rules.select_best.output.selection,
        conformal=rules.calibrate_sets.output.report,
        fitted=THRESHOLDS,
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


rule explain_examples:
    """Say which atoms the final model's predictions of the report's examples come from."""
    input:
        model=rules.save_final_model.output.model,
        examples=rules.show_molecules.output.examples,
    output:
        atoms="results/{run}/example_atoms.json",
    log:
        "logs/{run}/explain_examples.log",
    benchmark:
        "logs/{run}/explain_examples.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        code=code_hash("explain_examples", *COMMON.modules),
    script:
        "../scripts/explain_examples.py"
