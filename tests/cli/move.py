#!/usr/bin/python3
"""move.py IN.gpkg OUT.gpkg swap|zone|DX,DY: the layer with x and y exchanged, 3 degrees to the east, or
moved by DX and DY."""
import sys

from osgeo import gdal, ogr

gdal.UseExceptions()
ogr.UseExceptions()


def move(g, kind):
    for k in range(g.GetGeometryCount()):
        move(g.GetGeometryRef(k), kind)
    for k in range(0 if g.GetGeometryCount() else g.GetPointCount()):
        x, y = g.GetX(k), g.GetY(k)
        dx, dy = (3, 0) if kind == "zone" else (0, 0) if kind == "swap" else map(float, kind.split(","))
        g.SetPoint_2D(k, *((y, x) if kind == "swap" else (x + dx, y + dy)))


source = ogr.Open(sys.argv[1])
old = source.GetLayer(0)
ds = ogr.GetDriverByName("GPKG").CreateDataSource(sys.argv[2])
new = ds.CreateLayer(old.GetName(), old.GetSpatialRef(), old.GetGeomType())
for i in range(old.GetLayerDefn().GetFieldCount()):
    new.CreateField(old.GetLayerDefn().GetFieldDefn(i))
for feature in old:
    shape = feature.GetGeometryRef().Clone()
    move(shape, sys.argv[3])
    moved = ogr.Feature(new.GetLayerDefn())
    moved.SetFrom(feature)
    moved.SetGeometry(shape)
    new.CreateFeature(moved)
