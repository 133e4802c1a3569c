#!/usr/bin/env bash
# Runs three copies of the sample, of which one leads, with a PostgreSQL that keeps the lease:
#   bash sample-app/three-copies.sh start | kill-leader | stop
set -euo pipefail
cd "$(dirname "$0")/.."

ports=(3001 3002 3003)
database_port=54329
temporary=${TMPDIR:-/tmp}
folder=${temporary%/}/nestjs-wait-three-copies
database=${temporary%/}/nestjs-wait-sample-postgres # where the sample makes it

main() {
  for tool in curl ps; do
    command -v "$tool" >/dev/null || fail "This script needs $tool. On Debian: apt-get install curl procps"
  done
  mkdir -p "$folder"
  case ${1:-} in
    start) start ;;
    kill-leader) kill_leader ;;
    stop) stop ;;
    *) fail "Usage: bash sample-app/three-copies.sh start | kill-leader | stop" ;;
  esac
}

start() {
  end_copies # of an earlier start
  for port in "${ports[@]}"; do
    ! is_taken "$port" || fail "Port $port is in use. End what listens there, and try again."
  done
  if is_taken "$database_port" && [ -z "$(database_pid)" ]; then
    fail "Port $database_port is in use, and not by the database of the sample. End what listens there, and try again."
  fi
  echo "Building the sample application, and starting three copies. Their logs are in $folder."
  node sample-app/build.mjs
  for port in "${ports[@]}"; do
    PORT=$port STATE_DIR=$folder/$port LEADER_ELECTION=postgres \
      node --enable-source-maps sample-app/dist/sample-app/src/main.js >"$folder/$port.log" 2>&1 &
    echo $! >"$folder/$port.pid"
  done
  wait_for_leader
}

kill_leader() {
  local port pid
  port=$(leader_port)
  [ -n "$port" ] || fail "No copy leads. Start them: bash sample-app/three-copies.sh start"
  pid=$(pid_of "$port")
  [ -n "$pid" ] || fail "The copy on port $port leads, but $folder/$port.pid does not have its process. End it yourself."
  kill -9 "$pid"
  rm "$folder/$port.pid"
  echo "The copy on port $port led, and is killed. Another one leads when its lease is over, after six seconds."
  wait_for_leader
}

stop() {
  end_copies
  local pid
  pid=$(database_pid)
  if [ -n "$pid" ]; then
    kill -INT "$pid" 2>/dev/null || true # PostgreSQL's fast shutdown, unless it has just ended
    wait_for_end "$pid"
  fi
  echo "The copies and their database have ended. Its files are left in $database, and the logs in $folder."
}

# What each copy that runs answers to the question who leads.
show() {
  for port in "${ports[@]}"; do
    [ -z "$(pid_of "$port")" ] || echo "localhost:$port/leader $(ask "$port")"
  done
}

ask() { curl -s --max-time 5 "localhost:$1/leader" || true; }

leader_port() {
  for port in "${ports[@]}"; do
    if [[ $(ask "$port") == *'"isLeader":true'* ]]; then
      echo "$port"
      return
    fi
  done
}

# Waits until one copy leads, and every copy that runs knows it.
wait_for_leader() {
  local answers leader
  for _ in {1..120}; do
    for port in "${ports[@]}"; do
      if [ -e "$folder/$port.pid" ] && [ -z "$(pid_of "$port")" ]; then
        fail "The copy on port $port has ended. Its log, $folder/$port.log, ends with:" \
          "$(tail -n 3 "$folder/$port.log")"
      fi
    done
    answers=$(show)
    leader=$(grep '"isLeader":true' <<<"$answers" | grep -o '"leader":"[^"]*"' || true)
    if [ -n "$leader" ] && [ "$(grep -cF "$leader" <<<"$answers")" = "$(wc -l <<<"$answers")" ]; then
      echo "$answers"
      return
    fi
    sleep 1
  done
  fail "The copies do not agree on a leader after two minutes. Their logs are in $folder."
}

end_copies() {
  local port pid
  for port in "${ports[@]}"; do
    pid=$(pid_of "$port")
    if [ -n "$pid" ]; then
      kill "$pid" 2>/dev/null || true # it may have just ended
      wait_for_end "$pid"
    fi
    rm -f "$folder/$port.pid"
  done
}

# The process of a copy that this script has started and that still runs. A number in a file that an earlier
# day has left may be the number of another process now, which is none of ours.
pid_of() {
  local pid
  pid=$(cat "$folder/$1.pid" 2>/dev/null) || return 0
  [[ $(ps -o args= -p "$pid") != *sample-app/dist/sample-app/src/main.js* ]] || echo "$pid"
}

database_pid() {
  local pid
  pid=$(head -n 1 "$database/data/postmaster.pid" 2>/dev/null) || return 0
  [[ $(ps -o args= -p "$pid") != *"$database"* ]] || echo "$pid"
}

wait_for_end() {
  for _ in {1..200}; do
    case $(ps -o stat= -p "$1") in '' | Z*) return 0 ;; esac # not the status of ps, which finds nothing
    sleep 0.1
  done
  kill -9 "$1" 2>/dev/null || true # it may have just ended
}

is_taken() { (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

main "$@"
