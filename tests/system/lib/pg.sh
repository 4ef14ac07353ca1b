# pg.sh - a private PostgreSQL for tests, benches and the demo. Source it, or run `pg`.
#
#   pg_start DIR PORT [sin-fsync]   makes the cluster the first time, starts it, waits
#   pg_migrate DIR [SQLDIR]         applies deploy/sql with psql (tests without `prep`)
#   pg_conninfo DIR [ROLE]          libpq connection string (default role: postgres)
#   pg_psql DIR [ROLE] ARGS...      psql, silent, stops at the first error
#   pg_stop DIR                     orderly stop
#   pg_kill DIR                     kill -9 of the whole cluster: a power cut
#   pg_destroy DIR                  stop and remove
#   pg_pid DIR                      pid of the postmaster, or fails
#
# PostgreSQL refuses to run as root. Root runs it as `postgres` (or `nobody`); another
# user runs it as himself. When that user cannot reach DIR, because a parent belongs to
# root alone, or DIR will not do for a socket (pg_socket_path), data and socket live in
# a private folder under /tmp and DIR/base points at it. Only the socket listens, and its folder
# is 0700: `trust` lets in whoever could read the data files anyway.

PG_SOCKET_DIR_MAX=80 # a socket path is at most 107 bytes, ".s.PGSQL.65535" included

pg_fail() { echo "pg: $*" >&2; return 1; }

pg_bin() {
    local dir
    for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
        [ -x "$dir/initdb" ] && { echo "$dir"; return 0; }
    done
    pg_fail "no hay PostgreSQL instalado (apt-get install postgresql)"
}

pg_user() {
    [ "$(id -u)" -ne 0 ] && { id -un; return; }
    id postgres >/dev/null 2>&1 && echo postgres || echo nobody
}

pg_as() { # runs a command as the cluster's user
    if [ "$(id -u)" -eq 0 ]; then
        local user; user=$(pg_user)
        setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups \
            env HOME=/tmp "$@"
    else
        "$@"
    fi
}

# A socket's path has a limit, and goes unquoted into connection strings and addresses.
pg_socket_path() { # PATH: it can hold sockets
    case $1 in *[!A-Za-z0-9/._-]*) return 1 ;; esac
    [ ${#1} -le $PG_SOCKET_DIR_MAX ]
}

pg_home() { cat "$1/base" 2>/dev/null || pg_fail "$1: no hay un PostgreSQL aquí"; }

pg_conninfo() {
    local home; home=$(pg_home "$1") || return 1
    echo "host=$home port=$(cat "$1/puerto") dbname=prep user=${2:-postgres}"
}

pg_psql() {
    local dir=$1 role=${2:-postgres}
    shift; [ $# -gt 0 ] && shift
    psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$(pg_conninfo "$dir" "$role")" "$@"
}

# The lock file outlives a crash, and its number may belong to somebody else by then: the
# postmaster is the one whose working directory is the cluster.
pg_pid() {
    local home pid
    home=$(pg_home "$1") || return 1
    pid=$(head -1 "$home/datos/postmaster.pid" 2>/dev/null) || return 1
    [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$home/datos" ] && echo "$pid"
}

pg_create() { # DIR: chooses where it lives and makes the cluster
    local dir=$1 home bin
    bin=$(pg_bin) || return 1
    home=$(readlink -f "$dir")/pg
    mkdir -p "$home" && chmod 700 "$home" || return 1
    [ "$(id -u)" -ne 0 ] || chown "$(pg_user)" "$home"
    if ! pg_socket_path "$home" || ! pg_as test -w "$home" 2>/dev/null; then
        rmdir "$home"
        home=$(mktemp -d /tmp/prep-pg.XXXXXX) || return 1
        [ "$(id -u)" -ne 0 ] || chown "$(pg_user)" "$home"
    fi
    (cd / && pg_as "$bin/initdb" -D "$home/datos" -U postgres -A trust -E UTF8 \
        --locale=C.UTF-8 --data-checksums) >"$dir/initdb.log" 2>&1 ||
        { cat "$dir/initdb.log" >&2; return 1; }
    cat >>"$home/datos/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$home'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 256MB
wal_buffers = 16MB
max_wal_size = 4GB
checkpoint_timeout = 15min
wal_compression = lz4
jit = off
log_min_messages = warning
log_line_prefix = '%m %u %a '
include 'prep.conf'
CONF
    : >"$home/datos/prep.conf"
    echo "$home" >"$dir/base"
}

pg_start() {
    local dir=$1 port=$2 mode=${3:-} home bin
    mkdir -p "$dir" || return 1
    bin=$(pg_bin) || return 1
    [ -f "$dir/base" ] || pg_create "$dir" || return 1
    home=$(pg_home "$dir")
    echo "$port" >"$dir/puerto"
    if [ "$mode" = sin-fsync ]; then # for the bench only: not durable
        printf 'fsync = off\nfull_page_writes = off\n' >"$home/datos/prep.conf"
    else
        : >"$home/datos/prep.conf"
    fi
    pg_pid "$dir" >/dev/null && return 0
    (cd / && pg_as "$bin/pg_ctl" -D "$home/datos" -o "-p $port" -l "$home/registro" \
        -w -t 120 start) >"$dir/pg_ctl.log" 2>&1 ||
        { cat "$dir/pg_ctl.log" "$home/registro" >&2; return 1; }
    pg_as psql -X -q -A -t -h "$home" -p "$port" -U postgres -d postgres \
        -c "SELECT 1 FROM pg_database WHERE datname = 'prep'" | grep -q 1 ||
        pg_as psql -X -q -h "$home" -p "$port" -U postgres -d postgres \
            -c "CREATE DATABASE prep"
}

pg_migrate() {
    local dir=$1 sql=${2:-$(dirname "${BASH_SOURCE[0]}")/../../../deploy/sql} file
    for file in "$sql"/[0-9]*.sql; do
        case $file in
        */0000_*) pg_psql "$dir" postgres -1 -f "$file" ;;
        *) pg_psql "$dir" postgres -1 -c 'SET ROLE prep_dueno' -f "$file" ;;
        esac >/dev/null || { pg_fail "$file"; return 1; }
    done
}

pg_stop() {
    local home bin
    home=$(pg_home "$1") || return 1
    bin=$(pg_bin) || return 1
    pg_pid "$1" >/dev/null || return 0
    (cd / && pg_as "$bin/pg_ctl" -D "$home/datos" -m fast -w -t 60 stop) >/dev/null
}

# From /proc, for machines without ps. A zombie does not run.
pg_alive() { # PID...: some of them runs
    local pid state
    for pid in "$@"; do
        state=$(sed 's/.*) \(.\) .*/\1/' "/proc/$pid/stat" 2>/dev/null)
        [ -n "$state" ] && [ "$state" != Z ] && return 0
    done
    return 1
}

pg_children() { # PID
    cat /proc/[0-9]*/stat 2>/dev/null | sed -n "s/^\([0-9]*\) (.*) [A-Za-z] $1 .*/\1/p"
}

pg_kill() {
    local pid home waited=0
    home=$(pg_home "$1") || return 1
    pid=$(pg_pid "$1") || return 0
    local children
    kill -STOP "$pid" # so that it makes no new ones while they are listed
    children=$(pg_children "$pid")
    kill -9 "$pid" $children 2>/dev/null
    while [ $waited -lt 200 ] && pg_alive "$pid" $children; do
        sleep 0.02 # a start right after must not find live ones
        waited=$((waited + 1))
    done
    # Locks of the dead: a zombie that nobody has reaped still looks alive to them.
    rm -f "$home/datos/postmaster.pid" "$home"/.s.PGSQL.*
}

pg_destroy() {
    local home
    [ -f "$1/base" ] || return 0
    home=$(pg_home "$1")
    pg_stop "$1"
    case $home in
    /tmp/prep-pg.* | */pg) rm -rf "$home" ;;
    esac
    rm -f "$1/base" "$1/puerto" "$1/initdb.log" "$1/pg_ctl.log"
}
