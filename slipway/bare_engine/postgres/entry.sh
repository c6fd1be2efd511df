#!/bin/sh
# Starts Postgres; the first start makes the cluster, the user and the database.
# POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB and PGDATA mean what they mean to the official image.
set -eu

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
# Its being there says that a first start has not come to its end.
unfinished=$PGDATA/.first-start

as_postgres() {
    gosu postgres "$@"
}

refuse() {
    echo "postgres-entry: $1" >&2
    exit 1
}

# The marker goes last, so that this can itself be interrupted.
clear_unfinished() {
    find "$PGDATA" -mindepth 1 ! -path "$unfinished" ! -path "$unfinished/*" -delete
    rm -rf "$unfinished"
}

make_cluster() {
    [ -n "${POSTGRES_PASSWORD:-}" ] || refuse "POSTGRES_PASSWORD is empty; set it for the first start"
    [ -z "$(ls -A "$PGDATA")" ] || refuse "$PGDATA is not empty, and no cluster is in it"
    install -d -o postgres -g postgres -m 700 "$unfinished"
    # In memory only, and readable by nobody else.
    password_file=$(as_postgres mktemp --tmpdir=/dev/shm)
    printf '%s' "$POSTGRES_PASSWORD" >"$password_file"
    as_postgres initdb --pgdata="$unfinished" --username="$user" --pwfile="$password_file" \
        --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256 >/dev/null
    rm "$password_file"
    echo 'host all all all scram-sha-256' >>"$unfinished/pg_hba.conf"
    [ "$database" = postgres ] || make_database
    find "$unfinished" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -exec mv -t "$PGDATA" {} +
    mv "$unfinished/PG_VERSION" "$PGDATA"
    rmdir "$unfinished"
}

make_database() {
    quoted=$(printf '%s' "$database" | sed 's/"/""/g')
    printf 'CREATE DATABASE "%s";\n' "$quoted" |
        as_postgres postgres --single -j -D "$unfinished" postgres >/dev/null
}

case ${1:-postgres} in
    postgres) [ $# -eq 0 ] || shift ;;
    -*) ;;
    *) exec "$@" ;;
esac

# The first process of a container ignores what it does not handle.
trap 'exit 130' INT TERM
install -d -o postgres -g postgres -m 700 "$PGDATA"
install -d -o postgres -g postgres -m 2775 /var/run/postgresql
[ ! -d "$unfinished" ] || clear_unfinished
[ -s "$PGDATA/PG_VERSION" ] || make_cluster
unset POSTGRES_PASSWORD
exec gosu postgres postgres -D "$PGDATA" -c listen_addresses='*' "$@"
