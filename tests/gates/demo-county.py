#!/usr/bin/python3
"""The messy and the clean demo county must be judged alike.

    tests/gates/demo-county.py PROGRAM

Runs `check` on both, under the county's own plan and under liaocheng-2023 (the only one with a
clinic radius and a two-sided bound), and compares every village of every rule: status, the
nearest facility, distance within 0.2 m; areas within 1e-5; counts exactly. Then every row of
every list must be accounted for. Exit code 1 with the differences, 77 without python3-gdal.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    from osgeo import gdal, ogr
except ImportError:
    print("demo-county: skipped, no python3-gdal")
    sys.exit(77)

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = ROOT / "geodata/jiangchuan-demo"
DISTANCE_M, AREA_SHARE = 0.2, 1e-5
SAME = ("name", "township", "urban", "pop", "fac_id", "fac_name", "status", "border", "via_nbr")
wrong = []


def complain(*words):
    wrong.append(" ".join(str(w) for w in words))


def run(program, kind, plan, out):
    command = [program, "check", str(DEMO / kind / "case.yaml"), "-o", str(out), "-q"]
    if plan:
        command += ["--plan", plan]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))


def villages(path):
    source = ogr.Open(str(path))
    rows = {}
    for f in source.GetLayer(0):
        rows[f["code"]] = {n: f[n] for n in SAME + ("dist_m", "margin_m")}
    return rows


def close(what, a, b, share):
    if (a is None) != (b is None) or a is not None and abs(a - b) > share * max(abs(a), abs(b), 1e-9):
        complain(what, a, b)


def compare_rule(name, messy, clean):
    for code in sorted(set(messy) | set(clean)):
        a, b = messy.get(code), clean.get(code)
        if a is None or b is None:
            complain(name, code, "only in one county")
            continue
        for key in SAME:
            if a[key] != b[key]:
                complain(name, code, key, a[key], b[key])
        for key in ("dist_m", "margin_m"):
            if (a[key] is None) != (b[key] is None) or \
                    a[key] is not None and abs(a[key] - b[key]) > DISTANCE_M:
                complain(name, code, key, a[key], b[key])


def compare(program, plan):
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        a, b = (run(program, kind, plan, work / kind) for kind in ("messy", "clean"))
        close("county area", a["county"]["area_km2"], b["county"]["area_km2"], AREA_SHARE)
        n_villages = 0
        for ra, rb in zip(a["rules"], b["rules"]):
            for key in ("id", "verdict", "villages", "population", "own_only", "patches"):
                if ra.get(key) != rb.get(key):
                    complain(ra["id"], key, ra.get(key), rb.get(key))
            for key in ("total", "covered", "uncovered"):
                close(f"{ra['id']} area {key}", (ra.get("area_km2") or {}).get(key),
                      (rb.get("area_km2") or {}).get(key), AREA_SHARE)
            layers = [work / kind / ra["id"] / "villages.shp" for kind in ("messy", "clean")]
            if any(p.exists() for p in layers):
                rows = [villages(p) for p in layers]
                compare_rule(ra["id"], *rows)
                n_villages += len(rows[0])
        if len(a["rules"]) != len(b["rules"]) or not n_villages:
            complain("rules", len(a["rules"]), len(b["rules"]), "villages", n_villages)
        print(f"{a['plan']['id']}: {len(a['rules'])} rules, {n_villages} village rows compared")


def main():
    gdal.UseExceptions()
    ogr.UseExceptions()
    program = str(Path(sys.argv[1]).resolve())
    for plan in (None, "liaocheng-2023"):
        compare(program, plan)
    for line in wrong[:40]:
        print("differs:", line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
