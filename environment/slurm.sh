#!/usr/bin/env bash
#SBATCH --job-name=backbonelab
#SBATCH --cpus-per-task=1
#SBATCH --mem=3G
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@90
# One cell of a list, as a task of a Slurm job array. From the project's folder, on storage that all nodes share:
#
#   environment/backbonelab.sh list cells bocb > cells.txt
#   sbatch --array=1-$(wc -l < cells.txt)%100 environment/slurm.sh cells.txt
#   environment/run.sh bocb                     # afterwards: reads everything back
#
# A task that is told to end, for a job of higher priority or as its time is over, finishes its batch, leaves its checkpoint
# in the results folder and is queued again; a cell that is finished already costs a second. One line says one cell.
set -euo pipefail

fail() {
    echo "slurm.sh: $1" >&2
    exit 2
}

[[ $# -eq 1 && -f $1 ]] || fail "expected the file of cells that 'backbonelab.sh list cells <study>' has printed"
[[ ${SLURM_ARRAY_TASK_ID:-} =~ ^[1-9][0-9]*$ ]] \
    || fail "SLURM_ARRAY_TASK_ID is '${SLURM_ARRAY_TASK_ID:-}', expected the number of a line; submit with --array"
CELL=$(sed -n "${SLURM_ARRAY_TASK_ID}p" "$1")
[[ -n $CELL ]] || fail "$1 has no line $SLURM_ARRAY_TASK_ID"

# Slurm runs a copy of this script that lies elsewhere, in the folder where it was submitted.
COMMAND=${BACKBONELAB_COMMAND:-$PWD/environment/backbonelab.sh}
# As on a laptop: what one thread trains has the same bits on any number of cores.
export BACKBONELAB_THREADS=${BACKBONELAB_THREADS:-${SLURM_CPUS_PER_TASK:-1}} OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}

# In the background, since a shell that waits for a command in front hears of no signal before it ends.
"$COMMAND" run "$CELL" &
CHILD=$!
trap 'kill -TERM "$CHILD" 2> /dev/null || true' TERM INT
status=0
wait "$CHILD" || status=$?
while kill -0 "$CHILD" 2> /dev/null; do
    # The signal has ended the wait, not the training.
    status=0
    wait "$CHILD" || status=$?
done
if ((status == 143)); then
    echo "$CELL was told to end and is queued again"
    scontrol requeue "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit "$status"
