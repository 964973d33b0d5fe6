#!/usr/bin/env bash
# The sample counties are what their scripts make, to the byte. Skipped (77) where the raw
# files or GDAL's Python are not there.
set -uo pipefail
root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
raw=$root/../shared/data
if [[ ! -d $raw ]] || ! /usr/bin/python3 -c 'from osgeo import gdal' 2>/dev/null; then
    echo "samples: skipped, no ../shared/data or no python3-gdal"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/scripts/make-ngazidja.py" "$raw/ngazidja" "$work/ngazidja" &&
    "$root/scripts/make-jiangchuan.py" "$raw/county-names/villages_names_codes.csv" \
        "$work/jiangchuan-demo" || exit 1
cp "$root/geodata/ngazidja/case.yaml" "$work/ngazidja/"
failed=0
for county in ngazidja jiangchuan-demo; do
    diff -r "$work/$county" "$root/geodata/$county" || failed=1
done
kib=$(du -sk --apparent-size "$root/geodata" | cut -f1)
if ((kib > 5000)); then
    echo "samples: geodata has $kib KiB, more than 5 MB"
    failed=1
fi
exit $failed
