#!/usr/bin/python3
"""forms.py: every row of domain facts 6.1 and 6.2 as a villages layer, made here and judged.

The same villages (rare characters, a Latin name, full-width brackets) in each form in which
planners have them. For each form `banjing check` must give every village with its code, name,
people and place, and the ledger every other row. Prints what is wrong a line, then the count.
"""
import csv
import json
import os
import struct
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from xml.sax.saxutils import escape

from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()
gdal.PushErrorHandler("CPLQuietErrorHandler")

# lon and lat are whole seconds of arc, so that every spelling means the same place
VILLAGES = [("530499001201", "李家庄村", 1200, 102.75, 24.30),
            ("530499001202", "濛江村", 300, 102.7625, 24.3125),
            ("530499001203", "𠮷家村", 12000, 102.775, 24.325),
            ("530499001204", "Ahir Tola", 7, 102.7375, 24.2875),
            ("530499001205", "大街街道（江川）", 50, 102.72, 24.35)]
PLAIN = [v for v in VILLAGES if "𠮷" not in v[1]]  # GBK has no 𠮷
NAMES = ("村名", "行政区划代码", "常住人口")


# ---- shapefiles, byte by byte ----------------------------------------------------------------

def main_header(length):
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, length // 2) + \
        struct.pack("<2i8d", 1000, 1, 102.7, 24.2, 102.8, 24.4, 0, 0, 0, 0)


def raw_shapefile(path, villages, encoding, cpg, ldid, names=NAMES, name_bytes=10):
    """As another program writes it: names are cut at a byte, whatever character that is in."""
    widths = (40, 12, 10)
    n = len(villages)
    size = 1 + sum(widths)
    dbf = struct.pack("<BBBBIHH16xBBxx", 3, 124, 1, 1, n, 33 + 32 * len(names), size, 0, ldid)
    for name, width, kind in zip(names, widths, "CCN"):
        cut = name.encode(encoding)[:name_bytes]
        dbf += struct.pack("<11sc4xBB14x", cut, kind.encode(), width, 0)
    dbf += b"\r"
    for code, name, people, _, _ in villages:
        dbf += b" " + name.encode(encoding)[:40].ljust(40) + code.encode().ljust(12)
        dbf += str(people).encode().rjust(10)
    shp, shx = main_header(100 + 28 * n), main_header(100 + 8 * n)
    for i, v in enumerate(villages):
        shp += struct.pack(">2i", i + 1, 10) + struct.pack("<i2d", 1, v[3], v[4])
        shx += struct.pack(">2i", 50 + 14 * i, 10)
    for extension, data in (("dbf", dbf + b"\x1a"), ("shp", shp), ("shx", shx)):
        open(f"{path[:-4]}.{extension}", "wb").write(data)
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(4490)
    open(path[:-4] + ".prj", "w").write(srs.ExportToWkt(["FORMAT=WKT1_ESRI"]))
    if cpg is not None:
        open(path[:-4] + ".cpg", "w").write(cpg)


def gdal_layer(path, driver, villages, options=(), dataset_options=(), names=NAMES):
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(4490 if driver not in ("KML", "MapInfo File") else 4326)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    ds = ogr.GetDriverByName(driver).CreateDataSource(path, options=list(dataset_options))
    layer = ds.CreateLayer("villages", srs, ogr.wkbPoint, list(options))
    for name, kind in zip(names, (ogr.OFTString, ogr.OFTString, ogr.OFTInteger)):
        layer.CreateField(ogr.FieldDefn(name, kind))
    at = layer.GetLayerDefn().GetFieldCount() - 3
    for code, name, people, lon, lat in villages:
        f = ogr.Feature(layer.GetLayerDefn())
        for k, v in enumerate((name, code, people)):
            f.SetField(at + k, v)
        f.SetGeometry(ogr.CreateGeometryFromWkt(f"POINT ({lon} {lat})"))
        layer.CreateFeature(f)


def shapefiles():
    gb, utf = "gb18030", "utf-8"
    # bytes, .cpg, language byte: 6.1 row by row
    table = [(gb, c, 0) for c in ("GBK", "CP936", "936", "cp936", "GB18030", "OEM", "65001",
                                  "ANSI 936", "UTF-8", None)]
    table += [(gb, None, 0x4D), (gb, None, 0x57), (gb, "UTF-8", 0x4D), (gb, "GBK", 0x57),
              (gb, "65001", 0x57)]
    table += [(utf, c, 0) for c in ("UTF-8", "65001", "OEM", "ANSI 936", "GBK", None)]
    table += [(utf, None, 0x57), (utf, None, 0x4D), (utf, "UTF-8", 0x4D), (utf, "GBK", 0x4D)]
    for encoding, cpg, ldid in table:
        yield (f"{encoding} bytes, .cpg {cpg}, language byte {ldid:#x}", VILLAGES, "v.shp",
               lambda p, e=encoding, c=cpg, l=ldid: raw_shapefile(p, VILLAGES, e, c, l))
    # names that the 10 bytes of a DBF, or ArcGIS's 9, cut in the middle of a character
    long = ("行政村名称全称", "行政区划代码", "常住人口数（人）")
    for encoding in (gb, utf):
        for size in (10, 9):
            yield (f"{encoding} names of {size} bytes", VILLAGES, "v.shp",
                   lambda p, e=encoding, s=size: raw_shapefile(p, VILLAGES, e, None, 0, long, s))
    for word, villages in (("UTF-8", VILLAGES), ("GB18030", VILLAGES), ("GBK", PLAIN),
                           ("CP936", PLAIN)):
        yield (f"written by GDAL with ENCODING={word}", villages, "v.shp",
               lambda p, w=word, v=villages: gdal_layer(p, "ESRI Shapefile", v, [f"ENCODING={w}"]))


def layers():
    ascii_names = ("name", "code", "population")
    for driver, file in (("OpenFileGDB", "v.gdb"), ("GPKG", "v.gpkg"), ("GeoJSON", "v.geojson"),
                         ("FlatGeobuf", "v.fgb")):
        yield driver, VILLAGES, file, lambda p, d=driver: gdal_layer(p, d, VILLAGES)
    yield ("MapInfo TAB in code page 936", PLAIN, "v.tab",
           lambda p: gdal_layer(p, "MapInfo File", PLAIN, ["ENCODING=CP936"], names=ascii_names))
    yield ("MapInfo TAB without a character set", PLAIN, "v.tab",
           lambda p: gdal_layer(p, "MapInfo File", PLAIN, names=ascii_names))
    yield ("MapInfo MIF", PLAIN, "v.mif",
           lambda p: gdal_layer(p, "MapInfo File", PLAIN, ["ENCODING=CP936"], ["FORMAT=MIF"], ascii_names))
    yield "KML", VILLAGES, "v.kml", lambda p: gdal_layer(p, "KML", VILLAGES)


# ---- lists -----------------------------------------------------------------------------------

def table(rows, places=("经度", "纬度"), people=str, place=lambda v: (repr(v[3]), repr(v[4]))):
    head = ["序号", *NAMES, *places]
    return [head] + [[str(i + 1), v[1], v[0], people(v[2]), *place(v)]
                     for i, v in enumerate(rows)]


def as_csv(path, rows, encoding="utf-8", comma=","):
    with open(path, "w", encoding=encoding, newline="") as f:
        csv.writer(f, delimiter=comma).writerows(rows)


def is_number(s):
    return s.replace(".", "", 1).isascii() and s.replace(".", "", 1).isdigit()


def as_xlsx(path, rows, merges=()):
    def cell(r, c, s):
        at = f'r="{chr(65 + c)}{r + 1}"'
        return f"<c {at}><v>{s}</v></c>" if is_number(s) else \
            f'<c {at} t="inlineStr"><is><t>{escape(s)}</t></is></c>' if s else ""
    def related(name, target):
        return f'<Relationships xmlns="{package}relationships"><Relationship Id="rId1" ' \
            f'Type="{rel}/{name}" Target="{target}"/></Relationships>'
    def part(name, kind_):
        return f'<Override PartName="{name}" ContentType="{kind}{kind_}+xml"/>'
    base = "http://schemas.openxmlformats.org/"
    main, rel = base + "spreadsheetml/2006/main", base + "officeDocument/2006/relationships"
    package = base + "package/2006/"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    lines = ("".join(cell(r, c, s) for c, s in enumerate(row)) for r, row in enumerate(rows))
    sheet = "".join(f'<row r="{r + 1}">{line}</row>' for r, line in enumerate(lines))
    merged = "".join(f'<mergeCell ref="{m}"/>' for m in merges)
    merged = f"<mergeCells>{merged}</mergeCells>" if merges else ""
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("[Content_Types].xml",
                   f'<Types xmlns="{package}content-types"><Default Extension="rels" ContentType='
                   '"application/vnd.openxmlformats-package.relationships+xml"/>' +
                   part("/xl/workbook.xml", "sheet.main") +
                   part("/xl/worksheets/sheet1.xml", "worksheet") + "</Types>")
        z.writestr("_rels/.rels", related("officeDocument", "xl/workbook.xml"))
        z.writestr("xl/workbook.xml",
                   f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
                   '<sheet name="村" sheetId="1" r:id="rId1"/></sheets></workbook>')
        z.writestr("xl/_rels/workbook.xml.rels", related("worksheet", "worksheets/sheet1.xml"))
        z.writestr("xl/worksheets/sheet1.xml",
                   f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData>{merged}</worksheet>')


def as_ods(path, rows):
    ns = "urn:oasis:names:tc:opendocument:xmlns:"
    def cell(s):
        if not s:
            return "<table:table-cell/>"
        value = f'"float" office:value="{s}"' if is_number(s) else '"string"'
        return f"<table:table-cell office:value-type={value}><text:p>{escape(s)}</text:p>" \
            "</table:table-cell>"
    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        z.writestr("content.xml",
                   f'<office:document-content xmlns:office="{ns}office:1.0" xmlns:table='
                   f'"{ns}table:1.0" xmlns:text="{ns}text:1.0"><office:body><office:spreadsheet>'
                   f'<table:table table:name="村">{body}</table:table></office:spreadsheet>'
                   "</office:body></office:document-content>")


def wide(s):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in str(s))


def dms(v, form):
    s = round(v * 3600)
    return form.format(s // 3600, s // 60 % 60, s % 60)


def text_files():
    plain = table(VILLAGES)
    for name, encoding in (("UTF-8", "utf-8"), ("UTF-8 with BOM", "utf-8-sig"),
                           ("GB18030", "gb18030"), ("UTF-16", "utf-16")):
        yield f"CSV in {name}", VILLAGES, "v.csv", lambda p, e=encoding: as_csv(p, plain, e)
    yield "CSV in GBK", PLAIN, "v.csv", lambda p: as_csv(p, table(PLAIN), "gbk")
    yield "text with tabs", VILLAGES, "v.txt", lambda p: as_csv(p, plain, "gb18030", "\t")


def list_layouts():
    title = [["2024年江川区行政村一览表"] + [""] * 5,
             ["填表单位：江川区", "", "", "", "2024-11-30", ""]]
    units = [["", "", "", "（人）", "度", "度"]]
    plain = table(VILLAGES)
    for row in range(1, 11):
        rows = [[f"第{i}行"] + [""] * 5 for i in range(1, row)] + plain
        yield f"header in row {row}", VILLAGES, "v.csv", lambda p, r=rows: as_csv(p, r)
    full = title + plain[:1] + units + plain[1:]
    for cells in (("合计", ""), ("小计", ""), ("总计", ""), ("", "合 计"), ("", "小计：")):
        rows = full + [[*cells, "", "13557", "", ""]]
        name = "".join(cells)
        yield f"title, units and {name}", VILLAGES, "v.csv", lambda p, r=rows: as_csv(p, r)
        yield (f"XLSX with {name}", VILLAGES, "v.xlsx",
               lambda p, r=rows: as_xlsx(p, r, ["A1:F1"]))
    rows_ods = full + [["合计", "", "", "13557", "", ""]]
    yield "ODS with 合计", VILLAGES, "v.ods", lambda p: as_ods(p, rows_ods)
    yield "plain XLSX", VILLAGES, "v.xlsx", lambda p: as_xlsx(p, plain)


def numbers():
    spellings = (("full-width digits", wide), ("thousands", lambda n: f"{n:,}"),
                 ("full-width thousands", lambda n: wide(f"{n:,}")),
                 ("thousands by ，", lambda n: f"{n:,}".replace(",", "，")),
                 ("约", lambda n: f"约{n}"), ("人", lambda n: f"{n}人"),
                 ("约 and 人", lambda n: f"约 {n:,} 人"),
                 ("万人", lambda n: f"{n / 10000:.4f}".rstrip("0") + "万人"),
                 ("万", lambda n: f"{n / 10000:g}万"))
    for name, people in spellings:
        rows = table(VILLAGES, people=people)
        yield f"people with {name}", VILLAGES, "v.csv", lambda p, r=rows: as_csv(p, r)
        yield f"people with {name}, XLSX", VILLAGES, "v.xlsx", lambda p, r=rows: as_xlsx(p, r)


def coordinates():
    for column in ("经纬度", "坐标"):
        for between in (",", "，", " ", ", ", ";", "；", "、"):
            for step in (1, -1):
                rows = table(VILLAGES, (column,), place=lambda v, b=between, s=step:
                             [b.join(map(repr, v[3:5][::s]))])
                name = f"{column} joined by '{between}'{', latitude first' if step < 0 else ''}"
                yield name, VILLAGES, "v.csv", lambda p, r=rows: as_csv(p, r)
    for form in ("{}°{}′{}″", "{}°{:02}'{:02}\"", "{}°{}’{}”", "{}度{}分{}秒", "{}° {}′ {}″",
                 "{}º{}'{}''", "{}°{}′{}.0″"):
        for east, north in (("", ""), ("东经", "北纬")):
            rows = table(VILLAGES, place=lambda v, f=form, e=east, n=north:
                         (e + dms(v[3], f), n + dms(v[4], f)))
            yield f"degrees as {east}{form}", VILLAGES, "v.csv", lambda p, r=rows: as_csv(p, r)


# ---- judging ---------------------------------------------------------------------------------

def villages_of(folder):
    ds = ogr.Open(folder + "/R1/villages.shp")
    return [(f["code"], f["name"], f["pop"], *(round(v, 9) for v in f.GetGeometryRef().GetPoint_2D()))
            for f in ds.GetLayer(0)]


def ledger_of(folder, file):
    with open(folder + "/ledger.csv", encoding="utf-8-sig") as f:
        return [(r["state"], r["row"]) for r in csv.DictReader(f) if r["file"].endswith(file)]


def run(folder, path):
    out = folder + "/out"
    r = subprocess.run(["banjing", "check", "case.yaml", "--villages", path, "-o", out, "-q",
                        "--lang", "en", "--rule", "R1", "--outputs", "layers"],
                       capture_output=True, text=True, errors="replace")
    return (None, r.stderr.strip()) if r.returncode else (out, "")


def judge(name, want, file, out, error):
    if not out:
        return [f"{name}: {error}"]
    wrong = []
    got = villages_of(out)
    if sorted(got) != sorted(want):
        wrong.append(f"{name}: {got}")
    entry = json.load(open(out + "/summary.json"))["inputs"]
    entry = [i for i in entry if i["role"] == "villages"][0]
    ledger = ledger_of(out, file)
    totals = 1 if "计" in name else 0
    if (entry["rows"], entry["used"]) != (len(want) + totals, len(want)) or \
            [s for s, _ in ledger] != ["total_row"] * totals:
        wrong.append(f"{name}: {entry['rows']} rows, {entry['used']} used, ledger {ledger}")
    return wrong


def destroyed_codes():
    """Excel's 5.30499E+11: refused with the row, never padded."""
    os.mkdir("destroyed")
    for file, write in (("v.csv", as_csv), ("v.xlsx", as_xlsx)):
        rows = table(VILLAGES)
        rows[2][2] = "5.30499E+11"
        write("destroyed/" + file, rows)
        out, error = run("destroyed", "destroyed/" + file)
        got = [v[0] for v in villages_of(out)] if out else error
        yield file, ledger_of(out, file) if out else None, got
        subprocess.run(["rm", "-r", "destroyed/out"], check=True)


def main():
    wrong, jobs = [], []
    for name, want, file, make in (*shapefiles(), *layers(), *text_files(), *list_layouts(),
                                    *numbers(), *coordinates()):
        folder = f"form{len(jobs)}"
        os.mkdir(folder)
        make(f"{folder}/{file}")
        jobs.append((name, want, file, folder))
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda j: run(j[3], f"{j[3]}/{j[2]}"), jobs)
        for job, result in zip(jobs, results):
            wrong += judge(*job[:3], *result)
    n = len(jobs)
    for file, ledger, codes in destroyed_codes():
        n += 1
        if ledger != [("bad_code", "3")] or any("E+11" in c or c == "530499000000" for c in codes):
            wrong.append(f"destroyed code in {file}: {ledger}, {codes}")
    print(*wrong, f"{n} forms, {len(wrong)} wrong", sep="\n")


main()
