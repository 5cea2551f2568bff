#!/usr/bin/env bash
# Slurm: run `sbatch cluster/slurm.sh CONFIG OUT` in an environment with tvrgen. OUT is a folder that all nodes can
# access, or the URL of an object store. Submit it again after a time limit: the same command continues. On nodes with
# GPUs, tvrgen starts MPS for its own workers; set TVRGEN_KERNELS to a folder that all nodes share, so that Blender's
# kernels are compiled once. Without GPUs, remove the line with --gpus-per-task. If nodes have several networks, set
# HEAD_ADDRESS to the first node's address in the one to be used.
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
cpus=${SLURM_CPUS_PER_TASK:-$SLURM_CPUS_ON_NODE}
export RAY_USAGE_STATS_ENABLED=0
export RAY_TMPDIR=${RAY_TMPDIR:-/tmp} # Ray's sockets need a short path, and the TMPDIR of a job is often a long one
# only who knows this token can use the cluster of this job: the nodes' other users do not
RAY_AUTH_TOKEN=$(od -A n -t x1 -N 32 /dev/urandom | tr -d ' \n')
export RAY_AUTH_TOKEN RAY_AUTH_MODE=token

read -r head < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
# from Slurm 22.05 on, srun does not take over --cpus-per-task of the job
on_head=(srun --overlap --nodes=1 --ntasks=1 --cpus-per-task="$cpus" --nodelist="$head")

# The first IPv4 address of the head that other nodes can reach: its name leads to 127.0.1.1 or to IPv6 on many machines
reachable() { tr -s '[:space:]' '\n' | grep -E '^[0-9]+(\.[0-9]+){3}$' | grep -v '^127\.' | head -n 1; }
address=${HEAD_ADDRESS:-$("${on_head[@]}" hostname --all-ip-addresses | reachable || true)}
address=${address:-$("${on_head[@]}" hostname --ip-address | reachable || true)}
[ -n "$address" ] || { echo "$head has no IPv4 address that other nodes reach; set HEAD_ADDRESS" >&2; exit 1; }
port=$((20000 + ${SLURM_JOB_ID:-0} % 10000)) # several jobs may share a node

"${on_head[@]}" ray start --head --node-ip-address="$address" --port="$port" --num-cpus="$cpus" \
	--include-dashboard=false --block &
started=$!
until (: <"/dev/tcp/$address/$port") 2>/dev/null || ! kill -0 "$started" 2>/dev/null; do sleep 0.5; done
if [ "$SLURM_JOB_NUM_NODES" -gt 1 ]; then
	others=$((SLURM_JOB_NUM_NODES - 1))
	srun --nodes="$others" --ntasks="$others" --cpus-per-task="$cpus" --exclude="$head" \
		ray start --address="$address:$port" --num-cpus="$cpus" --block &
fi

"${on_head[@]}" tvrgen generate "$config" --out "$out" --address "$address:$port"
