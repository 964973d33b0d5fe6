#!/usr/bin/python3
"""Makes geodata/ngazidja from the raw files of ../shared/data/ngazidja.

    scripts/make-ngazidja.py [RAW_FOLDER [OUT_FOLDER]]

The same raw files give the same bytes. Needs python3-gdal (Debian). What every layer is,
whose it is and how far it can be trusted stands in geodata/README.md, and in the layers
themselves (`description` of each GeoJSON file, a source column in each row).

The list of public health facilities of the KEMRI-Wellcome Trust programme lies beside the
raw files and is not used: geodata/README.md says why.
"""
import csv
import json
import math
import re
import shutil
import sys
from pathlib import Path

from osgeo import gdal, ogr

ROOT = Path(__file__).resolve().parent.parent
MERGE_M = 50.0  # a node this near to an area of the same kind is the same facility

OSM = "(c) OpenStreetMap contributors, ODbL 1.0, extract of 2021-04-08"
CRUDE = "derived, crude: WorldPop 2020 cells given to the nearest settlement"

# What the French (or English) type in a facility's name means among the classes of plans.
# First match wins. An empty class is left to the ledger as `class_unknown`: the object
# carries no type, or one that no plan speaks of.
TYPES = [
    (r"\bposte de sant", "Poste de santé", "village_clinic"),
    (r"^PS\b", "Poste de santé (PS)", "village_clinic"),
    (r"\bdispensaire\b", "Dispensaire", "village_clinic"),
    (r"\bcentre de sant", "Centre de santé", "township_hospital"),
    (r"\bCMC\b|centre m.dico-chirurgical", "Centre médico-chirurgical (CMC)",
     "hospital_general"),
    (r"\bmaternit", "Maternité", "mch"),
    (r"\bh[oô]pital\b", "Hôpital", "hospital_general"),
    (r"\bclinique\b|\bclinic\b", "Clinique", "clinic_private"),
    (r"\bcabinet m.dical\b", "Cabinet médical", "clinic_private"),
]


def read_osm(path, layer):
    """(object id, tags, geometry) of every feature of one layer of the PBF."""
    source = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    lay = source.GetLayer(layer)
    for feature in lay:
        tags = dict(re.findall(r'"([^"]+)"=>"([^"]*)"', feature["other_tags"] or ""))
        for i in range(lay.GetLayerDefn().GetFieldCount()):
            name = lay.GetLayerDefn().GetFieldDefn(i).GetName()
            if name not in ("osm_id", "osm_way_id", "other_tags") and feature.IsFieldSetAndNotNull(i):
                tags[name] = feature.GetField(i)
        if layer == "points":
            ident = "n" + feature["osm_id"]
        elif feature["osm_way_id"]:
            ident = "w" + feature["osm_way_id"]
        else:
            ident = "r" + feature["osm_id"]
        yield ident, tags, feature.GetGeometryRef().Clone()


def metres(a, b):
    """Distance on a sphere; good enough to tell 50 m."""
    east = (a[0] - b[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return math.radians(math.hypot(east, a[1] - b[1])) * 6371008.8


def interior_point(geometry):
    point = geometry.Centroid()
    if geometry.GetGeometryType() != ogr.wkbPoint and not geometry.Contains(point):
        point = geometry.PointOnSurface()
    return round(point.GetX(), 7), round(point.GetY(), 7)


def is_health(tags):
    kind = tags.get("amenity", "")
    if kind == "pharmacy" or tags.get("healthcare") == "pharmacy":
        return False
    return kind in ("hospital", "clinic", "doctors", "health_post") or "healthcare" in tags


def classify(name):
    for pattern, french, cls in TYPES:
        if re.search(pattern, name, re.IGNORECASE):
            return french, cls
    return "", ""


def same_facility(node, area):
    return metres(node["at"], area["at"]) <= MERGE_M and (
        not node["name"] or not area["name"] or node["name"] == area["name"])


def facilities(pbf):
    """Health objects; a node that repeats a building is merged into it."""
    found = {"points": [], "multipolygons": []}
    for layer, rows in found.items():
        for ident, tags, geometry in read_osm(pbf, layer):
            if is_health(tags):
                rows.append({"id": ident, "name": tags.get("name", ""), "tags": tags,
                             "at": interior_point(geometry)})
    merged = found["multipolygons"]
    for node in found["points"]:
        twin = [a for a in merged if same_facility(node, a)]
        if not twin:
            merged.append(node)
            continue
        area = min(twin, key=lambda a: metres(node["at"], a["at"]))
        area["name"] = area["name"] or node["name"]
        area["tags"] = {**node["tags"], **area["tags"]}
        area["id"] += ";" + node["id"]
    rows = []
    for f in sorted(merged, key=lambda f: f["id"]):
        french, cls = classify(f["name"])
        tag = ", ".join(f"{k}={f['tags'][k]}" for k in ("amenity", "healthcare") if k in f["tags"])
        rows.append(({"code": f["id"], "name": f["name"] or None, "class": cls, "type_fr": french,
                      "osm_tags": tag, "source": OSM}, f["at"]))
    return rows


def villages(path):
    rows = []
    with open(path, encoding="utf-8", newline="") as f:
        for r in csv.DictReader(f):
            rows.append(({"code": "n" + r["osm_id"], "name": r["name"] or None, "place": r["place"],
                          "population": int(r["population_worldpop2020"]),
                          "pop_source": CRUDE, "source": OSM},
                         (float(r["lon"]), float(r["lat"]))))
    return rows


def ring_area(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:])) / 2


def boundary(pbf):
    """The admin_level 4 relation as it is: on OSM's coastline, no sea in it."""
    (ident, tags, geometry), = [f for f in read_osm(pbf, "multipolygons")
                                if f[1].get("admin_level") == "4"]
    polygons = []
    for p in range(geometry.GetGeometryCount()):
        polygon = geometry.GetGeometryRef(p)
        rings = []
        for r in range(polygon.GetGeometryCount()):
            ring = [(round(x, 7), round(y, 7))
                    for x, y, *_ in polygon.GetGeometryRef(r).GetPoints()]
            outer = r == 0  # RFC 7946: shells run against the clock, holes with it
            rings.append(ring if (ring_area(ring) > 0) == outer else ring[::-1])
        polygons.append(rings)
    polygons.sort(key=lambda rings: -abs(ring_area(rings[0])))
    return {"code": "KM-G", "name": "Ngazidja", "osm_id": ident, "name_osm": tags["name"],
            "source": OSM}, polygons


def write_geojson(path, name, description, features):
    """One feature a line, so that a change shows in a diff."""
    head = {"type": "FeatureCollection", "name": name, "description": description}
    lines = [json.dumps({"type": "Feature", "properties": properties,
                         "geometry": {"type": kind, "coordinates": coordinates}},
                        ensure_ascii=False, separators=(",", ":"))
             for properties, kind, coordinates in features]
    path.write_text(json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n'
                    + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def raster_sum(path):
    source = gdal.Open(str(path))  # the band lives no longer than its file
    band = source.GetRasterBand(1)
    data, empty = band.ReadAsArray().astype(float), band.GetNoDataValue()
    return float(data[data != empty].sum())


def main():
    raw = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared/data/ngazidja"
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "geodata/ngazidja"
    if not (raw / "ngazidja.osm.pbf").exists():
        sys.exit(f"make-ngazidja: no raw files in {raw}")
    gdal.UseExceptions()
    ogr.UseExceptions()
    out.mkdir(parents=True, exist_ok=True)

    people = villages(raw / "villages.csv")
    clinics = facilities(raw / "ngazidja.osm.pbf")
    county, polygons = boundary(raw / "ngazidja.osm.pbf")
    write_geojson(out / "villages.geojson", "villages",
                  f"Settlements of Ngazidja (Grande Comore). {OSM}. Population: {CRUDE}; "
                  "WorldPop (www.worldpop.org), CC BY 4.0. EPSG:4326.",
                  [(p, "Point", at) for p, at in people])
    write_geojson(out / "facilities.geojson", "facilities",
                  f"Health facilities of Ngazidja. {OSM}. Class by the French type in the "
                  "name, see geodata/README.md. Known to be incomplete. EPSG:4326.",
                  [(p, "Point", at) for p, at in clinics])
    write_geojson(out / "boundary.geojson", "county",
                  f"Ngazidja, admin_level 4, on the coastline (land only). {OSM}. EPSG:4326.",
                  [(county, "MultiPolygon", polygons)])
    shutil.copyfile(raw / "ngazidja.osm.pbf", out / "roads.osm.pbf")
    shutil.copyfile(raw / "worldpop_ngazidja_100m.tif", out / "population.tif")

    total = sum(p["population"] for p, _ in people)
    classes = {}
    for p, _ in clinics:
        classes[p["class"] or "unknown"] = classes.get(p["class"] or "unknown", 0) + 1
    print(f"{len(people)} settlements, {total} people (raster: {raster_sum(out / 'population.tif'):.0f})")
    print(f"{len(clinics)} facilities: " + ", ".join(f"{k} {v}" for k, v in sorted(classes.items())))


if __name__ == "__main__":
    main()
