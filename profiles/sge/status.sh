#!/bin/sh
# Say how a job stands: running (or waiting), success or failed.
# A scheduler that does not answer is asked again later.
if ! listed=$(qstat -u "$(id -un)"); then
    echo running
    exit
fi
state=$(echo "$listed" | awk -v id="$1" '$1 == id {print $5}')
case $state in
    *E*) echo failed ;; # Eqw: it could not be started, and never will be
    ?*) echo running ;;
    *) exec "$(dirname "$0")/../generic/ended.sh" "$1" ;;
esac
