#!/bin/sh
# Cancel your jobs that were submitted from this folder: what a killed run has left.
folder=$(pwd -P)
export folder
squeue --me --noheader --format '%i|%Z' |
    awk -F '|' '$2 == ENVIRON["folder"] {print $1}' |
    xargs -r scancel
