#!/bin/sh
# Delete jobs. Snakemake waits two seconds for this, and a scheduler may take longer.
nohup qdel "$@" >/dev/null 2>&1 &
