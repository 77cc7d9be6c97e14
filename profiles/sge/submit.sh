#!/bin/sh
# Submit a job with these options; print its number and nothing else.
export TOXTUNE_ENDED="$PWD/.snakemake/ended"
mkdir -p "$TOXTUNE_ENDED" logs/sge
exec qsub -terse -V -cwd -S /bin/sh -N toxtune -j y -o logs/sge/ "$@"
