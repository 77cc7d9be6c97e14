#!/bin/sh
# Say how a job stands: running (or waiting), success or failed.
state=$(bjobs -noheader -o stat "$1" 2>&1)
case $state in
    DONE) echo success ;;
    EXIT | ZOMBI) echo failed ;;
    *"is not found"*) exec "$(dirname "$0")/../generic/ended.sh" "$1" ;;
    *) echo running ;; # or LSF does not answer, and is asked again later
esac
