#!/bin/sh
# properties = {properties}
# The job itself writes down how it ended; one that was killed writes nothing.
( {exec_job} )
status=$?
echo $status > "$TOXTUNE_ENDED/$PBS_JOBID$LSB_JOBID$JOB_ID"
exit $status
