#!/bin/sh
# Starts MySQL as the official image's entrypoint does, as far as k8s/components use that: the variables
# MYSQL_{ROOT_PASSWORD,DATABASE,USER,PASSWORD} and their _FILE forms, MYSQL_ROOT_HOST, /docker-entrypoint-initdb.d and
# arguments for mysqld. What it does not know, it refuses.
set -eu

data=/var/lib/mysql
# There while the database is being set up; mysqld takes no notice of names that begin with a dot.
unfinished=$data/.unfinished
socket=/var/run/mysqld/mysqld.sock

fail() {
    echo "docker-entrypoint: $*" >&2
    exit 1
}

# from_file NAME: the variable's value, or what stands in the file that NAME_FILE names.
from_file() {
    eval "value=\${$1:-} file=\${$1_FILE:-}"
    if [ -n "$file" ]; then
        [ -z "$value" ] || fail "both $1 and $1_FILE are set"
        value=$(cat "$file") || fail "cannot read $file of $1_FILE"
    fi
    unset "$1" "$1_FILE"
    # shellcheck disable=SC2154 # from eval
    printf %s "$value"
}

# quoted TEXT: as a string of SQL.
quoted() {
    printf "'"
    printf %s "$1" | sed -e 's/\\/\\\\/g' -e "s/'/''/g"
    printf "'"
}

root_client() {
    MYSQL_PWD=${root_set:+$root_password} mysql --no-defaults --socket="$socket" --user=root --batch "$@"
}

# Everything that the first start makes, in a server that listens on its socket alone.
set_up() {
    root_password=$(from_file MYSQL_ROOT_PASSWORD)
    database=${MYSQL_DATABASE:-}
    user=${MYSQL_USER:-}
    password=$(from_file MYSQL_PASSWORD)
    root_set=
    [ -n "$root_password" ] || fail "a new database needs MYSQL_ROOT_PASSWORD or MYSQL_ROOT_PASSWORD_FILE"
    [ -z "$user" ] || [ -n "$password" ] || fail "MYSQL_USER needs MYSQL_PASSWORD or MYSQL_PASSWORD_FILE"

    # What is interrupted starts over, so nothing has to reach the disk before the clean shutdown below.
    : >"$unfinished"
    set -- "$@" --innodb-flush-log-at-trx-commit=0 --sync-binlog=0 --innodb-doublewrite=OFF --skip-log-bin
    "$@" --initialize-insecure
    "$@" --skip-networking &
    server=$!
    until mysqladmin --no-defaults --socket="$socket" --silent ping >/dev/null 2>&1; do
        kill -0 "$server" 2>/dev/null || fail "the server ended while it was being set up"
        sleep 0.1
    done

    host=${MYSQL_ROOT_HOST:-%}
    {
        if [ "$host" != localhost ]; then
            echo "CREATE USER 'root'@$(quoted "$host") IDENTIFIED BY $(quoted "$root_password");"
            echo "GRANT ALL ON *.* TO 'root'@$(quoted "$host") WITH GRANT OPTION;"
        fi
        if [ -n "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"; fi
        if [ -n "$user" ]; then
            echo "CREATE USER $(quoted "$user")@'%' IDENTIFIED BY $(quoted "$password");"
            if [ -n "$database" ]; then echo "GRANT ALL ON \`$database\`.* TO $(quoted "$user")@'%';"; fi
        fi
        echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(quoted "$root_password");"
    } | root_client
    root_set=yes

    for file in /docker-entrypoint-initdb.d/*; do
        [ -e "$file" ] || continue
        echo "docker-entrypoint: running $file"
        case $file in
        *.sh)
            # As the official one: a script that is executable has a process of its own.
            # shellcheck source=/dev/null
            if [ -x "$file" ]; then "$file"; else . "$file"; fi
            ;;
        *.sql) root_client ${database:+"$database"} <"$file" ;;
        *) fail "$file is neither .sh nor .sql" ;;
        esac
    done

    MYSQL_PWD=$root_password mysqladmin --no-defaults --socket="$socket" --user=root shutdown
    wait "$server"
    rm "$unfinished"
    echo "docker-entrypoint: the database is set up"
}

case ${1:-} in
'' | -*) set -- mysqld "$@" ;;
esac
if [ "$1" = mysqld ] && [ -e "$unfinished" ]; then
    echo "docker-entrypoint: removing what an interrupted first start left"
    rm -rf "${data:?}"/* "$unfinished"
fi
if [ "$1" = mysqld ] && [ ! -d "$data/mysql" ]; then
    # In a subshell: neither its passwords nor its variables reach the server.
    (set_up "$@")
fi
unset MYSQL_ROOT_PASSWORD MYSQL_PASSWORD
exec "$@"
