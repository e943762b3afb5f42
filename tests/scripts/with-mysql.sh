#!/usr/bin/env bash
# Starts a private MySQL (data in ./data/mysql, no network, a socket only) and the app against it.
# One Ctrl-C stops both. Arguments go to the app: `… with-mysql.sh visits` runs that command and stops.
# shellcheck disable=SC2317,SC2329 # a trap calls what seems unreachable
set -euo pipefail

fail() {
    echo "with-mysql: $*" >&2
    exit 1
}

for tool in mysqld dog-gif-app setsid; do
    command -v "$tool" >/dev/null || fail "$tool is not on PATH; start me with: nix run .#with-mysql"
done

data=$PWD/data/mysql
mkdir -p "$data" || fail "cannot create $data: start me in a directory you may write to"

# A socket's path must stay short, which ./data need not be.
scratch=$(mktemp -d)
chmod 700 "$scratch"
socket=$scratch/mysqld.sock
log=$data/mysqld.log
mysqld=(mysqld --no-defaults "--datadir=$data/server" "--log-error=$log")
((EUID != 0)) || mysqld+=(--user=root)

mysql_pid='' app_pid=''

# Sends a process one signal and waits for its end.
stop() {
    [[ -n $1 ]] || return 0
    kill -TERM "$1" 2>/dev/null || true
    while kill -0 "$1" 2>/dev/null; do wait "$1" || true; done
}

clean_up() {
    trap '' INT TERM
    stop "$app_pid"
    stop "$mysql_pid"
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [[ ! -d $data/server/mysql ]]; then
    echo "Creating a MySQL database in $data …"
    rm -rf "$data/server"
    "${mysqld[@]}" --initialize-insecure || fail "MySQL cannot create its files, see $log"
fi

# The account gets a new password at every start; nobody has to keep one.
od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$scratch/password"
cat >"$scratch/init.sql" <<SQL
CREATE DATABASE IF NOT EXISTS dog_gif_app CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS 'dog_gif_app'@'localhost';
ALTER USER 'dog_gif_app'@'localhost' IDENTIFIED BY '$(cat "$scratch/password")';
GRANT ALL ON dog_gif_app.* TO 'dog_gif_app'@'localhost';
SQL

# Apart from the terminal's group: Ctrl-C is for this script, which stops the app first.
setsid "${mysqld[@]}" --skip-networking --mysqlx=OFF "--socket=$socket" \
    "--pid-file=$scratch/mysqld.pid" "--init-file=$scratch/init.sql" &
mysql_pid=$!
for _ in $(seq 600); do
    # The file appears when the server accepts connections, after the init file has run.
    [[ ! -s $scratch/mysqld.pid || ! -S $socket ]] || break
    kill -0 "$mysql_pid" 2>/dev/null || { mysql_pid='' && fail "MySQL stopped at once, see $log (is one running on these files already?)"; }
    sleep 0.1
done
[[ -S $socket ]] || fail "MySQL did not come up within a minute, see $log"
echo "MySQL is up: mysql --socket=$socket --user=root dog_gif_app"

export MYSQL_HOST=$socket MYSQL_USER=dog_gif_app MYSQL_DATABASE=dog_gif_app
export MYSQL_PASSWORD_FILE=$scratch/password MIGRATE_ON_START=true
unset MYSQL_PASSWORD MYSQL_TLS MYSQL_TLS_CA
if (($#)) && [[ $1 != serve && $1 != -* ]]; then
    dog-gif-app migrate >&2
fi
setsid dog-gif-app "$@" &
app_pid=$!
outcome=0
wait "$app_pid" || outcome=$?
app_pid=''
exit "$outcome"
