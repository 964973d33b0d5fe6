#!/usr/bin/python3
"""Draws one rule of a result as PNG: covered green, uncovered red, villages, facilities used.

usage: scripts/draw.py RESULT RULE FACILITIES LAYER WHERE OUT.png

RESULT is a folder written by `banjing check` as shapefiles in longitude/latitude; FACILITIES the
data source, layer and filter of the facilities to draw. A stand-in for the README until banjing draws its own maps. Needs
only python3-gdal: the picture is burnt by GDAL three times too large and averaged down.
"""
import math
import sys

import numpy
from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()
SRS = osr.SpatialReference()
SRS.ImportFromEPSG(4326)
SRS.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
SCALE, WIDTH = 3, 700
COVERED, UNCOVERED, EDGE = (120, 190, 120), (226, 120, 110), (90, 90, 90)
VILLAGE, LOST, FACILITY = (30, 70, 40), (130, 20, 20), (20, 40, 160)


def disc(x, y, r, squash):
    ring = ogr.Geometry(ogr.wkbLinearRing)
    for k in range(25):
        ring.AddPoint_2D(x + r * math.cos(k * math.pi / 12), y + r * squash * math.sin(k * math.pi / 12))
    g = ogr.Geometry(ogr.wkbPolygon)
    g.AddGeometry(ring)
    return g


def cross(x, y, r, squash):
    g = ogr.Geometry(ogr.wkbMultiPolygon)
    for a, b in ((r, r / 3), (r / 3, r)):
        ring = ogr.Geometry(ogr.wkbLinearRing)
        for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)):
            ring.AddPoint_2D(x + sx * a, y + sy * b * squash)
        p = ogr.Geometry(ogr.wkbPolygon)
        p.AddGeometry(ring)
        g.AddGeometry(p)
    return g


def geometries(path, name=None, where=None):
    ds = ogr.Open(path)
    layer = ds.GetLayerByName(name) if name else ds.GetLayer(0)
    layer.SetAttributeFilter(where)
    return [(f.GetGeometryRef().Clone(), f.items()) for f in layer]


def main():
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    result, rule, facilities, layer, where, out = sys.argv[1:]
    covered = geometries(f"{result}/{rule}/covered.shp")
    uncovered = geometries(f"{result}/{rule}/uncovered.shp")
    villages = geometries(f"{result}/{rule}/villages.shp")
    clinics = geometries(facilities, layer, where)
    boxes = [g.GetEnvelope() for g, _ in covered + uncovered]
    x0, x1 = min(b[0] for b in boxes), max(b[1] for b in boxes)
    y0, y1 = min(b[2] for b in boxes), max(b[3] for b in boxes)
    squash = math.cos(math.radians((y0 + y1) / 2))  # degrees of longitude are shorter
    margin = 0.03 * (x1 - x0)
    x0, x1, y0, y1 = x0 - margin, x1 + margin, y0 - margin, y1 + margin
    w = WIDTH * SCALE
    pixel = (x1 - x0) / w
    h = int((y1 - y0) / (pixel * squash)) // SCALE * SCALE
    ds = gdal.GetDriverByName("MEM").Create("", w, h, 3, gdal.GDT_Byte)
    ds.SetSpatialRef(SRS)
    ds.SetGeoTransform((x0, pixel, 0, y1, 0, -(y1 - y0) / h))
    for b in (1, 2, 3):
        ds.GetRasterBand(b).Fill(255)

    def burn(shapes, colour):
        mem = ogr.GetDriverByName("Memory").CreateDataSource("")
        layer = mem.CreateLayer("", SRS)
        for g in shapes:
            f = ogr.Feature(layer.GetLayerDefn())
            f.SetGeometry(g)
            layer.CreateFeature(f)
        gdal.RasterizeLayer(ds, [1, 2, 3], layer, burn_values=list(colour), options=["ALL_TOUCHED=FALSE"])

    edge = [g.GetBoundary().Buffer(2.2 * pixel) for g, _ in covered + uncovered]
    burn([g for g, _ in covered], COVERED)
    burn([g for g, _ in uncovered], UNCOVERED)
    burn(edge, EDGE)
    dot = 9 * pixel
    for g, a in villages:
        lost = a["status"] in ("uncovered", "unreachable")
        burn([disc(g.GetX(), g.GetY(), dot, squash)], LOST if lost else VILLAGE)
    burn([cross(g.GetX(), g.GetY(), 2.2 * dot, squash) for g, _ in clinics], FACILITY)
    a = ds.ReadAsArray().reshape(3, h // SCALE, SCALE, w // SCALE, SCALE).mean(axis=(2, 4))
    small = gdal.GetDriverByName("MEM").Create("", w // SCALE, h // SCALE, 3, gdal.GDT_Byte)
    for b in range(3):
        small.GetRasterBand(b + 1).WriteArray(numpy.rint(a[b]).astype(numpy.uint8))
    gdal.GetDriverByName("PNG").CreateCopy(out, small, options=["ZLEVEL=9"])


main()
