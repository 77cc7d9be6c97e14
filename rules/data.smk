# From the raw file to features: each subset is a file of its own.


rule download_dataset:
    """Keep the dataset's files, from the first source that works; check their SHA-256."""
    output:
        raw="data/{dataset}/raw",
        raw_test="data/{dataset}/raw_test",
        sources="data/{dataset}/sources.json",
    log:
        "logs/data/{dataset}/download_dataset.log",
    benchmark:
        "logs/data/{dataset}/download_dataset.benchmark.tsv"
    # The nodes of a cluster seldom reach the internet.
    localrule: True
    conda:
        "../envs/toxtune.yaml"
    params:
        dataset=plan.told("download_dataset"),
        code=code_hash("download_dataset"),
    script:
        "../scripts/download_dataset.py"


rule curate_dataset:
    """Parse the SMILES, make them parents, group what is one compound, report drops."""
    input:
        raw=rules.download_dataset.output.raw,
        raw_test=rules.download_dataset.output.raw_test,
        sources=rules.download_dataset.output.sources,
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
    threads: 4
    params:
        columns=plan.told("curate_dataset"),
        code=code_hash("curate_dataset"),
    script:
        "../scripts/curate_dataset.py"


rule split_dataset:
    """Assign molecules to training, validation and test set; equal ones together."""
    input:
        molecules=rules.curate_dataset.output.molecules,
    output:
        assignment="data/{dataset}/{split}/assignment.tsv",
        train="data/{dataset}/{split}/whole/train.csv",
        valid="data/{dataset}/{split}/whole/valid.csv",
        test="data/{dataset}/{split}/whole/test.csv",
        recipe="data/{dataset}/{split}/split.json",
        settled="data/{dataset}/{split}/settled.tsv",
    log:
        "logs/data/{dataset}/{split}/split_dataset.log",
    benchmark:
        "logs/data/{dataset}/{split}/split_dataset.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        split=plan.told("split_dataset"),
        code=code_hash("split_dataset"),
    script:
        "../scripts/split_dataset.py"


rule take_fold:
    """Take one fold of the training set as validation set, the rest to train on."""
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
    params:
        split=plan.told("take_fold"),
        code=code_hash("take_fold"),
    script:
        "../scripts/take_fold.py"


rule featurize_molecules:
    """Compute one representation of all molecules, once for all sets and splits."""
    input:
        molecules=rules.curate_dataset.output.molecules,
    output:
        features="data/{dataset}/features/{features}.npz",
    log:
        "logs/data/{dataset}/features/{features}.log",
    benchmark:
        "logs/data/{dataset}/features/{features}.benchmark.tsv"
    wildcard_constraints:
        features=COMPUTED_FEATURES,
    conda:
        "../envs/toxtune.yaml"
    threads: 4
    params:
        features=plan.told("featurize_molecules"),
        code=code_hash("featurize_molecules"),
    script:
        "../scripts/featurize_molecules.py"


rule take_features:
    """Take the features of the molecules of one subset."""
    input:
        molecules=rules.split_dataset.output.assignment,
        features=rules.featurize_molecules.output.features,
        subset="data/{dataset}/{split}/whole/{subset}.csv",
    output:
        features="data/{dataset}/{split}/whole/{subset}/{features}.npz",
    log:
        "logs/data/{dataset}/{split}/whole/{subset}/{features}.log",
    benchmark:
        "logs/data/{dataset}/{split}/whole/{subset}/{features}.benchmark.tsv"
    wildcard_constraints:
        features=COMPUTED_FEATURES,
    conda:
        "../envs/toxtune.yaml"
    params:
        code=code_hash("take_features"),
    script:
        "../scripts/take_features.py"


rule read_own_features:
    """Read numbers of the user's own, for the molecules of one subset."""
    input:
        subset="data/{dataset}/{split}/whole/{subset}.csv",
        raw=plan.tables_with_features,
    output:
        features="data/{dataset}/{split}/whole/{subset}/{features}.npz",
    log:
        "logs/data/{dataset}/{split}/whole/{subset}/{features}.log",
    benchmark:
        "logs/data/{dataset}/{split}/whole/{subset}/{features}.benchmark.tsv"
    wildcard_constraints:
        features=OWN_FEATURES,
    conda:
        "../envs/toxtune.yaml"
    params:
        features=plan.told("read_own_features"),
        columns=plan.told("curate_dataset"),
        code=code_hash("read_own_features"),
    script:
        "../scripts/read_own_features.py"


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
    params:
        code=code_hash("take_features"),
    script:
        "../scripts/take_features.py"


rule join_subsets:
    """Join training and validation set, for a refit."""
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
    params:
        code=code_hash("join_subsets"),
    script:
        "../scripts/join_subsets.py"


rule join_features:
    """Join the features of training and validation set, for a refit."""
    input:
        features_to_join,
    output:
        features="data/{dataset}/{split}/all/{subset}/{features}.npz",
    log:
        "logs/data/{dataset}/{split}/all/{subset}/{features}.log",
    benchmark:
        "logs/data/{dataset}/{split}/all/{subset}/{features}.benchmark.tsv"
    conda:
        "../envs/toxtune.yaml"
    params:
        code=code_hash("join_features"),
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
    params:
        code=code_hash("fit_transform"),
    script:
        "../scripts/fit_transform.py"


rule transform_subset:
    """Scale the features of one subset as fitted on the training set."""
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
    params:
        code=code_hash("transform_subset"),
    script:
        "../scripts/transform_subset.py"
