# web.sh - serves a published folder on loopback. Source it.
#
#   web_start DIR ROOT PORT   nginx for ROOT, its files and pid in DIR; fails with why
#   web_alive DIR
#   web_stop DIR

web_exec() { # root: as somebody who can read and do nothing else
    local root=$1; shift
    if [ "$(id -u)" -eq 0 ] &&
        setpriv --reuid=nobody --regid=nogroup --clear-groups test -r "$root/index.html"; then
        exec setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
    else
        exec "$@"
    fi
}

web_start() {
    local dir=$1 root=$2 port=$3 here nginx ticks conf
    here=$(dirname "${BASH_SOURCE[0]}")
    nginx=$(PATH=$PATH:/usr/sbin command -v nginx) ||
        { echo "web: no hay nginx (apt-get install nginx-light)" >&2; return 1; }
    mkdir -p "$dir/web" && : >"$dir/web/nginx.log"
    [ "$(id -u)" -ne 0 ] || chown -R nobody:nogroup "$dir/web"
    conf=$(cat "$here/nginx.conf.in")
    conf=${conf//@RUN@/"$dir/web"} conf=${conf//@PORT@/"$port"}
    printf '%s\n' "${conf//@ROOT@/"$root"}" >"$dir/web/nginx.conf"
    web_exec "$root" "$nginx" -p "$dir/web" -e "$dir/web/nginx.log" \
        -c "$dir/web/nginx.conf" </dev/null >>"$dir/web/nginx.log" 2>&1 &
    echo $! >"$dir/web/pid"
    disown $! 2>/dev/null || :
    for ((ticks = 0; ticks < 250; ticks++)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return 0
        web_alive "$dir" || break
        sleep 0.02
    done
    echo "web: nginx no arrancó en el puerto $port:" >&2
    tail -5 "$dir/web/nginx.log" >&2
    return 1
}

web_alive() { kill -0 "$(cat "$1/web/pid" 2>/dev/null)" 2>/dev/null; }

web_stop() {
    local pid; pid=$(cat "$1/web/pid" 2>/dev/null) || return 0
    kill -TERM "$pid" 2>/dev/null
    rm -f "$1/web/pid"
}
