#!/usr/bin/env bash
# Slurm: run `sbatch cluster/slurm.sh CONFIG OUT` in an environment with tvrgen. OUT is a folder that all nodes can
# access, or the URL of an object store. Submit it again after a time limit: the same command continues. On nodes with
# GPUs, tvrgen starts MPS for its own workers; set TVRGEN_KERNELS to a folder that all nodes share, so that Blender's
# kernels are compiled once. Without GPUs, remove the line with --gpus-per-task.
#SBATCH --job-name=tvrgen
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --gpus-per-task=1
#SBATCH --time=24:00:00
#SBATCH --requeue
set -euo pipefail
config=${1:?usage: sbatch slurm.sh CONFIG OUT}
out=${2:?usage: sbatch slurm.sh CONFIG OUT}

head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
address="$(srun --nodes=1 --ntasks=1 --nodelist="$head" hostname --ip-address | awk '{print $1}'):6379"
export RAY_USAGE_STATS_ENABLED=0

srun --nodes=1 --ntasks=1 --nodelist="$head" \
	ray start --head --port=6379 --num-cpus="$SLURM_CPUS_PER_TASK" --include-dashboard=false --block &
sleep 20
if [ "$SLURM_JOB_NUM_NODES" -gt 1 ]; then
	srun --nodes=$((SLURM_JOB_NUM_NODES - 1)) --ntasks=$((SLURM_JOB_NUM_NODES - 1)) --exclude="$head" \
		ray start --address="$address" --num-cpus="$SLURM_CPUS_PER_TASK" --block &
fi

srun --overlap --nodes=1 --ntasks=1 --nodelist="$head" \
	tvrgen generate "$config" --out "$out" --address "$address"
