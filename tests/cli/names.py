#!/usr/bin/python3
"""names.py make FILE.csv      villages whose names are hard to carry
names.py look FOLDER LAYER     whether a result has every name unchanged, in its villages layer,
                               its tables and its JSON; what differs a line, then "N names"
"""
import csv
import glob
import json
import sys

from osgeo import gdal, ogr

gdal.UseExceptions()
ogr.UseExceptions()
NAMES = ["引\"号'村", "逗,号;村", "制\t表村", "😀🏥村", "换\n行村", "回\r车村", "控\x01\x1b[31m制村", "<b>&村</b>",
         "=1+1村", "零\u200b宽村", "右\u202e左村", "\u2028行村", "𠮷濛村", "Zürich 村", "县" * 84 + "ab"]
LONG = "县" * 100  # 300 bytes of UTF-8, 200 of GB18030; a DBF holds 254


def make(path):
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(["代码", "村名", "所属乡镇", "常住人口", "经度", "纬度"])
        for i, name in enumerate(NAMES + [LONG]):
            out.writerow([f"5304990013{i:02}", name, name, 10, 102.71 + i * 0.005, 24.39])


def look(folder, layer):
    path = (glob.glob(folder + "/R1/villages.[sfg][hge][pbo]*") + glob.glob(folder + "/result.g*"))[0]
    ds = ogr.Open(path)
    got = {f["code"]: f["name"] for f in ds.GetLayerByName(layer)}
    for i, name in enumerate(NAMES + [LONG]):
        found = got[f"5304990013{i:02}"]
        if found != name:
            print(f"{name[:9]!a}: {found[:9]!a}, {len(found)} characters")
    json.load(open(folder + "/summary.json", encoding="utf-8"))
    for table in glob.glob(folder + "/tables/*.csv") + [folder + "/ledger.csv"]:
        rows = list(csv.reader(open(table, encoding="utf-8-sig", newline="")))
        if len(set(map(len, rows))) != 1:
            print(f"{table}: broken rows")
        if "2-uncovered" in table:
            names = [r[2] for r in rows[1:]]
            if not names or not set(names) <= set(NAMES + [LONG]):
                print(f"{table}: {names}")
    print(len(got), "names")


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    look(sys.argv[2], sys.argv[3])
