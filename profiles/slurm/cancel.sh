#!/bin/sh
# Cancel your jobs of toxtune that were submitted from this folder: what a killed run left.
folder=$(pwd -P)
export folder
jobs=$(squeue --me --noheader --format '%i|%j|%Z') || exit 1
echo "$jobs" |
    awk -F '|' '$2 ~ /^toxtune/ && $3 == ENVIRON["folder"] {print $1}' |
    xargs -r scancel
