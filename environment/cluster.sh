#!/usr/bin/env bash
# A Spark cluster of this machine alone, to try the runner or to use its cores; see usage below.
set -euo pipefail
# What is on the class path of these scripts is decided by the runner that is asked for: here, Spark's.
PORT=${BACKBONELAB_CLUSTER_PORT:-7077}
export BACKBONELAB_RUNNER=spark://127.0.0.1:$PORT
# shellcheck source=environment/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

FOLDER=$TARGET/cluster
MOST=64

usage() {
    cat << EOF
Usage: environment/cluster.sh start [WORKERS] | stop | status

start    starts a master and WORKERS workers (default 2), each with one core and 2 GB for one executor, from Spark's jars
         of Maven; they listen on 127.0.0.1 alone and ask everybody for a secret. Says what to set to use them.
stop     ends them; what an executor trains finishes its batch and leaves its checkpoint
status   says which of them run

BACKBONELAB_CLUSTER_PORT is the master's port, 7077 if it is not set. Logs are in target/cluster.
EOF
}

# The process of a name, if it still runs and is what this script has started.
process_of() {
    local pid
    pid=$(cat "$FOLDER/$1.pid" 2> /dev/null) || return 1
    grep -qaF "$FOLDER/spark.conf" "/proc/$pid/cmdline" 2> /dev/null && echo "$pid"
}

names() {
    local file
    for file in "$FOLDER"/*.pid; do
        [[ -f $file ]] && basename "$file" .pid
    done
    return 0
}

# Starts a part in the background: its name, its class, its arguments.
launch() {
    local name=$1 class=$2
    shift 2
    # shellcheck disable=SC2046 # an option a word
    setsid "$JAVA" -Xmx512m $(spark_options) -Djava.awt.headless=true -cp "$KERNEL_CLASSPATH" "$class" \
        --properties-file "$FOLDER/spark.conf" "$@" < /dev/null > "$FOLDER/$name.log" 2>&1 &
    echo $! > "$FOLDER/$name.pid"
}

# Waits until a log says something, or its process has ended.
wait_for() {
    local name=$1 text=$2
    for _ in {1..150}; do
        if grep -q "$text" "$FOLDER/$name.log" 2> /dev/null; then
            return
        fi
        # Not asked by its arguments: at first it has those of this script.
        [[ -e /proc/$(< "$FOLDER/$name.pid") ]] || break
        sleep 0.2
    done
    stop > /dev/null
    fail "the $name did not start; its log $FOLDER/$name.log ends with: $(tail -n 1 "$FOLDER/$name.log")"
}

start() {
    local workers=$1 i
    [[ $workers =~ ^[1-9][0-9]?$ && $workers -le $MOST ]] || fail "workers is '$workers', expected 1 to $MOST" 2
    [[ $PORT =~ ^[1-9][0-9]{0,4}$ && $PORT -le 65535 ]] || fail "BACKBONELAB_CLUSTER_PORT is '$PORT', expected a port" 2
    for i in $(names); do
        if process_of "$i" > /dev/null; then
            fail "a cluster runs already; stop it first: environment/cluster.sh stop" 2
        fi
    done
    # shellcheck disable=SC2119 # its arguments are packages, of which this needs no more
    set_up
    rm -rf "$FOLDER"
    (
        umask 077
        mkdir -p "$FOLDER"
        cat > "$FOLDER/spark.conf" << EOF
spark.authenticate true
spark.authenticate.secret $(head -c 32 /dev/urandom | sha256sum | cut -c 1-64)
spark.network.crypto.enabled true
spark.driver.host 127.0.0.1
EOF
    )
    # At this level Spark says when its parts have come up.
    JAVA_TOOL_OPTIONS="${JAVA_TOOL_OPTIONS:-} -Dorg.slf4j.simpleLogger.log.org.apache.spark.deploy=info"
    export JAVA_TOOL_OPTIONS
    launch master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port "$PORT" --webui-port 0
    wait_for master "I have been elected leader"
    for ((i = 1; i <= workers; i++)); do
        launch "worker-$i" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --cores 1 --memory 2g --webui-port 0 \
            --work-dir "$FOLDER/work-$i" "$BACKBONELAB_RUNNER"
    done
    for ((i = 1; i <= workers; i++)); do
        wait_for "worker-$i" "Successfully registered with master"
    done
    cat << EOF
a master and $workers workers run. To train on them:
  export BACKBONELAB_RUNNER=$BACKBONELAB_RUNNER BACKBONELAB_SPARK=$FOLDER/spark.conf
EOF
}

stop() {
    local name pid
    # Workers first: they end their executors, which have time for a checkpoint.
    for name in $(names | sort -r); do
        if pid=$(process_of "$name"); then
            kill "$pid" 2> /dev/null || true
            for _ in {1..400}; do
                [[ -e /proc/$pid ]] || break
                sleep 0.1
            done
            kill -KILL "$pid" 2> /dev/null || true
            echo "$name has ended"
        fi
        rm -f "$FOLDER/$name.pid"
    done
}

status() {
    local name pid running=0
    for name in $(names); do
        if pid=$(process_of "$name"); then
            echo "$name runs (process $pid)"
            running=$((running + 1))
        else
            echo "$name has ended; its log is $FOLDER/$name.log"
        fi
    done
    ((running)) || {
        echo "no cluster runs"
        return 1
    }
}

case ${1:-} in
    start) start "${2:-2}" ;;
    stop) stop ;;
    status) status ;;
    --help | -h) usage ;;
    *)
        usage >&2
        exit 2
        ;;
esac
