#!/usr/bin/env bash
# The PostGIS peer of scripts/bench: load, sessions side by side, export.
#
#   postgis_twin.sh VILLAGES CLINICS COUNTIES FOLDER [--radius M] [--threads N]
#                   [--srid FROM:TO] [--clinics-where SQL]
#
# Starts a PostgreSQL of its own in a temporary folder, reached only through a socket in it, and
# stops it by its process id. Durability is off and memory generous, as one would for a one-off
# computation. Timed are load (shp2pgsql | psql, with spatial indexes), N sessions that share out
# villages and counties, and export (pgsql2shp); not the server's start. Buffers of 16 segments a
# quarter. --srid: as shp2pgsql -s, for layers in degrees.
# Debian: postgresql-15-postgis-3 postgis.
set -euo pipefail

radius=2500 threads=1 srid=0 where=true files=()
while [[ $# -gt 0 ]]; do
    case $1 in
    --radius) radius=$2; shift 2 ;;
    --threads) threads=$2; shift 2 ;;
    --srid) srid=$2; shift 2 ;;
    --clinics-where) where=$2; shift 2 ;;
    *) files+=("$1"); shift ;;
    esac
done
if [[ ${#files[@]} -ne 4 ]]; then
    echo "postgis_twin: three layers and a folder are needed" >&2
    exit 2
fi
bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
if [[ ! -x $bin/initdb ]] || ! command -v shp2pgsql >/dev/null; then
    echo "postgis_twin: PostgreSQL with PostGIS is not installed" >&2
    exit 1
fi

work=$(mktemp -d)
server=
stop()
{
    if [[ -n $server ]] && kill -INT "$server" 2>/dev/null; then
        while kill -0 "$server" 2>/dev/null; do sleep 0.1; done
    fi
    rm -rf "$work"
}
trap stop EXIT

# PostgreSQL refuses to run as root.
as_owner=()
if [[ $(id -u) -eq 0 ]]; then
    as_owner=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    chown postgres:postgres "$work"
fi
export PGHOST=$work PGPORT=5432 PGUSER=bench PGDATABASE=postgres
"${as_owner[@]}" "$bin/initdb" -D "$work/data" -U bench -A trust -E UTF8 --no-sync \
    --no-instructions --locale=C >"$work/initdb.log" 2>&1 || { cat "$work/initdb.log" >&2; exit 1; }
(cd "$work" && exec "${as_owner[@]}" "$bin/postgres" -D "$work/data" -k "$work" \
    -c listen_addresses= -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=8GB \
    -c autovacuum=off -c shared_buffers=1GB -c work_mem=256MB -c maintenance_work_mem=512MB -c jit=off \
    >"$work/server.log" 2>&1) &
server=$!
for ((i = 0; i < 100; i++)); do
    "$bin/pg_isready" -q && break
    kill -0 "$server" || { cat "$work/server.log" >&2; exit 1; }
    sleep 0.1
done
sql() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }
sql -c 'CREATE EXTENSION postgis'

code_of() # column that holds the code, as geos_twin finds it
{
    local c
    for c in code facility_i hab_id block_id; do
        if [[ $(sql -At -c "SELECT 1 FROM information_schema.columns
                            WHERE table_name='$1' AND column_name='$c'") == 1 ]]; then
            echo "$c::text"
            return
        fi
    done
    echo "''"
}

now() { echo "${EPOCHREALTIME/,/.}"; }
started=$(now)
load() { shp2pgsql -D -I -s "$srid" -S -W UTF-8 "$1" "$2" 2>/dev/null | sql >/dev/null; }
load "${files[0]}" villages &
jobs=($!)
load "${files[1]}" clinics &
jobs+=($!)
for job in "${jobs[@]}"; do wait "$job"; done
shp2pgsql -D -I -s "$srid" -W UTF-8 "${files[2]}" counties 2>/dev/null | sql >/dev/null
if [[ $where != true ]]; then
    sql -c "DELETE FROM clinics WHERE NOT ($where)"
fi
sql -c 'ANALYZE villages' -c 'ANALYZE clinics' -c 'ANALYZE counties'
village=$(code_of villages) clinic=$(code_of clinics) county=$(code_of counties)
loaded=$(now)

session()
{
    sql <<SQL
CREATE UNLOGGED TABLE near_$1 AS
  SELECT v.gid, v.$village AS code, n.fac_id, round(n.d::numeric, 3) AS dist_m,
         CASE WHEN n.d <= $radius THEN 'covered' ELSE 'uncovered' END AS status, v.geom
  FROM villages v CROSS JOIN LATERAL
       (SELECT f.$clinic AS fac_id, v.geom <-> f.geom AS d FROM clinics f
        ORDER BY v.geom <-> f.geom LIMIT 1) n
  WHERE v.gid % $threads = $1;
CREATE UNLOGGED TABLE disc_$1 AS
  SELECT c.gid, c.$county AS county, ST_MakeValid(c.geom) AS geom,
         (SELECT ST_UnaryUnion(ST_Collect(ST_Buffer(f.geom, $radius, 'quad_segs=16')))
          FROM clinics f WHERE ST_DWithin(f.geom, c.geom, $radius)) AS discs
  FROM counties c WHERE c.gid % $threads = $1;
CREATE UNLOGGED TABLE covered_$1 AS
  SELECT county, (ST_Dump(ST_CollectionExtract(ST_Intersection(geom, discs), 3))).geom FROM disc_$1
  WHERE discs IS NOT NULL;
CREATE UNLOGGED TABLE uncovered_$1 AS
  SELECT county, (ST_Dump(ST_CollectionExtract(COALESCE(ST_Difference(geom, discs), geom), 3))).geom
  FROM disc_$1;
SQL
}
jobs=()
for ((k = 0; k < threads; k++)); do
    session "$k" &
    jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job"; done
computed=$(now)

all() # SELECT of all sessions' rows
{
    local k text=
    for ((k = 0; k < threads; k++)); do
        text+=${text:+ UNION ALL }"SELECT * FROM $1_$k"
    done
    echo "($text) t"
}
mkdir -p "${files[3]}"
out=$(realpath "${files[3]}")
export_layer() # pgsql2shp warns of a missing .prj when the SRID is 0
{
    pgsql2shp -q -f "$out/$1.shp" -h "$PGHOST" -p "$PGPORT" -u "$PGUSER" "$PGDATABASE" "$2" \
        >"$work/export.log" 2>&1 || { cat "$work/export.log" >&2; return 1; }
}
area="'LC-01'::text AS rule, county, round((ST_Area(geom) / 1e6)::numeric, 6) AS area_km2"
export_layer villages "SELECT code, fac_id, dist_m, status, geom FROM $(all near)"
export_layer covered "SELECT $area, geom FROM $(all covered)"
export_layer uncovered "SELECT $area,
    row_number() OVER (PARTITION BY county ORDER BY ST_Area(geom) DESC)::int AS patch, geom
    FROM $(all uncovered)"
ended=$(now)

sql -At <<SQL
SELECT 'villages_covered ' || count(*) FROM $(all near) WHERE status = 'covered';
SELECT 'covered_parts ' || count(*) || E'\ncovered_km2 ' ||
       round((sum(ST_Area(geom)) / 1e6)::numeric, 6) FROM $(all covered);
SELECT 'uncovered_parts ' || count(*) || E'\nuncovered_km2 ' ||
       round((sum(ST_Area(geom)) / 1e6)::numeric, 6) FROM $(all uncovered);
SQL
awk -v a="$started" -v b="$loaded" -v c="$computed" -v d="$ended" 'BEGIN {
    printf "read_s %.3f\ncore_s %.3f\nwrite_s %.3f\ntotal_s %.3f\n", b - a, c - b, d - c, d - a
}'
