#!/bin/sh
# Starts Postgres; on the first start makes the cluster, the user and the database.
set -eu

: "${POSTGRES_PASSWORD:?refusing to start without a password}"
: "${POSTGRES_USER:=postgres}"
: "${POSTGRES_DB:=$POSTGRES_USER}"
: "${PGDATA:=/var/lib/postgresql/data}"
export PGDATA

as_postgres() {
    gosu postgres "$@"
}

# Made beside the final place and moved at the end: an interrupted first start is begun anew.
make_cluster() {
    fresh=$PGDATA/fresh
    rm -rf "$fresh"
    install -d -o postgres -g postgres -m 700 "$PGDATA" "$fresh"
    password_file=$(as_postgres mktemp)
    printf '%s' "$POSTGRES_PASSWORD" >"$password_file"
    as_postgres initdb --pgdata="$fresh" --username="$POSTGRES_USER" --pwfile="$password_file" \
        --encoding=UTF8 --auth-host=scram-sha-256 >/dev/null
    rm "$password_file"
    printf 'local all all trust\nhost all all all scram-sha-256\n' >"$fresh/pg_hba.conf"
    if [ "$POSTGRES_DB" != postgres ]; then
        printf 'CREATE DATABASE "%s";\n' "$POSTGRES_DB" |
            as_postgres postgres --single -j -D "$fresh" postgres >/dev/null
    fi
    mv "$fresh" "$PGDATA/cluster"
}

[ -d "$PGDATA/cluster" ] || make_cluster
unset POSTGRES_PASSWORD
exec gosu postgres postgres -D "$PGDATA/cluster" -c listen_addresses='*' "$@"
