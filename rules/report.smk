# What people read.
# What the summary and the page are two renderings of.
RUN_FILES = dict(
    selection=rules.select_best.output.selection,
    specs=rules.gather_trials.output.specs,
    trials=rules.gather_trials.output.trials,
    cost=rules.gather_trials.output.cost,
    test=rules.summarize_test.output.report,
    baselines=rules.score_baselines.output.report,
    test_predictions=rules.open_test.output.predictions,
    test_set=plan.subset("test"),
    optimism=rules.correct_selection.output.report,
    frequencies=rules.correct_selection.output.frequencies,
    comparison=rules.compare_winners.output.table,
    similarity=rules.measure_similarity.output.table,
    coverage=rules.judge_sets.output.table,
    domain=rules.judge_domain.output.table,
    prospective=expand(
        "results/{{run}}/prospective/{name}.json", name=COMMON.prospective
    ),
    sources=plan.sources,
    curation=plan.curation,
    recipe=plan.recipe,
    records=expand("results/{{run}}/{model}.json", model=COMMON.models),
)
if COMMON.task_type == TaskType.BINARY:
    RUN_FILES |= dict(
        decisions=rules.judge_probabilities.output.decisions,
        brier=rules.judge_probabilities.output.brier,
        reliability=rules.judge_probabilities.output.reliability,
    )


rule write_summary:
    """Write the summary for people, and the record of where it came from."""
    input:
        **RUN_FILES,
        assignment=plan.assignment,
    output:
        summary="results/{run}/summary.md",
        provenance="results/{run}/provenance.json",
    log:
        "logs/{run}/write_summary.log",
    benchmark:
        "logs/{run}/write_summary.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        settings=plan.told("write_report"),
        ledger=plan.ledger,
        code=code_hash("write_summary"),
        published=page_hash("published_scores.tsv"),
    script:
        "../scripts/write_summary.py"


rule write_report:
    """Write the report, a page that needs no network, and its figures as SVG."""
    input:
        **RUN_FILES,
        model=rules.save_final_model.output.model,
        examples=rules.show_molecules.output.examples,
        cliffs=rules.show_molecules.output.cliffs,
        cliff_counts=rules.show_molecules.output.cliff_counts,
        map=rules.show_molecules.output.map,
        map_record=rules.show_molecules.output.map_record,
        atoms=rules.explain_examples.output.atoms,
        labels=rules.count_labels.output.table,
        provenance=rules.write_summary.output.provenance,
    output:
        page="results/{run}/report.html",
        figures=[
            report(
                f"results/{{run}}/figures/{entry.name}.svg",
                caption=f"../report/{entry.name}.rst",
                category=entry.section,
                labels={"figure": entry.title, "run": "{run}"},
            )
            for entry in entries(COMMON.task_type)
        ],
    log:
        "logs/{run}/write_report.log",
    benchmark:
        "logs/{run}/write_report.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        settings=plan.told("write_report"),
        ledger=plan.ledger,
        code=code_hash("write_report"),
        page=page_hash(),
    script:
        "../scripts/write_report.py"


if len(PLANS) > 1:

    rule summarize_splits:
        """Put the splits side by side; nothing is selected across them."""
        input:
            selections=expand("results/{run}/selection.json", run=PLANS),
            trials=expand("results/{run}/trials.tsv", run=PLANS),
            records=expand("results/{run}/trials.json", run=PLANS),
            tests=expand("results/{run}/test.json", run=PLANS),
            baselines=expand("results/{run}/baselines.json", run=PLANS),
            summaries=expand("results/{run}/summary.md", run=PLANS),
        output:
            summary=f"results/{RUN}/summary.md",
            page=f"results/{RUN}/report.html",
            scores=f"results/{RUN}/splits.tsv",
            correlations=f"results/{RUN}/rank_correlations.tsv",
        log:
            f"logs/{RUN}/summarize_splits.log",
        benchmark:
            f"logs/{RUN}/summarize_splits.benchmark.tsv"
        conda:
            "../envs/toxtune.yaml"
        params:
            run=RUN,
            final=canonical_json(COMMON.config["final"]),
            permutation=canonical_json(COMMON.config["dataset"]["permute_labels"]),
            code=code_hash("summarize_splits"),
            page=page_hash(),
        script:
            "../scripts/summarize_splits.py"
