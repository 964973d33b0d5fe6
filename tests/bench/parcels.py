#!/usr/bin/python3
"""Residential parcels for scripts/bench, and a peer that judges them with GEOS alone.

    parcels.py make VILLAGES OUT.gpkg CASE.yaml CLINICS COUNTIES   50 parcels a village, seeded
    parcels.py twin PARCELS CLINICS COUNTIES RADIUS

make: around each village 50 polygons of 5 to 9 corners, 15 to 80 m across, within 600 m; in
longitude and latitude of the villages' own system. Everything is made up, and the same at every run.

twin: what a careful script over GEOS does (ogr): everything to the metric system of the layers,
circles of 512 sides as buffers, their union, parcels cut by the boundary, then each parcel inside,
outside or cut by a prepared union; areas on the plane. Prints "name value" lines as the other
peers do.
"""
import math
import random
import resource
import sys
import time

from osgeo import gdal, ogr

gdal.UseExceptions()
ogr.UseExceptions()
A_VILLAGE, SEED = 50, 20261125


def ring_of(rng, x, y):
    turn, distance = rng.uniform(0, 2 * math.pi), 600 * math.sqrt(rng.random())
    cx, cy = x + distance * math.cos(turn), y + distance * math.sin(turn)
    size, corners = rng.uniform(15, 80) / 2, rng.randint(5, 9)
    ring = ogr.Geometry(ogr.wkbLinearRing)
    for k in range(corners + 1):
        angle = 2 * math.pi * (k % corners) / corners
        if k < corners:
            r = size * rng.uniform(0.6, 1)
            first = first if k else r
        else:
            r = first
        ring.AddPoint_2D(cx + r * math.cos(angle), cy + r * math.sin(angle))
    return ring


def make(villages, out, case, clinics, counties):
    rng = random.Random(SEED)
    dataset = gdal.OpenEx(villages)  # kept: its layers go with it
    source = dataset.GetLayer(0)
    gpkg = ogr.GetDriverByName("GPKG").CreateDataSource(out)
    layer = gpkg.CreateLayer("parcels", source.GetSpatialRef(), ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("code", ogr.OFTString))
    layer.CreateField(ogr.FieldDefn("population", ogr.OFTReal))
    layer.StartTransaction()
    for i, village in enumerate(source):
        point = village.GetGeometryRef()
        for k in range(A_VILLAGE):
            polygon = ogr.Geometry(ogr.wkbPolygon)
            polygon.AddGeometry(ring_of(rng, point.GetX(), point.GetY()))
            f = ogr.Feature(layer.GetLayerDefn())
            f["code"], f["population"] = f"{i}-{k}", rng.randint(1, 12)
            f.SetGeometry(polygon)
            layer.CreateFeature(f)
    layer.CommitTransaction()
    with open(case.replace(".yaml", "-plan.yaml"), "w", encoding="utf-8") as plan:
        plan.write("id: parcels\ntitle: bench\ndocument: made up\ndate: '2026-01-01'\nscope: bench\n"
                   "rules:\n  - {id: P, clause: '1', quote: made up, level: must, kind: radius, "
                   "facilities: [village_clinic], demand: parcels, where: all, limit_m: 2500}\n")
    with open(case, "w", encoding="utf-8") as f:
        f.write(f"county: {{code: '000001', name: made up}}\nplan: {case.replace('.yaml', '-plan.yaml')}\n"
                f"parcels: {{path: {out}}}\nfacilities: {{path: {clinics}, class: village_clinic}}\n"
                f"boundary: {{path: {counties}}}\n")


def geometries(path):
    dataset = gdal.OpenEx(path)
    return [f.GetGeometryRef().Clone() for f in dataset.GetLayer(0)]


def union(parts):
    many = ogr.Geometry(ogr.wkbMultiPolygon)
    for g in parts:
        for p in ([g] if g.GetGeometryType() == ogr.wkbPolygon else g):
            many.AddGeometry(p)
    return many.UnionCascaded()


def twin(parcels, clinics, counties, radius):
    start = time.perf_counter()
    circles = [g.Buffer(radius, 128) for g in geometries(clinics)]
    land, county = geometries(parcels), union(geometries(counties))
    read = time.perf_counter()
    covered = union(circles)
    fast, inside = covered.CreatePreparedGeometry(), county.CreatePreparedGeometry()
    total = cut = 0.0
    n = 0
    for g in land:
        if not inside.Contains(g):
            g = g.Intersection(county)
        area = g.GetArea()
        if not area:
            continue
        n += 1
        total += area
        if fast.Contains(g):
            cut += area
        elif fast.Intersects(g):
            cut += g.Intersection(covered).GetArea()
    done = time.perf_counter()
    print("read_s", read - start)
    print("cover_s", done - read)
    print("parcels", n)
    print("land_km2", total / 1e6)
    print("covered_km2", cut / 1e6)
    print("peak_mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(*sys.argv[2:])
    else:
        twin(*sys.argv[2:5], float(sys.argv[5]))
