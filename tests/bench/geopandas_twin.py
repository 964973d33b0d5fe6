#!/usr/bin/python3
"""The geopandas peer of scripts/bench: the same layers as geos_twin, as a script would do it.

    geopandas_twin.py VILLAGES CLINICS COUNTIES FOLDER [--radius M] [--clinics-where QUERY]

Buffers of 16 segments a quarter; for each county the buffers that meet it (spatial index) are
united, intersected with it and subtracted from it; nearest clinics by scipy's k-d tree, distances
on the map. Layers in degrees are worked in the UTM zone that geopandas proposes and written back.
Prints "name value" lines as geos_twin does. Debian: python3-geopandas python3-scipy."""
import argparse
import os
import resource
import time

import geopandas
import numpy
from scipy.spatial import cKDTree
from shapely.ops import unary_union

CODES = ["code", "FACILITY_I", "HAB_ID", "BLOCK_ID"]


def read(path, where=None):
    layer = geopandas.read_file(path)
    if where:
        layer = layer.query(where)
    layer = layer[~layer.geometry.isna()].reset_index(drop=True)
    code = next((c for c in CODES if c in layer.columns), None)
    layer["code"] = layer[code].astype(str) if code else ""
    return layer[["code", "geometry"]]


def parts(geometry):
    pieces = geometry.geoms if hasattr(geometry, "geoms") else [geometry]
    return [p for p in pieces if p.geom_type == "Polygon" and not p.is_empty]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("files", nargs=4)
    options.add_argument("--radius", type=float, default=2500.0)
    options.add_argument("--clinics-where")
    args = options.parse_args()
    villages_file, clinics_file, counties_file, folder = args.files

    start = time.perf_counter()
    villages, clinics = read(villages_file), read(clinics_file, args.clinics_where)
    counties = read(counties_file)
    read_s = time.perf_counter()
    crs = counties.crs
    if crs is not None and crs.is_geographic:
        utm = counties.estimate_utm_crs()
        villages, clinics, counties = (layer.to_crs(utm) for layer in (villages, clinics, counties))
    counties["geometry"] = counties.geometry.where(counties.is_valid, counties.buffer(0))
    project_s = time.perf_counter()

    tree = cKDTree(numpy.column_stack([clinics.geometry.x, clinics.geometry.y]))
    distance, row = tree.query(numpy.column_stack([villages.geometry.x, villages.geometry.y]))
    villages["fac_id"] = clinics["code"].to_numpy()[row]
    villages["dist_m"] = numpy.round(distance, 3)
    covered = distance <= args.radius
    villages["status"] = numpy.where(covered, "covered", "uncovered")
    nearest_s = time.perf_counter()

    discs = clinics.buffer(args.radius, resolution=16)
    index = discs.sindex
    inside, outside = [], []
    for code, county in zip(counties["code"], counties.geometry):
        union = unary_union(list(discs.iloc[index.query(county)]))
        inside += [("LC-01", code, p.area / 1e6, p) for p in parts(county.intersection(union))]
        left = sorted(parts(county.difference(union)), key=lambda p: -p.area)
        outside += [("LC-01", code, p.area / 1e6, k, p) for k, p in enumerate(left, 1)]
    cover_s = time.perf_counter()

    os.makedirs(folder, exist_ok=True)
    areas = {
        "covered": geopandas.GeoDataFrame(
            inside, columns=["rule", "county", "area_km2", "geometry"], crs=counties.crs),
        "uncovered": geopandas.GeoDataFrame(
            outside, columns=["rule", "county", "area_km2", "patch", "geometry"], crs=counties.crs),
    }
    print("villages_covered", int(covered.sum()))
    for name, layer in dict(villages=villages, **areas).items():
        if crs is not None and crs != layer.crs:
            layer = layer.to_crs(crs)
        layer.to_file(os.path.join(folder, name + ".shp"), encoding="UTF-8")
        if name in areas:
            print(f"{name}_parts {len(layer)}\n{name}_km2 {layer['area_km2'].sum():.6f}")
    end = time.perf_counter()
    print(f"read_s {read_s - start:.3f}\nproject_s {project_s - read_s:.3f}")
    print(f"nearest_s {nearest_s - project_s:.3f}\ncover_s {cover_s - nearest_s:.3f}")
    print(f"write_s {end - cover_s:.3f}\ncore_s {cover_s - project_s:.3f}")
    print(f"total_s {end - start:.3f}")
    print(f"peak_mb {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f}")


main()
