"""Sort predicted molecules, the most likely ones first."""

import pandas as pd

if __name__ == "__main__":
    table = pd.read_csv(snakemake.input.predictions)
    table = table.sort_values(snakemake.params.column, ascending=False)
    table.to_csv(snakemake.output.ranking, index=False)
