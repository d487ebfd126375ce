#!/usr/bin/env bash
# A Slurm cluster of two nodes on one machine, from Debian's packages slurm-wlm and munge, for tests and for trying things
# out. Everything lies in one folder: key, sockets, configuration, logs. A Slurm of the system itself is not touched.
#
#   scripts/slurm-cluster.sh up FOLDER [MEGABYTES]   start it, nodes of so much memory (4096), and print what to export
#   scripts/slurm-cluster.sh node FOLDER NAME        start one node, vox1 or vox2, again
#   scripts/slurm-cluster.sh kill-node FOLDER NAME   kill -9 of its slurmd and of all that runs under it, as if it fell over
#   scripts/slurm-cluster.sh status FOLDER           nodes and jobs
#   scripts/slurm-cluster.sh down FOLDER             end every process of it, and remove it
set -euo pipefail

usage() {
  sed -n '5,9s/^# *//p' "$0" >&2
  exit 2
}

[ $# -ge 2 ] || usage
command=$1
nodes=(vox1 vox2)
export PATH="$PATH:/usr/sbin:/sbin"

say() { printf '%s\n' "$*" >&2; }
die() {
  say "slurm-cluster: $*"
  exit 1
}

if [ "$command" = up ]; then mkdir -p "$2"; fi
[ -d "$2" ] || die "there is no folder $2"
folder=$(cd "$2" && pwd -P)
case $folder in *[!A-Za-z0-9_./-]*) die "Slurm does not take a folder of this name: $folder" ;; esac
export SLURM_CONF="$folder/slurm.conf"

# Waits until a command succeeds: $1 seconds at most.
wait_for() {
  local left=$(($1 * 5))
  shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ $left -gt 0 ] || return 1
    sleep 0.2
  done
}

# Three free ports below those that the system gives to clients by itself.
free_ports() {
  local count=$1 port tries=0
  local found=()
  while [ ${#found[@]} -lt "$count" ]; do
    tries=$((tries + 1))
    [ $tries -lt 500 ] || die 'no free ports were found'
    port=$((17000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && [[ ! " ${found[*]-} " == *" $port "* ]]; then found+=("$port"); fi
  done
  printf '%s\n' "${found[@]}"
}

write_configuration() {
  local megabytes=$1 host cpus ports node
  host=$(hostname -s)
  cpus=$(nproc)
  mapfile -t ports < <(free_ports 3)
  {
    cat <<CONF
ClusterName=voxmill
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/munge.socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmctldPidFile=$folder/slurmctld.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmdLogFile=$folder/slurmd-%n.log
SlurmdSpoolDir=$folder/spool-%n
# Containers rarely lend control groups, so processes are followed, and memory is watched, by /proc.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
# No slurmdbd: what has ended is forgotten after a while, as on many small clusters.
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
SwitchType=switch/none
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=5
MessageTimeout=5
InactiveLimit=0
KillWait=2
MinJobAge=60
MaxArraySize=101
DefMemPerCPU=512
CONF
    for i in "${!nodes[@]}"; do
      node=${nodes[$i]}
      echo "NodeName=$node NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[$((i + 1))]} CPUs=$cpus RealMemory=$megabytes State=UNKNOWN"
    done
    echo "PartitionName=all Nodes=$(IFS=, && echo "${nodes[*]}") Default=YES MaxTime=INFINITE State=UP"
  } >"$folder/slurm.conf"
  echo 'CgroupAutomount=no' >"$folder/cgroup.conf"
}

start_munge() {
  mkdir -p "$folder/munge"
  chmod 0755 "$folder" "$folder/munge"
  (umask 077 && head -c 1024 /dev/urandom >"$folder/munge/munge.key")
  munged --force --key-file="$folder/munge/munge.key" --socket="$folder/munge/munge.socket" \
    --pid-file="$folder/munge/munged.pid" --log-file="$folder/munge/munged.log" --seed-file="$folder/munge/munged.seed"
}

start_node() {
  mkdir -p "$folder/spool-$1"
  slurmd -N "$1" -f "$SLURM_CONF"
}

known_node() {
  [[ " ${nodes[*]} " == *" ${1-} "* ]] || die "the nodes are ${nodes[*]}"
}

# Processes of a node of this cluster: slurmd and slurmstepd, which hold its log open, and those of its jobs.
processes_of() {
  local pid
  for pid in $(pgrep -x 'slurmd|slurmstepd'); do
    if ls -l "/proc/$pid/fd" 2>/dev/null | grep -q -- "-> $folder/slurmd-$1.log"; then echo "$pid"; fi
  done
  { grep -lzx "SLURMD_NODENAME=$1" /proc/[0-9]*/environ | xargs -r grep -lzx "SLURM_CONF=$SLURM_CONF" | cut -d/ -f3; } 2>/dev/null ||
    true
}

kill_node() {
  local left
  # What has just been started by one that was killed a moment before is found the next time.
  for _ in 1 2 3; do
    left=$(processes_of "$1")
    [ -n "$left" ] || return 0
    # All at once, as far as that goes: a node that falls over does not report the end of its jobs.
    # shellcheck disable=SC2086
    kill -STOP $left 2>/dev/null || true
    # shellcheck disable=SC2086
    kill -KILL $left 2>/dev/null || true
  done
}

up() {
  [ "$(id -u)" = 0 ] || die 'it must be started as root'
  for program in munged slurmctld slurmd sbatch scontrol; do
    command -v "$program" >/dev/null || die "$program is missing: apt-get install slurm-wlm munge"
  done
  [ ! -e "$SLURM_CONF" ] || die "$folder holds a cluster already; take it down first"
  write_configuration "${1:-4096}"
  mkdir -p "$folder/state"
  start_munge
  wait_for 10 munge -n -S "$folder/munge/munge.socket" || die "munged does not answer; see $folder/munge/munged.log"
  slurmctld -i -f "$SLURM_CONF"
  for node in "${nodes[@]}"; do start_node "$node"; done
  wait_for 30 all_idle || die "the nodes did not come up; see the logs in $folder"
  echo "export SLURM_CONF=$SLURM_CONF"
}

all_idle() {
  [ "$(sinfo -h -N -o '%t' | grep -c '^idle$')" = ${#nodes[@]} ]
}

# Ends the process of a file; kills it when it takes too long.
end_process() {
  local pid
  [ -s "$1" ] || return 0
  pid=$(cat "$1")
  kill "$pid" 2>/dev/null || return 0
  wait_for 5 gone "$pid" || kill -9 "$pid" 2>/dev/null || true
}

gone() { ! kill -0 "$1" 2>/dev/null; }

down() {
  [ -e "$SLURM_CONF" ] || die "$folder holds no cluster"
  end_process "$folder/slurmctld.pid"
  for node in "${nodes[@]}"; do kill_node "$node"; done
  end_process "$folder/munge/munged.pid"
  rm -rf "$folder/munge" "$folder/state" "$folder"/spool-vox[12] "$folder"/slurm*.log "$folder"/slurm*.pid \
    "$folder/slurm.conf" "$folder/cgroup.conf"
  rmdir "$folder" 2>/dev/null || true
}

case $command in
  up) up "${3-}" ;;
  down) down ;;
  node)
    known_node "${3-}"
    start_node "$3"
    ;;
  kill-node)
    known_node "${3-}"
    kill_node "$3"
    ;;
  status)
    sinfo -N -o '%N %t %C %m'
    squeue
    ;;
  *) usage ;;
esac
