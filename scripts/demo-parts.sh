# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the demos share: source it with $dir set. Everything started and put into `pids` ends with
# the script.

metergate=build/dev/metergate
pids=()

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\033[1m' plain=$'\033[0m'; else bold= plain=; fi
say() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
show() { printf '$ %s\n' "${*//$dir/DIR}"; "$@"; }
fail() { echo "$0: $*" >&2; exit 1; }

finish() {
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2> /dev/null || true; done
  wait 2> /dev/null || true
}
trap finish EXIT
trap 'exit 130' INT TERM

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
wait_for() {  # wait_for SECONDS WHAT COMMAND...
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" > /dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || fail "$what did not come; the logs are in $dir"
    sleep 0.2
  done
}

build() {
  say "packages and build"
  scripts/install
  scripts/build dev metergate
}

start_broker() {  # on 127.0.0.1:$port
  port=$(free_port)
  say "a broker on 127.0.0.1:$port"
  cat > "$dir/mosquitto.conf" <<CONF
listener $port 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
persistence false
log_type subscribe
log_type notice
log_type error
CONF
  mosquitto -c "$dir/mosquitto.conf" > "$dir/mosquitto.log" 2>&1 &
  pids+=($!)
  wait_for 10 "the broker" bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
}
