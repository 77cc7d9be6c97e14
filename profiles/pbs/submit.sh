#!/bin/sh
# Submit a job with these options; print its number and nothing else.
export TOXTUNE_ENDED="$PWD/.snakemake/ended"
mkdir -p "$TOXTUNE_ENDED" logs/pbs
exec qsub -V -N toxtune -j oe -o logs/pbs/ "$@"
