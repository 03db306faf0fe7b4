# One private stack under one directory: MariaDB, meed-web, meed-worker, Apache.
#
# Sourced by script/server (the developer's stack under var/) and by
# tests/support/instance (as many as a test wants, side by side). It knows no
# port policy and no supervision: those are its callers'.
#
# A caller sets, before the first call:
#   STACK_SOURCE  the checkout            STACK_BUILD  where the programs were built
#   STACK_DIR     the stack's own folder  STACK_PORT   Apache's port on 127.0.0.1
# and calls stack_open, which sets
#   STACK_RUN     sockets and pid files   STACK_CONF   the settings file
# Whatever fails writes one sentence to standard error and returns non-zero.
# shellcheck shell=bash

STACK_PARTS=(mariadb web worker apache) # in the order of starting; stopped backwards

# Apache takes no socket path longer than a sockaddr_un holds; "/mariadb.sock" is the longest name.
STACK_RUN_PATH_MAX=$((107 - 13))
# Apache refuses to serve as root, and hands its threads to this user instead.
STACK_APACHE_USER=www-data

stack_say() { printf '%s\n' "$*" >&2; }

# ---------------------------------------------------------------- folders and settings

stack_open() {
    local folder
    for folder in "" /keys /log /mail /spool /links /tmp; do
        mkdir -p "$STACK_DIR$folder" || return 1
    done
    STACK_DIR=$(cd "$STACK_DIR" && pwd -P)
    STACK_CONF=$STACK_DIR/meed.conf
    chmod 700 "$STACK_DIR"/{keys,log,mail,spool,links,tmp}
    stack_open_run_folder
}

# Sockets live in run/, or behind it in a short folder of our own when the path would be too long,
# or when Apache's user could not reach it (a checkout below /root).
stack_open_run_folder() {
    local inside=$STACK_DIR/run
    STACK_RUN=$inside
    if [ -L "$inside" ] || [ ${#inside} -gt "$STACK_RUN_PATH_MAX" ] ||
        ! stack_apache_can -x "$STACK_DIR"; then
        STACK_RUN=$(stack_short_folder)
        if ! mkdir -m 711 "$STACK_RUN" 2>/dev/null && [ ! -O "$STACK_RUN" ]; then
            stack_say "$STACK_RUN belongs to somebody else: set TMPDIR to a folder of your own"
            return 1
        fi
        [ -L "$inside" ] || rm -rf "$inside"
        ln -sfn "$STACK_RUN" "$inside"
    fi
    mkdir -p "$STACK_RUN"
    if [ "$(id -u)" = 0 ]; then # new sockets inherit the group
        chgrp "$STACK_APACHE_USER" "$STACK_RUN" && chmod 2751 "$STACK_RUN"
    else
        chmod 700 "$STACK_RUN"
    fi
}

stack_short_folder() {
    local digest
    digest=$(printf '%s' "$STACK_DIR" | sha256sum)
    printf '%s/meed-%s-%s' "${TMPDIR:-/tmp}" "$(id -u)" "${digest:0:12}"
}

stack_apache_can() { # -r or -x, PATH
    [ "$(id -u)" != 0 ] ||
        setpriv --reuid "$STACK_APACHE_USER" --regid "$STACK_APACHE_USER" --clear-groups \
            test "$1" "$2" 2>/dev/null
}

stack_random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

# The value of one setting in the file as it stands; nothing when there is none.
stack_setting() {
    [ ! -f "$STACK_CONF" ] || sed -n "s/^$1 *= *//p" "$STACK_CONF"
}

# Written anew at every start, since ports and paths move; passwords stay as they were.
stack_write_settings() {
    local user web worker migrator
    for user in web worker migrator; do
        local "$user=$(stack_setting "db_${user}_password")"
        [ -n "${!user}" ] || local "$user=$(stack_random_hex 24)"
    done
    local file
    file=$(mktemp "$STACK_CONF.XXXXXX") || return 1 # mode 0600
    cat >"$file" <<SETTINGS
# Written by script/server. Put settings of your own into meed.local.conf beside it.
environment = development
base_url = http://127.0.0.1:$STACK_PORT
company_domain = brands.localhost
outbound_allow = *.localhost:$STACK_PORT
run_dir = $STACK_RUN
spool_dir = $STACK_DIR/spool
link_map_dir = $STACK_DIR/links
key_file = $STACK_DIR/keys/meed.key
template_dir = $STACK_BUILD/templates
static_dir = $STACK_SOURCE/static
locale_dir = $STACK_BUILD/po
migration_dir = $STACK_SOURCE/migrations
db_socket = $STACK_RUN/mariadb.sock
db_name = meed
db_web_user = meed_web
db_web_password = $web
db_worker_user = meed_worker
db_worker_password = $worker
db_migrator_user = meed_migrator
db_migrator_password = $migrator
mail_url = file://$STACK_DIR/mail
login_limit_per_minute = 600
log_level = info
SETTINGS
    if [ -f "$STACK_DIR/meed.local.conf" ]; then
        stack_merge_settings "$file" "$STACK_DIR/meed.local.conf"
    fi
    mv "$file" "$STACK_CONF"
}

# Every setting named in $2 replaces the one of that name in $1.
stack_merge_settings() {
    local merged
    merged=$(awk -F' *= *' 'FNR == NR { if ($0 !~ /^#/ && NF > 1) own[$1] = 1; next }
        !($1 in own)' "$2" "$1"; cat "$2")
    printf '%s\n' "$merged" >"$1"
}

stack_meedctl() { "$STACK_BUILD/meedctl" --config "$STACK_CONF" "$@"; }

stack_make_keys() {
    local key=$STACK_DIR/keys/meed.key
    [ -s "$key" ] || "$STACK_BUILD/meedctl" keys create "$key" >/dev/null
}

# ---------------------------------------------------------------- processes, by pid file

# A pid file names a process only as long as that process started when we started it: pids come
# round again.
stack_start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

stack_remember() { # NAME PID
    printf '%s\n' "$2" >"$STACK_RUN/$1.pid"
    stack_start_time "$2" >"$STACK_RUN/.$1.started"
}

stack_forget() { rm -f "$STACK_RUN/$1.pid" "$STACK_RUN/.$1.started"; }

# Prints the pid of a part that runs; fails when it does not.
stack_pid() {
    local pid started now
    read -r pid 2>/dev/null <"$STACK_RUN/$1.pid" || return 1
    read -r started 2>/dev/null <"$STACK_RUN/.$1.started" || return 1
    now=$(stack_start_time "$pid")
    [ -n "$now" ] && [ "$now" = "$started" ] && ! stack_is_zombie "$pid" && echo "$pid"
}

stack_is_zombie() { [ "$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -c1)" = Z ]; }

# Starts a part in a session of its own, so that Ctrl-C at a terminal reaches the caller alone.
stack_spawn() { # NAME LOG COMMAND…
    local name=$1 log=$2
    shift 2
    setsid "$@" </dev/null >>"$STACK_DIR/log/$log" 2>&1 9>&- &
    STACK_SPAWNED=$!
    stack_remember "$name" "$STACK_SPAWNED"
}

# Sends a signal and waits until the part is gone; KILL after the given seconds, 0: never.
stack_stop_part() { # NAME [SIGNAL [SECONDS]]
    local name=$1 signal=${2:-} patience=${3:-} pid waited=0
    pid=$(stack_pid "$name") || { stack_forget "$name"; return 0; }
    case $name in
        apache) signal=${signal:-WINCH} patience=${patience:-10} ;; # WINCH: finish what is open
        mariadb) signal=${signal:-TERM} patience=${patience:-0} ;;
        *) signal=${signal:-TERM} patience=${patience:-15} ;;
    esac
    kill "-$signal" "$pid" 2>/dev/null
    while stack_pid "$name" >/dev/null; do
        sleep 0.05
        waited=$((waited + 1))
        if [ "$patience" -gt 0 ] && [ $waited -eq $((patience * 20)) ]; then
            stack_say "$name does not stop: killing it"
            kill -KILL "$pid" 2>/dev/null
        fi
    done
    stack_forget "$name"
}

stack_stop_all() {
    local i
    for ((i = ${#STACK_PARTS[@]} - 1; i >= 0; i--)); do
        stack_stop_part "${STACK_PARTS[i]}"
    done
}

stack_start_part() { "stack_start_$1"; }

# Runs a test every 50 ms while NAME lives. Fails, with the end of its log, when it dies or dallies.
stack_await() { # NAME LOG SECONDS COMMAND…
    local name=$1 log=$2 seconds=$3 i
    shift 3
    for ((i = 0; i < seconds * 20; i++)); do
        "$@" >/dev/null 2>&1 && return 0
        if ! stack_pid "$name" >/dev/null; then
            tail -n 5 "$STACK_DIR/log/$log" >&2
            stack_say "$name stopped while starting; its log is $STACK_DIR/log/$log"
            return 1
        fi
        sleep 0.05
    done
    tail -n 5 "$STACK_DIR/log/$log" >&2
    stack_say "$name was not ready after $seconds s; its log is $STACK_DIR/log/$log"
    return 1
}

# ---------------------------------------------------------------- MariaDB

# Durable as production, small in memory: a developer's laptop runs it all day.
# STACK_DB_FLUSH=2 trades the power-cut guarantee for speed; tests of SQL alone may.
stack_write_mariadb_conf() {
    local as_root=""
    [ "$(id -u)" != 0 ] || as_root="user = root"
    cat >"$STACK_DIR/mariadb.cnf" <<CNF
[mariadbd]
$as_root
datadir = $STACK_DIR/mysql
# Its own: a server that starts removes what looks like its leftovers, also another server's.
tmpdir = $STACK_DIR/tmp
socket = $STACK_RUN/mariadb.sock
pid-file = $STACK_DIR/mysql/mariadbd.pid
skip-networking
skip-name-resolve
character-set-server = utf8mb4
collation-server = utf8mb4_unicode_ci
default-time-zone = +00:00
sql-mode = TRADITIONAL
transaction-isolation = READ-COMMITTED
innodb-lock-wait-timeout = 5

innodb-flush-log-at-trx-commit = ${STACK_DB_FLUSH:-1}
log-bin = $STACK_DIR/mysql/binlog
binlog-format = ROW
sync-binlog = $((${STACK_DB_FLUSH:-1} == 1))
binlog-expire-logs-seconds = 604800
max-binlog-size = 64M
server-id = 1
log-bin-trust-function-creators = 1

performance-schema = OFF
innodb-buffer-pool-size = ${STACK_DB_POOL:-48M}
innodb-log-file-size = ${STACK_DB_LOG:-48M}
innodb-log-buffer-size = 4M
aria-pagecache-buffer-size = 2M
key-buffer-size = 1M
max-connections = 64
thread-cache-size = 16
table-open-cache = 512
max-allowed-packet = 16M
tmp-table-size = 8M
max-heap-table-size = 8M
CNF
}

# The account of the system user who runs the server: it authenticates by the socket, no password.
stack_sql() {
    mariadb --no-defaults --socket="$STACK_RUN/mariadb.sock" --user="$(id -un)" --batch \
        --skip-column-names "$@"
}

# Made aside and moved into place, so that an interrupted first start leaves nothing half-made.
stack_init_mariadb() {
    [ ! -d "$STACK_DIR/mysql" ] || return 0
    local fresh=$STACK_DIR/mysql.new
    rm -rf "$fresh"
    mkdir -m 700 "$fresh"
    local log=$STACK_DIR/log/mariadb-install.log
    if ! mariadb-install-db --no-defaults --datadir="$fresh" --tmpdir="$STACK_DIR/tmp" \
        --user="$(id -un)" --skip-test-db \
        --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" \
        --innodb-log-file-size="${STACK_DB_LOG:-48M}" >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        stack_say "mariadb-install-db failed; its log is $log"
        return 1
    fi
    mv "$fresh" "$STACK_DIR/mysql"
}

stack_start_mariadb() {
    stack_pid mariadb >/dev/null && return 0
    stack_write_mariadb_conf
    stack_init_mariadb || return 1
    stack_spawn mariadb mariadb.log mariadbd --defaults-file="$STACK_DIR/mariadb.cnf"
    stack_await mariadb mariadb.log 120 stack_sql -e 'SELECT 1'
}

# Three accounts, none of which can do another's work. What web and worker may touch is granted
# table by table at the end of `meedctl migrate`: a grant on the whole database would let them
# change ledger entries.
stack_make_accounts() {
    local user password
    {
        echo 'CREATE DATABASE IF NOT EXISTS meed CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;'
        for user in web worker migrator; do
            password=$(stack_setting "db_${user}_password")
            echo "CREATE USER IF NOT EXISTS meed_$user@localhost;"
            echo "ALTER USER meed_$user@localhost IDENTIFIED BY '$password';"
        done
        echo 'GRANT ALL ON meed.* TO meed_migrator@localhost WITH GRANT OPTION;'
    } | stack_sql || { stack_say "the database accounts could not be made"; return 1; }
}

stack_migrate() {
    stack_meedctl migrate >>"$STACK_DIR/log/migrate.log" 2>&1 && return 0
    tail -n 5 "$STACK_DIR/log/migrate.log" >&2
    stack_say "meedctl migrate failed; its log is $STACK_DIR/log/migrate.log"
    return 1
}

# ---------------------------------------------------------------- our programs

stack_web_listens() {
    local pool
    for pool in track beacon ingest app; do
        [ -S "$STACK_RUN/$pool.sock" ] || return 1
    done
}

stack_start_web() {
    stack_pid web >/dev/null && return 0
    rm -f "$STACK_RUN"/{track,beacon,ingest,app}.sock
    stack_spawn web web.log "$STACK_BUILD/meed-web" --config "$STACK_CONF"
    stack_await web web.log 20 stack_web_listens
}

stack_start_worker() {
    stack_pid worker >/dev/null && return 0
    stack_spawn worker worker.log "$STACK_BUILD/meed-worker" --config "$STACK_CONF"
}

# ---------------------------------------------------------------- Apache

stack_write_apache_conf() {
    local user group
    user=$(id -un) group=$(id -gn)
    [ "$(id -u)" != 0 ] || user=$STACK_APACHE_USER group=$STACK_APACHE_USER
    local static=$STACK_SOURCE/static
    if ! stack_apache_can -r "$static"; then
        # its user can't read the checkout: serve copies
        rm -rf "$STACK_RUN/files"
        mkdir -p "$STACK_RUN/files"
        cp -r "$static" "$STACK_RUN/files/" && chmod -R a+rX "$STACK_RUN/files"
        static=$STACK_RUN/files/static
    fi
    cat >"$STACK_DIR/apache.conf" <<APACHE
# Written by script/server: what differs from one machine to another. All else is in the include.
Define MEED_PORT $STACK_PORT
Define MEED_USER $user
Define MEED_GROUP $group
Define MEED_RUN "$STACK_RUN"
Define MEED_LOG "$STACK_DIR/log"
Define MEED_EXTRA "$STACK_DIR/apache.local.conf"
Define MEED_STATIC "$static"
Define MEED_APACHE_CONF "$STACK_SOURCE/apache-conf"
Include "$STACK_SOURCE/apache-conf/development.conf"
APACHE
}

stack_port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

stack_start_apache() {
    stack_pid apache >/dev/null && return 0
    if stack_port_is_taken "$STACK_PORT"; then
        stack_say "port $STACK_PORT is taken by another program: choose another with --port"
        return 1
    fi
    stack_write_apache_conf
    TZ=UTC stack_spawn apache apache.log apache2 -DFOREGROUND -f "$STACK_DIR/apache.conf"
    stack_await apache apache.log 20 stack_port_is_taken "$STACK_PORT"
}

# The answer to GET $1, without a client program.
stack_http_get() {
    exec 3<>"/dev/tcp/127.0.0.1/$STACK_PORT" || return 1
    printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\n\r\n' "$1" "$STACK_PORT" >&3
    timeout 10 cat <&3
    exec 3>&-
} 2>/dev/null
stack_http_status() { stack_http_get "$1" | sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p'; }
stack_http_body() { stack_http_get "$1" | sed '1,/^\r*$/d'; }

stack_is_ready() { [ "$(stack_http_status /readyz)" = 200 ]; }

# Ready is when /readyz says so: database, schema, link map and worker.
stack_await_ready() {
    local i part
    for ((i = 0; i < 300; i++)); do
        stack_is_ready && return 0
        for part in "${STACK_PARTS[@]}"; do
            stack_pid "$part" >/dev/null && continue
            tail -n 5 "$STACK_DIR/log/$part.log" >&2
            stack_say "$part stopped while starting; its log is $STACK_DIR/log/$part.log"
            return 1
        done
        sleep 0.2
    done
    stack_say "not ready after 60 s; /readyz says: $(stack_http_body /readyz)"
    return 1
}

# ---------------------------------------------------------------- all of it

stack_prepare_database() {
    stack_make_keys && stack_start_mariadb && stack_make_accounts && stack_migrate
}

stack_serve() {
    stack_start_web && stack_start_worker && stack_start_apache && stack_await_ready
}
