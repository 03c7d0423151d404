#!/bin/bash
# Runs within the machine, where systemd is process 1: the commands of docs/deploy.md, and what they must have done.
set -euo pipefail
trap 'echo "failed: line $LINENO"; journalctl --no-pager --boot --lines=60' ERR
fail() { echo "$*"; false; }
quietly() { "$@" >/dev/null; }
not() { if "$@"; then return 1; fi; }
expect() { echo "  $1"; shift; "$@" || fail "not so: $*"; }

ask() { # METHOD PATH [TOKEN BODY]: the status and the body
  node -e '
    const [method, path, token, body] = process.argv.slice(1);
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    fetch(`http://127.0.0.1:4000${path}`, { method, headers, body }).then(
      async (response) => console.log(response.status, await response.text()),
      (error) => { console.log(`${error.cause ?? error}`); process.exit(1); },
    );' -- "$@"
}
until_ready() {
  for _ in $(seq 100); do
    ask GET /ready >/dev/null 2>&1 && return
    systemctl is-failed --quiet nsync && break
    sleep 0.2
  done
  fail "the server is not ready"
}
as_service() { # COMMAND…: as the service's user, with what the service sees
  nsenter --target "$(systemctl show --property=MainPID --value nsync)" --mount -- \
    setpriv --reuid=nsync --regid=nsync --clear-groups --no-new-privs "$@"
}

echo "Install"
. /check/install.sh
expect "the units have no fault" systemd-analyze verify nsync.service nsync-nightly.service nsync-nightly.timer
expect "the server's exposure is below 2 of 10" quietly systemd-analyze security --no-pager --threshold=20 nsync.service
expect "the nightly sync's exposure is below 2 of 10" quietly systemd-analyze security --no-pager --threshold=20 nsync-nightly.service
echo 'NSYNC_MODELS=demo' >> /etc/nsync/nsync.env

echo "Start"
. /check/start.sh > /check/token
until_ready
token=$(grep -E '^nsync_' /check/token)
query='{"query":"mutation { syncRows(input: { system: \"HRSystem\", model: \"Person\", rows: [{ actionFlags: \"cu\", externalKey: \"1\", values: { employee_id: \"EMP1\", first_name: \"Bruce\", last_name: \"Wayne\" } }] }) { run { status } } }"}'
expect "a stranger is refused" grep -q '^401 ' <(ask POST /graphql "" "$query")
expect "a row is synced" grep -q '^200 .*COMPLETED' <(ask POST /graphql "$token" "$query")

echo "Rights"
pid=$(systemctl show --property=MainPID --value nsync)
status() { sed -n "s/^$1:\s*//p" "/proc/$pid/status"; }
expect "the process belongs to nsync" test "$(stat --format=%U "/proc/$pid")" = nsync
expect "it has no capabilities" test "$(status CapBnd)$(status CapEff)" = 00000000000000000000000000000000
expect "it cannot get any" test "$(status NoNewPrivs)" = 1
expect "its system calls are filtered" test "$(status Seccomp)" = 2
# Not the files of the kernel, sockets, nor what is in the state directory.
places=$({ as_service find / '(' -path /proc -o -path /sys -o -path /dev ')' -prune -o -path '/var/lib/nsync/*' -prune -o \
  -writable '!' -type l '!' -type s -print 2>/dev/null || true; } | sort | paste -sd' ')
expect "it can write to its state and its temporary files: ${places}" test "$places" = "/tmp /var/lib/nsync /var/tmp"
expect "it cannot read the file of the secret" not as_service test -r /etc/nsync/database_url
expect "no setting shows the secret" not grep -q nsync.sqlite <(systemctl show nsync; tr "\0" "\n" < "/proc/$pid/environ")
expect "nobody else can read the database" test "$(stat --format='%a %U' /var/lib/nsync /var/lib/nsync/nsync.sqlite | paste -sd' ')" = "700 nsync 600 nsync"

echo "Nightly"
. /check/nightly.sh
expect "the timer waits" systemctl is-active --quiet nsync-nightly.timer
mkdir -p /srv/exports
printf 'external_key,employee_id,first_name,last_name\n1,EMP1,Bruce,Wayne\n2,EMP2,Selina,Kyle\n' > /srv/exports/persons.csv
expect "a file is synced" systemctl start nsync-nightly.service
expect "both persons are there" grep -q '"totalCount":2' <(ask POST /graphql "$token" '{"query":"{ objects(model: \"Person\") { totalCount } }"}')
printf 'external_key,employee_id,first_name,last_name,age\n1,EMP1,Bruce,Wayne,unknown\n' > /srv/exports/persons.csv
expect "a failure is told" not systemctl start nsync-nightly.service
expect "with its reason" grep -q INVALID_VALUE <(journalctl --no-pager --unit=nsync-nightly)

echo "Stop"
expect "the server ends by itself" systemctl stop nsync
expect "without a failure" test "$(systemctl show --property=Result --value nsync)" = success
echo "All is well."
