#!/bin/sh
# Submit a job with these options; print its number and nothing else.
export TOXTUNE_ENDED="$PWD/.snakemake/ended"
mkdir -p "$TOXTUNE_ENDED" logs/lsf
# "Job <123> is submitted to queue <normal>."
answer=$(bsub -J toxtune -o logs/lsf/%J.log "$@") || exit 1
echo "$answer" | sed -n 's/^Job <\([0-9]*\)>.*/\1/p'
