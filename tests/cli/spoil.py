#!/usr/bin/python3
"""spoil.py SAMPLE clean|messy LAYER FAULT: the made-up county in the working folder, with one layer
wrong, and what `banjing inspect` says of it in one line.

FAULT is gcj02 or bd09 (in that datum, and not saying so), swap, zone, or wrong (declared in the
other datum). Every layer has a file of its own, so that each warning names one. The line:

    LAYER FAULT: codes of the warnings about the layer [fix] [| LAYER code: the others' warnings]
"""
import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

from osgeo import gdal, ogr

os.environ["SHAPE_ENCODING"] = "GBK"
PLACE = ("looks_gcj02", "looks_bd09", "looks_unshifted", "swapped_axes", "neighbouring_zone",
         "zone_prefix", "dmmss", "far_outside", "zero_coordinates")
CLEAN = "clean/jiangchuan-made-up.gpkg"
# layer: source of the clean county, source of the messy one, its layer, datum and other keys
LAYERS = {
    "villages": ("villages", "villages-made-up.shp", "", "", ""),
    "clinics": ("facilities", "clinics-made-up.xlsx", "机构一览表", "gcj02", "code: 机构代码"),
    "stations": ("stations", "stations-made-up.csv", "", "bd09", "code: 站点代码, name: 站点名称"),
    "county": ("county", "boundary-made-up.gpkg", "区界", "", ""),
    "townships": ("townships", "boundary-made-up.gpkg", "乡镇界", "", "name: XZQMC"),
    "roads": ("roads", "roads-made-up.shp", "", "", ""),
    "neighbours": ("neighbours", "neighbours-made-up.csv", "", "", "code: 代码"),
}


def move(g, x_and_y):
    for k in range(g.GetGeometryCount()):
        move(g.GetGeometryRef(k), x_and_y)
    for k in range(0 if g.GetGeometryCount() else g.GetPointCount()):
        g.SetPoint_2D(k, *x_and_y(g.GetX(k), g.GetY(k)))


def copy(path, layer, out, x_and_y=None):
    """The layer as a GeoPackage of its own, every vertex through x_and_y."""
    source = ogr.Open(str(path))
    old = source.GetLayerByName(layer) if layer else source.GetLayer(0)
    ds = ogr.GetDriverByName("GPKG").CreateDataSource(out)
    new = ds.CreateLayer(Path(out).stem, old.GetSpatialRef(), old.GetGeomType())
    for i in range(old.GetLayerDefn().GetFieldCount()):
        new.CreateField(old.GetLayerDefn().GetFieldDefn(i))
    for feature in old:
        shape = feature.GetGeometryRef().Clone()
        if x_and_y:
            move(shape, x_and_y)
        moved = ogr.Feature(new.GetLayerDefn())
        moved.SetFrom(feature)
        moved.SetGeometry(shape)
        new.CreateFeature(moved)


def banjing_shift(path, layer, out, a, b):
    command = ["banjing", "shift", "-i", path, "-o", out, "--from", a, "--to", b, "-q"]
    done = subprocess.run(command + (["--layer", layer] if layer else []), capture_output=True,
                          text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)


def table(path, encoding="utf-8-sig"):
    return list(csv.reader(io.StringIO(Path(path).read_text(encoding=encoding))))


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows(rows)


def spoil_geometry(name, fault):
    """name.gpkg becomes bad.gpkg."""
    if fault in ("gcj02", "bd09"):
        banjing_shift(name, "", "bad.gpkg", "cgcs2000", fault)
        return "bad.gpkg", ""
    source = ogr.Open(name)
    projected = source.GetLayer(0).GetSpatialRef().IsProjected()
    if fault == "swap":
        copy(name, "", "bad.gpkg", lambda x, y: (y, x))
    elif not projected:
        copy(name, "", "bad.gpkg", lambda x, y: (x + 3, y))
    # eastings of zone 34 said to be of zone 35: the county's own, 34576143, or without the number
    else:
        return name, "crs: EPSG:4523"
    return "bad.gpkg", ""


def spoil_list(layer, path, sheet, datum, fault):
    """Path and keys of a messy list with the fault."""
    if fault == "wrong":
        return path, f"datum: {'bd09' if datum == 'gcj02' else 'gcj02'}"
    if fault == (datum or "cgcs2000"):
        return path, ""
    if fault in ("gcj02", "bd09"):
        banjing_shift(path, sheet, "bad.csv", datum or "cgcs2000", fault)
        return "bad.csv", ""
    if layer == "clinics":
        if fault == "swap":
            return path, f"datum: {datum}, fields: {{lon: 纬度, lat: 经度}}"
        banjing_shift(path, sheet, "bad.csv", datum, "cgcs2000")
        rows = table("bad.csv")
        lon = rows[0].index("经度")
        for row in rows[1:]:
            row[lon] = row[lon] and str(float(row[lon]) + 3)
    elif layer == "stations":
        rows = table(path, "gbk")
        for row in rows[2:-1]:
            lon, lat = row[3].split(",")
            row[3] = f"{lat},{lon}" if fault == "swap" else f"{float(lon) + 3},{lat}"
    else:
        rows = table(path)
        for row in rows[1:]:
            row[3:5] = (row[4], row[3]) if fault == "swap" else (row[3].replace("102°", "105°"), row[4])
    write("bad.csv", rows)
    return "bad.csv", f"datum: {datum}" if datum and layer != "clinics" else ""


def entry(sample, kind, layer, fault):
    """The line of the case for a layer; fault "" is none."""
    clean, path, sheet, datum, fields = LAYERS[layer]
    keys = f"datum: {datum}" if datum and kind == "messy" else ""
    if kind == "messy" and path.endswith((".csv", ".xlsx")):
        local = f"{layer}{Path(path).suffix}"
        if not Path(local).exists():
            Path(local).write_bytes((sample / "messy" / path).read_bytes())
        if fault:
            local, keys = spoil_list(layer, local, sheet, datum, fault)
    else:
        local = f"{layer}.gpkg"
        if not Path(local).exists():
            source = (sample / CLEAN, clean) if kind == "clean" else (sample / "messy" / path, sheet)
            copy(*source, local)
        if fault:
            local, keys = spoil_geometry(local, fault)
    if kind == "messy" and fields:
        if "fields: {" in keys:
            keys = keys.replace("fields: {", f"fields: {{{fields}, ")
        else:
            keys += f"{', ' if keys else ''}fields: {{{fields}}}"
    if local.endswith(".xlsx"):
        keys = f"layer: {sheet}, {keys}" if keys else f"layer: {sheet}"
    return local, f"{{path: {local}{', ' if keys else ''}{keys}}}"


def main():
    sample, kind, bad, fault = Path(sys.argv[1]), *sys.argv[2:5]
    gdal.UseExceptions()
    ogr.UseExceptions()
    for old in Path(".").glob("bad.*"):
        old.unlink()
    file_of, line = {}, {}
    for layer in LAYERS:
        file_of[layer], line[layer] = entry(sample, kind, layer, fault if layer == bad else "")
    Path("c.yaml").write_text(f"""county: {{code: "530403", name: 江川区}}
villages: {line["villages"]}
facilities: [{line["clinics"]}, {line["stations"]}]
boundary: {line["county"]}
townships: {line["townships"]}
roads: {line["roads"]}
neighbours: {{facilities: {line["neighbours"]}}}
""", encoding="utf-8")
    done = subprocess.run(["banjing", "inspect", "c.yaml", "--json"], capture_output=True,
                          text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    notes = [n for n in json.loads(done.stdout)["suspicions"] if n["code"] in PLACE]
    mine = sorted({n["code"] for n in notes if n["layer"] == file_of[bad]})
    fix = any(n["fix"] for n in notes if n["layer"] == file_of[bad])
    others = sorted({f"{layer} {n['code']}" for n in notes for layer in LAYERS
                     if layer != bad and n["layer"] == file_of[layer]})
    print(f"{bad} {fault}: {' '.join(mine)}{' fix' if fix else ''}"
          + (f" | {', '.join(others)}" if others else ""))


if __name__ == "__main__":
    main()
