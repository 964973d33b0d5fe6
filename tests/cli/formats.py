#!/usr/bin/python3
"""formats.py make           layers of every kind that formats differ in, into the folder in/
formats.py same IN OUT ...   whether each OUT holds its IN's features: dimensions and coordinates
                             of their shapes, every value (by type, null apart from empty), ids.
                             Differences a line, then "same N" or "differs N" for each pair.

`same` knows what a format cannot hold: shapefiles, CSV, MapInfo and KML no empty text apart from
null, shapefiles and KML no blanks around text, FlatGeobuf and File Geodatabases no dates without
a time.
"""
import json
import os
import sys

from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()
gdal.PushErrorHandler("CPLQuietErrorHandler")
RARE = "𠮷家村"


def layer(driver, path, name, kind, fields, rows, epsg=4490, options=()):
    """rows: (WKT or None, values); a value that is absent is left unset."""
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(epsg)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    ds = ogr.Open(path, 1) if os.path.exists(path) else \
        ogr.GetDriverByName(driver).CreateDataSource(path)
    new = ds.CreateLayer(name, srs, kind, list(options))
    for field, type_ in fields:
        new.CreateField(ogr.FieldDefn(field, type_))
    for fid, (wkt, values) in enumerate(rows):
        f = ogr.Feature(new.GetLayerDefn())
        if driver in ("GPKG", "OpenFileGDB"):
            f.SetFID(3 + 7 * fid)
        for k, v in values.items():
            if v is None:
                f.SetFieldNull(k)
            elif isinstance(k, str):
                f[k] = v
            elif isinstance(v, bytes):
                f.SetFieldBinaryFromHexString(k, v.hex())
            else:
                f.SetField(k, v)
        if wkt:
            f.SetGeometry(ogr.CreateGeometryFromWkt(wkt))
        new.CreateFeature(f)


def make():
    os.mkdir("in")
    text, whole, real = ogr.OFTString, ogr.OFTInteger, ogr.OFTReal
    types = [("text", text), ("i", whole), ("i64", ogr.OFTInteger64), ("r", real),
             ("d", ogr.OFTDate), ("dt", ogr.OFTDateTime), ("bin", ogr.OFTBinary),
             ("名称很长的中文字段一二三四五六", text), ("名称很长的另一字段", text)]
    full = {0: " 李家\"庄\"\n村,\t; ", 1: -5, 2: 900719925474099, 3: 1234.5678, 4: "2026/11/22",
            5: "2026/11/22 13:14:15", 6: b"\x00\xff\x10", 7: RARE, 8: "濛江😀"}
    nulls = {k: None for k in range(len(types))}
    rows = [("POINT Z (102.7 24.3 1700.5)", full), ("POINT Z (102.71 24.3 1)", {0: ""}),
            ("POINT Z (102.72 24.3 2)", nulls), (None, {0: "no shape"})]
    layer("GPKG", "in/types.gpkg", "类型", ogr.wkbPoint25D, types, rows)
    layer("GPKG", "in/shaped.gpkg", "类型", ogr.wkbPoint25D, types, rows[:3])
    layer("OpenFileGDB", "in/types.gdb", "类型", ogr.wkbPoint25D, types, rows)
    layer("GPKG", "in/big.gpkg", "big", ogr.wkbPoint, [("n", ogr.OFTInteger64)],
          [("POINT (102 24)", {0: 1}), ("POINT (102 24)", {0: 9007199254740993})])
    layer("GPKG", "in/long.gpkg", "long", ogr.wkbPoint, [("t", text)],
          [("POINT (102 24)", {0: "县" * 84}), ("POINT (102 24)", {0: "县" * 85})])
    for name in ("a", "b", "空"):
        layer("GPKG", "in/many.gpkg", name, ogr.wkbPoint, [("n", text)],
              [] if name == "空" else [("POINT (102 24)", {0: name})])
    layer("GPKG", "in/curves.gpkg", "curves", ogr.wkbCurvePolygon, [("n", whole)], [
        ("CURVEPOLYGON (CIRCULARSTRING (102 24,102.01 24.01,102.02 24,102.01 23.99,102 24))",
         {0: 1}), ("POLYGON ((102 24,102.1 24,102.1 24.1,102 24))", {0: 2})])
    layer("ESRI Shapefile", "in/multi.shp", "multi", ogr.wkbPolygon, [("n", text)], [
        ("MULTIPOLYGON (((102 24,102.1 24.1,102.1 24,102 24)),((103 24,103.1 24.1,103.1 24,103 24)))",
         {0: "甲"}), ("POLYGON ((102 24,102.1 24.1,102.1 24,102 24))", {0: "乙"})],
        options=["ENCODING=UTF-8"])
    layer("GPKG", "in/measured.gpkg", "m", ogr.wkbLineStringZM, [("n", whole)],
          [("LINESTRING ZM (102 24 1 2,103 25 3 4)", {0: 1})])
    layer("GPKG", "in/grid.gpkg", "grid", ogr.wkbPoint, [("n", text), ("k", whole)],
          [("POINT (39500123.4567 2690123.4567)", {0: "甲", 1: 1}),
           ("POINT (39512345.6789 2712345.6789)", {0: "乙", 1: 2})], epsg=4527)
    # Names that formats keep for themselves, and two that a cut makes one; text in GBK.
    layer("ESRI Shapefile", "in/arcgis.shp", "arcgis", ogr.wkbPoint,
          [("OBJECTID", whole), ("fid", whole), ("geom", text), ("SHAPE", text), ("X", real),
           ("常住人口数", whole), ("常住人口类", text)],
          [("POINT (102 24)", {0: 7, 1: 3, 2: "g", 3: "s", 4: 1.5, 5: 5, 6: "类"}),
           ("POINT (103 24)", {0: 7, 1: 3, 2: "g", 3: "s", 4: 2.5, 5: 6, 6: "别"})],
          options=["ENCODING=GBK"])
    os.remove("in/arcgis.cpg")
    layer("MapInfo File", "in/table.tab", "table", ogr.wkbPoint, [("name", text), ("pop", whole)],
          [("POINT (102.5 24.25)", {0: "李家庄村", 1: 12}), ("POINT (103 24)", {0: "濛江乡", 1: 3})],
          epsg=4326, options=["ENCODING=CP936"])
    layer("KML", "in/places.kml", "places", ogr.wkbPoint, [("Name", text), ("pop", whole)],
          [("POINT (102.5 24.25)", {"Name": RARE, "pop": 12}),
           ("POINT (103 24)", {"Name": "濛江乡", "pop": 3})], epsg=4326)
    with open("in/lists.geojson", "w", encoding="utf-8") as f:
        json.dump({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": p, "geometry": {"type": "Point", "coordinates": c}}
            for p, c in (({"t": "first", "s": ["a", "村"], "n": [1, 2], "e": "", "z": None}, [102, 24]),
                         ({"t": "second", "s": [], "n": [3], "z": "x"}, [102, 24.5]))]}, f)


def value(f, k):
    type_ = f.GetFieldDefnRef(k).GetType()
    if not f.IsFieldSetAndNotNull(k):
        return None
    if type_ in (ogr.OFTInteger, ogr.OFTInteger64, ogr.OFTReal):
        return float(f.GetField(k))
    return f.GetFieldAsString(k)


def equal(a, b, driver):
    if a == b:
        return True
    if isinstance(a, str) and isinstance(b, str) and driver == "CSV" and b.startswith("["):
        return [v.strip(' "') for v in b[1:-1].split(",") if v.strip()] == \
            [v for v in a[1:-1].split(":", 1)[1].split(",") if v]
    if a in ("", None) and b in ("", None):
        return driver in ("ESRI Shapefile", "CSV", "MapInfo File", "KML")
    if driver in ("KML", "ESRI Shapefile") and isinstance(a, str):
        a = a.strip()
    if driver in ("FlatGeobuf", "OpenFileGDB") and isinstance(a, str) and isinstance(b, str) and \
            b.replace("+00", "") in (a, f"{a} 00:00:00"):
        return True
    if isinstance(a, float) and isinstance(b, str):
        return float(b) == a
    return a == b


def counterpart(new, old, k, n_old, driver):
    """Its field: by name, by alias, else by place (formats put fields of their own first)."""
    name = old.GetFieldDefn(k).GetName()
    for i in range(new.GetFieldCount() if driver != "CSV" else 0):
        if new.GetFieldDefn(i).GetName().lower() == name.lower() or \
                new.GetFieldDefn(i).GetAlternativeName() == name:
            return i
    return None if new.GetFieldCount() < n_old else new.GetFieldCount() - n_old + k


def coordinates(g):
    if g is None:
        return []
    if g.GetGeometryCount():
        return [c for k in range(g.GetGeometryCount()) for c in coordinates(g.GetGeometryRef(k))]
    return [c for p in g.GetPoints() or [] for c in p]


def near(a, b):
    ca, cb = coordinates(a), coordinates(b)
    tolerance = 2e-8 if a is None or abs(ca[0]) < 400 else 1e-3
    return len(ca) == len(cb) and all(abs(x - y) < tolerance for x, y in zip(ca, cb))


def same(old_path, new_path):
    options = ["ENCODING=GBK"] if "arcgis.shp" in old_path else []
    olds, news = gdal.OpenEx(old_path, open_options=options), ogr.Open(new_path)
    old, new, driver = olds.GetLayer(0), news.GetLayer(0), news.GetDriver().GetName()
    driver = "KML" if driver == "LIBKML" else driver
    a, b = list(old), list(new)
    if driver == "FlatGeobuf":  # sorted along a curve
        a, b = (sorted(fs, key=lambda f: coordinates(f.GetGeometryRef())) for fs in (a, b))
    wrong = [] if len(a) == len(b) else [f"{len(a)} features, {len(b)} there"]
    n = old.GetLayerDefn().GetFieldCount()
    for i, (fa, fb) in enumerate(zip(a, b)):
        for k in range(n):
            at = counterpart(new.GetLayerDefn(), old.GetLayerDefn(), k, n, driver)
            va, vb = value(fa, k), value(fb, at) if at is not None else None
            if not equal(va, vb, driver):
                wrong.append(f"row {i + 1} {fa.GetFieldDefnRef(k).GetName()}: {va!r} is {vb!r}")
        if driver != "CSV" and not near(fa.GetGeometryRef(), fb.GetGeometryRef()):
            wrong.append(f"row {i + 1}: another shape")
        if driver in ("GPKG", "OpenFileGDB") and olds.GetDriver().ShortName in \
                ("GPKG", "OpenFileGDB") and fa.GetFID() != fb.GetFID():
            wrong.append(f"row {i + 1}: id {fa.GetFID()} is {fb.GetFID()}")
    print(*(f"{new_path}: {w}" for w in wrong), f"{'differs' if wrong else 'same'} {len(b)}",
          sep="\n")


if sys.argv[1] == "make":
    make()
else:
    for pair in zip(sys.argv[2::2], sys.argv[3::2]):
        same(*pair)
