# From the raw file to features: each part is a file of its own.


# The nodes of a cluster seldom reach the internet.
localrules:
    download_dataset,


rule download_dataset:
    """Fetch the dataset from the first source that works and check its SHA-256."""
    output:
        raw="data/{dataset}/raw.csv",
    log:
        "logs/data/{dataset}/download_dataset.log",
    benchmark:
        "logs/data/{dataset}/download_dataset.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        dataset=canonical_json(PLAN.checksums),
        code=code_hash("download_dataset"),
    message:
        "Fetching the dataset"
    script:
        "../scripts/download_dataset.py"


rule curate_dataset:
    """Parse the SMILES, group equal molecules, report every dropped row and label."""
    input:
        raw=rules.download_dataset.output.raw,
    output:
        molecules="data/{dataset}/molecules.csv",
        dropped="data/{dataset}/curation.tsv",
        counts="data/{dataset}/curation.json",
    log:
        "logs/data/{dataset}/curate_dataset.log",
    benchmark:
        "logs/data/{dataset}/curate_dataset.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        columns=canonical_json(PLAN.columns),
        code=code_hash("curate_dataset"),
    message:
        "Curating the molecules"
    script:
        "../scripts/curate_dataset.py"


rule split_dataset:
    """Assign each molecule to train, valid or test; equal molecules stay together."""
    input:
        molecules=rules.curate_dataset.output.molecules,
    output:
        assignment="data/{dataset}/{split}/assignment.tsv",
        train="data/{dataset}/{split}/whole/train.csv",
        valid="data/{dataset}/{split}/whole/valid.csv",
        test="data/{dataset}/{split}/whole/test.csv",
    log:
        "logs/data/{dataset}/{split}/split_dataset.log",
    benchmark:
        "logs/data/{dataset}/{split}/split_dataset.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        split=lambda wc: canonical_json(
            {"task_type": PLAN.task_type, **SPLITS[wc.split]}
        ),
        code=code_hash("split_dataset"),
    message:
        "Splitting the dataset"
    script:
        "../scripts/split_dataset.py"


rule take_fold:
    """Take one fold of the training set to judge by, and the others to train on."""
    input:
        train="data/{dataset}/{split}/whole/train.csv",
        assignment=rules.split_dataset.output.assignment,
    output:
        train="data/{dataset}/{split}/fold-{fold}/train.csv",
        valid="data/{dataset}/{split}/fold-{fold}/valid.csv",
    log:
        "logs/data/{dataset}/{split}/fold-{fold}/take_fold.log",
    benchmark:
        "logs/data/{dataset}/{split}/fold-{fold}/take_fold.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        split=lambda wc: canonical_json(SPLITS[wc.split]),
        code=code_hash("take_fold"),
    message:
        "Taking fold {wildcards.fold}"
    script:
        "../scripts/take_fold.py"


rule featurize_subset:
    """Compute one representation of one part's molecules."""
    input:
        subset="data/{dataset}/{split}/whole/{subset}.csv",
    output:
        features="data/{dataset}/{split}/whole/{subset}/{features}.npz",
    log:
        "logs/data/{dataset}/{split}/whole/{subset}/{features}.log",
    benchmark:
        "logs/data/{dataset}/{split}/whole/{subset}/{features}.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 4
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        features=lambda wc: canonical_json(PLAN.features[wc.features]),
        code=code_hash("featurize_subset"),
    message:
        "Featurizing {wildcards.subset}"
    script:
        "../scripts/featurize_subset.py"


rule take_fold_features:
    """Take the features of a fold's molecules from those of the training set."""
    input:
        molecules="data/{dataset}/{split}/whole/train.csv",
        features="data/{dataset}/{split}/whole/train/{features}.npz",
        subset="data/{dataset}/{split}/fold-{fold}/{subset}.csv",
    output:
        features="data/{dataset}/{split}/fold-{fold}/{subset}/{features}.npz",
    log:
        "logs/data/{dataset}/{split}/fold-{fold}/{subset}/{features}.log",
    benchmark:
        "logs/data/{dataset}/{split}/fold-{fold}/{subset}/{features}.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        code=code_hash("take_fold_features"),
    message:
        "Taking features of fold {wildcards.fold}, {wildcards.subset}"
    script:
        "../scripts/take_fold_features.py"


rule join_subsets:
    """Put train and valid together, for a refit."""
    input:
        train="data/{dataset}/{split}/whole/train.csv",
        valid="data/{dataset}/{split}/whole/valid.csv",
    output:
        train="data/{dataset}/{split}/all/train.csv",
        valid="data/{dataset}/{split}/all/valid.csv",
    log:
        "logs/data/{dataset}/{split}/all/join_subsets.log",
    benchmark:
        "logs/data/{dataset}/{split}/all/join_subsets.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code_hash("join_subsets"),
    message:
        "Joining train and valid"
    script:
        "../scripts/join_subsets.py"


rule join_features:
    """Put the features of train and valid together, for a refit; test's stay alone."""
    input:
        lambda wc: [
            f"data/{wc.dataset}/{wc.split}/whole/{subset}/{wc.features}.npz"
            for subset in JOINED.get(wc.subset, [wc.subset])
        ],
    output:
        features="data/{dataset}/{split}/all/{subset}/{features}.npz",
    log:
        "logs/data/{dataset}/{split}/all/{subset}/{features}.log",
    benchmark:
        "logs/data/{dataset}/{split}/all/{subset}/{features}.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        code=code_hash("join_features"),
    message:
        "Joining features for a refit, {wildcards.subset}"
    script:
        "../scripts/join_features.py"


rule fit_transform:
    """Fit the scaling of features on the training set, and on nothing else."""
    input:
        features="data/{dataset}/{split}/{set}/train/{features}.npz",
    output:
        transform="data/{dataset}/{split}/{set}/transforms/{features}.npz",
    log:
        "logs/data/{dataset}/{split}/{set}/transforms/{features}.log",
    benchmark:
        "logs/data/{dataset}/{split}/{set}/transforms/{features}.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        code=code_hash("fit_transform"),
    message:
        "Fitting the scaling of features"
    script:
        "../scripts/fit_transform.py"


rule transform_subset:
    """Scale one part's features with what was fitted on the training set."""
    input:
        features="data/{dataset}/{split}/{set}/{subset}/{features}.npz",
        transform=rules.fit_transform.output.transform,
    output:
        features="data/{dataset}/{split}/{set}/{subset}/{features}.scaled.npz",
    log:
        "logs/data/{dataset}/{split}/{set}/{subset}/{features}.scaled.log",
    benchmark:
        "logs/data/{dataset}/{split}/{set}/{subset}/{features}.scaled.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        code=code_hash("transform_subset"),
    message:
        "Scaling features of {wildcards.subset}"
    script:
        "../scripts/transform_subset.py"
