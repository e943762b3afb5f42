#!/bin/sh
# Makes the schema and the accounts of the program be what the mounted Secrets say. It may run at any time,
# any number of times; with a changed Secret it rotates the password and keeps the old one valid until the next
# change, so that pods whose mounted file is still the old one keep counting.
#
# Two callers: the image's entrypoint on the first start (mysql-single), where only the socket listens, and a Job
# (mysql-replicated), which sets MYSQL_HOST.
set -eu

secrets=/run/secrets
socket=/var/run/mysqld/mysqld.sock

# client ACCOUNT PASSWORD_FILE [ARGUMENT...]: the password never shows in a process list.
client() {
    account=$1
    password_file=$2
    shift 2
    if [ -n "${MYSQL_HOST:-}" ]; then
        set -- --host="$MYSQL_HOST" --connect-timeout=5 "$@"
    else
        set -- --socket="$socket" "$@"
    fi
    MYSQL_PWD=$(cat "$password_file") mysql --no-defaults --user="$account" --batch "$@"
}

as_root() {
    client root "$secrets/mysql-root/password" "$@"
}

# account NAME PRIVILEGES: its password is that of the Secret mounted under the name.
account() {
    name=$1
    privileges=$2
    file=$secrets/$name/password
    password=$(sed -e 's/\\/\\\\/g' -e "s/'/''/g" "$file")
    # On standard input, not as an argument: see client.
    as_root <<SQL
CREATE USER IF NOT EXISTS '$name'@'%' IDENTIFIED BY '$password';
GRANT $privileges ON dogs.* TO '$name'@'%';
SQL
    if client "$name" "$file" --execute='DO 1' 2>/dev/null; then
        echo "account $name is as it should be"
    else
        as_root <<SQL
ALTER USER '$name'@'%' IDENTIFIED BY '$password' RETAIN CURRENT PASSWORD;
SQL
        echo "account $name has a new password; the one before stays valid until the next change"
    fi
}

# A replicated cluster takes minutes to form; the Job's deadline ends the wait.
until as_root --execute='DO 1'; do
    echo "waiting for MySQL at ${MYSQL_HOST:-$socket}"
    sleep 2
done

as_root --execute='CREATE DATABASE IF NOT EXISTS dogs'
account migrator 'ALL PRIVILEGES'
# What `serve` does: no DDL, so a hole in the program cannot drop a table.
account dog 'SELECT, INSERT, UPDATE, DELETE'
