#!/usr/bin/python3
"""Makes geodata/jiangchuan-demo: a MADE-UP county (虚构数据) with real names and codes.

    scripts/make-jiangchuan.py [NAMES.csv [OUT_FOLDER]]

Real are only the names and 12-digit codes of the 76 villages and 8 townships of 江川区
(530403), from ../shared/data/county-names. Everything else comes from a seeded generator:
where a village lies, how many people live there, every facility, road and figure. Nothing
here says anything about the real 江川区; every file carries the words 虚构数据 / made-up.

The county is written twice and must be judged alike both times:
  messy/  as planners have it: GBK shapefile without .cpg in a Gauss-Kruger zone, an Excel
          list in GCJ-02 under title rows, a GBK CSV in BD-09, a list in degrees and minutes;
  clean/  one UTF-8 GeoPackage in CGCS2000 longitude and latitude.

Lists carry 6 decimals of a degree (0.1 m). So that no verdict hangs on that, every village
keeps 1.5 m away from every limit of the plans (LIMITS_M) to every facility, and its nearest
facility of a kind is 1.5 m nearer than the next.

The same names give the same bytes. Needs python3-gdal (Debian).
"""
import csv
import io
import math
import random
import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from osgeo import gdal, ogr, osr

ROOT = Path(__file__).resolve().parent.parent
SEED = 530403
DATE = "2025-12-31"
NOTE = "虚构数据 made-up"
LIMITS_M = (2500, 5000, 10000, 20000)
MARGIN_M = 1.5
COUNTY = ("530403", "江川区")
CENTRE = (34576143.294, 2687614.156)  # 102.75E 24.29N in EPSG:4522 (domain.md 5.1)
HALF_LENGTH_M, HALF_WIDTH_M, TURN = 21500.0, 12000.0, math.radians(68)

# Township: its place along and across the county, km.
TOWNSHIPS = {
    "530403001": ("街道", 0.0, -4.0), "530403002": ("街道", 1.0, 4.0),
    "530403101": ("镇", -8.5, -3.0), "530403102": ("镇", 9.0, -3.0),
    "530403103": ("镇", 11.0, 5.0), "530403104": ("镇", -10.5, 6.0),
    "530403201": ("乡", -17.0, -0.5), "530403202": ("乡", 18.0, -0.5),
}
# 城乡分类代码 that do not follow from the rule in urban_code(): a 村委会 that is urban, a
# 居委会 that is rural, the edge of a town.
URBAN_CODES = {
    "530403001013": "220", "530403001201": "112", "530403002013": "112",
    "530403002014": "112", "530403002012": "112", "530403002201": "112",
    "530403001006": "112", "530403001008": "112", "530403101002": "122",
    "530403101212": "122", "530403102204": "122", "530403104002": "122",
}
MOVED_AWAY = ("530403101218", "530403102202", "530403103206", "530403201203", "530403202202",
              "530403104206")  # 搬迁撤并
NO_CLINIC = ("530403101204", "530403101214", "530403102209", "530403103203", "530403104205",
             "530403201202", "530403202203", "530403002203")

DRAWS_OF_STATIONS = 6

rng = random.Random(SEED)
yards = random.Random(SEED + 1)  # for what stands in a hospital's yard


def between(low, high):
    return low + (high - low) * rng.random()


# ---- GCJ-02 and BD-09 (domain.md 5.3, 5.4) ---------------------------------------------

def gcj02(lon, lat):
    x, y = lon - 105, lat - 35
    pi, sin = math.pi, math.sin
    c = 20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)
    north = (-100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
             + 2 / 3 * (c + 20 * sin(pi * y) + 40 * sin(pi * y / 3)
                        + 160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)))
    east = (300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
            + 2 / 3 * (c + 20 * sin(pi * x) + 40 * sin(pi * x / 3)
                       + 150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)))
    a, ee = 6378245.0, 0.00669342162296594323
    phi = math.radians(lat)
    w = 1 - ee * sin(phi) ** 2
    return (lon + east * 180 / (pi * a * math.cos(phi) / math.sqrt(w)),
            lat + north * 180 / (pi * a * (1 - ee) / w ** 1.5))


def bd09(lon, lat):
    x, y = gcj02(lon, lat)
    k = 3000 * math.pi / 180
    r = math.hypot(x, y) + 2e-5 * math.sin(k * y)
    theta = math.atan2(y, x) + 3e-6 * math.cos(k * x)
    return r * math.cos(theta) + 0.0065, r * math.sin(theta) + 0.006


def unshift(forward, target):
    """The point that forward() takes to target, to 1e-12 degree."""
    p = target
    for _ in range(8):
        q = forward(*p)
        p = (p[0] - (q[0] - target[0]), p[1] - (q[1] - target[1]))
    return p


def check_shifts():
    """The published vectors of domain.md 5.4: WGS84, GCJ-02, BD-09."""
    for wgs, gcj, bd in (
            ((116.404, 39.915), (116.41024449916938, 39.91640428150164),
             (116.41662724378733, 39.922699552216216)),
            ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597),
             (121.53801568643858, 31.18132860687446)),
            ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766),
             (113.92368472926734, 22.546667437751108)),
            ((102.75, 24.29), (102.75146630730087, 24.287083916172115),
             (102.75798407808499, 24.293063152472982)),
            ((126.80, 42.39), (126.80564845629578, 42.392265167865695),
             (126.81219601781847, 42.398185535920916))):
        for got, want in ((gcj02(*wgs), gcj), (bd09(*wgs), bd)):
            assert max(abs(g - w) for g, w in zip(got, want)) < 1e-11, (wgs, got, want)


# ---- geodesy ---------------------------------------------------------------------------

def reference(epsg):
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(epsg)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return srs


LONLAT, ZONE = reference(4490), reference(4522)
TO_LONLAT = osr.CoordinateTransformation(ZONE, LONLAT)
TO_ZONE = osr.CoordinateTransformation(LONLAT, ZONE)


def lonlat(x, y):
    lon, lat, _ = TO_LONLAT.TransformPoint(x, y)
    return round(lon, 9), round(lat, 9)


def zone(lon, lat):
    x, y, _ = TO_ZONE.TransformPoint(lon, lat)
    return round(x, 3), round(y, 3)


def geodesic_m(p, q):
    """Vincenty 1975 on CGCS2000; good to 0.1 mm at county size."""
    a, f = 6378137.0, 1 / 298.257222101
    b = a * (1 - f)
    u1, u2 = (math.atan((1 - f) * math.tan(math.radians(t[1]))) for t in (p, q))
    dlon = lam = math.radians(q[0] - p[0])
    if p == q:
        return 0.0
    for _ in range(50):
        ss = math.hypot(math.cos(u2) * math.sin(lam), math.cos(u1) * math.sin(u2)
                        - math.sin(u1) * math.cos(u2) * math.cos(lam))
        cs = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
        sigma = math.atan2(ss, cs)
        sa = math.cos(u1) * math.cos(u2) * math.sin(lam) / ss
        c2a = 1 - sa * sa
        c2m = cs - 2 * math.sin(u1) * math.sin(u2) / c2a if c2a else 0.0
        c = f / 16 * c2a * (4 + f * (4 - 3 * c2a))
        last, lam = lam, dlon + (1 - c) * f * sa * (
            sigma + c * ss * (c2m + c * cs * (2 * c2m * c2m - 1)))
        if abs(lam - last) < 1e-13:
            break
    k = c2a * (a * a - b * b) / (b * b)
    big_a = 1 + k / 16384 * (4096 + k * (k * (320 - 175 * k) - 768))
    big_b = k / 1024 * (256 + k * (k * (74 - 47 * k) - 128))
    ds = big_b * ss * (c2m + big_b / 4 * (cs * (2 * c2m * c2m - 1) - big_b / 6 * c2m
                                          * (4 * ss * ss - 3) * (4 * c2m * c2m - 3)))
    return b * big_a * (sigma - ds)


# ---- the county and its townships ------------------------------------------------------

def place(along_km, across_km):
    """County axes to zone coordinates."""
    u, v = along_km * 1000, across_km * 1000
    return (CENTRE[0] + u * math.cos(TURN) - v * math.sin(TURN),
            CENTRE[1] + u * math.sin(TURN) + v * math.cos(TURN))


def roughen(points, times, share):
    """Midpoint displacement of an open line; its ends stay."""
    for _ in range(times):
        out = [points[0]]
        for p, q in zip(points, points[1:]):
            d = between(-share, share)
            out.append(((p[0] + q[0]) / 2 - d * (q[1] - p[1]),
                        (p[1] + q[1]) / 2 + d * (q[0] - p[0])))
            out.append(q)
        points = out
    return points


def line(points):
    g = ogr.Geometry(ogr.wkbLineString)
    for x, y in points:
        g.AddPoint_2D(x, y)
    return g


def county_ring():
    waves = [(k, between(0.10, 0.16) / k, between(0, 2 * math.pi)) for k in (2, 3, 5, 7)]
    ring = []
    for i in range(64):
        t = 2 * math.pi * i / 64
        r = 1 + sum(a * math.cos(k * t + phase) for k, a, phase in waves)
        ring.append(place(r * HALF_LENGTH_M / 1000 * math.cos(t),
                          r * HALF_WIDTH_M / 1000 * math.sin(t)))
    return roughen(ring + ring[:1], 3, 0.10)


def voronoi_edges(centres):
    """Edges between the townships: pieces of bisectors where no third centre is nearer."""
    edges = []
    for i, a in enumerate(centres):
        for j in range(i + 1, len(centres)):
            b = centres[j]
            mid = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            d = (a[1] - b[1], b[0] - a[0])
            low, high = -3.0, 3.0
            for k, c in enumerate(centres):
                if k in (i, j):
                    continue
                # |p - a|^2 <= |p - c|^2 on p = mid + t d is linear in t: at + rest <= 0
                at = 2 * (d[0] * (c[0] - a[0]) + d[1] * (c[1] - a[1]))
                rest = (c[0] - a[0]) * (2 * mid[0] - a[0] - c[0]) \
                    + (c[1] - a[1]) * (2 * mid[1] - a[1] - c[1])
                if abs(at) > 1e-9:
                    t = -rest / at
                    low, high = (low, min(high, t)) if at > 0 else (max(low, t), high)
            if low < high:
                edges.append([(mid[0] + t * d[0], mid[1] + t * d[1]) for t in (low, high)])
    return edges


def to_lonlat(geometry):
    """Copy in degrees, 8 decimals (1 mm): a vertex two areas share stays shared."""
    out = geometry.Clone()
    for r in range(out.GetGeometryCount()):
        ring = out.GetGeometryRef(r)
        for i in range(ring.GetPointCount()):
            lon, lat = lonlat(ring.GetX(i), ring.GetY(i))
            ring.SetPoint_2D(i, round(lon, 8), round(lat, 8))
    return out


def districts():
    """Township polygons in degrees, by code, and the county, their exact union."""
    codes = list(TOWNSHIPS)
    centres = [place(u, v) for _, u, v in TOWNSHIPS.values()]
    work = line(county_ring())
    county = ogr.Geometry(ogr.wkbPolygon)
    ring = ogr.Geometry(ogr.wkbLinearRing)
    for p in work.GetPoints():
        ring.AddPoint_2D(*p[:2])
    county.AddGeometry(ring)
    assert county.IsValid()
    # Three edges that meet must end in the very same vertex, or nothing closes.
    snap = {}

    def joined(p):
        for q in snap:
            if math.hypot(p[0] - q[0], p[1] - q[1]) < 1:
                return q
        snap[p] = p
        return p
    for a, b in voronoi_edges(centres):
        work = work.Union(line(roughen([joined(a), joined(b)], 5, 0.10)))
    cells = work.Polygonize()
    areas = {}
    for i in range(cells.GetGeometryCount()):
        cell = cells.GetGeometryRef(i)
        if cell.PointOnSurface().Within(county):
            inside = [c for c, p in zip(codes, centres)
                      if cell.Contains(ogr.CreateGeometryFromWkt(f"POINT({p[0]} {p[1]})"))]
            assert len(inside) == 1, f"a piece of the county holds {inside}"
            areas[inside[0]] = to_lonlat(cell)
    assert len(areas) == 8
    whole = ogr.Geometry(ogr.wkbMultiPolygon)
    for code in codes:
        assert areas[code].IsValid()
        whole.AddGeometry(areas[code])
    county = whole.UnionCascaded()
    assert county.GetGeometryName() == "POLYGON" and county.GetGeometryCount() == 1
    gap = county.Clone()
    for code in codes:
        gap = gap.Difference(areas[code])
    assert gap.GetArea() == 0, "the townships do not tile the county"
    return areas, county


# ---- people ----------------------------------------------------------------------------

def read_names(path):
    with open(path, encoding="utf-8", newline="") as f:
        rows = [r for r in csv.DictReader(f) if r["county_code"] == COUNTY[0]]
    assert len(rows) == 76 and {r["township_code"] for r in rows} == set(TOWNSHIPS)
    return rows


def urban_code(code, kind, first):
    if code in URBAN_CODES:
        return URBAN_CODES[code]
    committee = int(code[9:]) >= 200  # 村民委员会
    if committee:
        return "220"
    return "111" if kind == "街道" else "121" if kind == "镇" else "210" if first else "220"


PEOPLE = {"111": (5500, 11000), "112": (2800, 5200), "121": (4200, 7800), "122": (2400, 4400),
          "210": (2300, 4300)}


def people(code, urban):
    if code in MOVED_AWAY:
        return round(between(230, 690))
    if urban in PEOPLE:
        return round(between(*PEOPLE[urban]))
    return round(560 * math.exp(between(0, 1) ** 1.3 * 2.1))


def far_from(p, others, distance):
    return all(math.hypot(p[0] - q[0], p[1] - q[1]) >= distance for q in others)


def villages(names, areas):
    """Village rows with `at` (degrees); a township's first community is its seat."""
    rows, taken = [], []
    for township, area in areas_in_order(areas):
        kind, u, v = TOWNSHIPS[township]
        seat = place(u, v)
        inner = zone_polygon(area).Buffer(-200)
        mine = [r for r in names if r["township_code"] == township]
        spacing = 0.8 * math.sqrt(inner.GetArea() / len(mine))
        for n, r in enumerate(mine):
            urban = urban_code(r["village_code"], kind, n == 0)
            reach = 3000 if urban in ("111", "112", "122") else 30000
            space = 650 if urban in ("111", "112", "122") else spacing
            while True:
                p = seat if n == 0 else (seat[0] + between(-reach, reach),
                                         seat[1] + between(-reach, reach))
                space *= 0.9995  # relax rather than wait for ever
                if far_from(p, taken, space) and inner.Contains(
                        ogr.CreateGeometryFromWkt(f"POINT({p[0]} {p[1]})")):
                    break
            taken.append(p)
            n_people = people(r["village_code"], urban)
            plan = "搬迁撤并" if r["village_code"] in MOVED_AWAY else "城郊融合" \
                if urban in ("112", "122") else "" if urban == "111" else \
                ("集聚提升", "集聚提升", "其他", "特色保护")[int(between(0, 4))]
            at = lonlat(round(p[0], 3), round(p[1], 3))
            rows.append({"code": r["village_code"], "name": r["village_name"],
                         "township": r["township_name"], "township_code": township,
                         "urban": urban, "population": n_people,
                         "registered": round(n_people * between(1.0, 1.13)),
                         "households": round(n_people / between(2.7, 3.4)),
                         "aged65": round(n_people * between(0.11, 0.21)),
                         "plan_type": plan, "seat": n == 0, "at": at})
    return rows


# What stands for a clinic in a few villages that have none (JC-06).
SUBSTITUTE = {"530403002203": "邻（联）村卫生室延伸服务", "530403102209": "区乡巡诊",
              "530403201202": "上级机构派驻", "530403202203": "区乡巡诊"}


def areas_in_order(areas):
    return [(code, areas[code]) for code in TOWNSHIPS]


def zone_polygon(area):
    g = area.Clone()
    g.Transform(TO_ZONE)
    return g


# ---- facilities ------------------------------------------------------------------------

CLASS_ZH = {
    "village_clinic_central": "中心村卫生室", "village_clinic_general": "一般村卫生室",
    "village_clinic": "村卫生室", "village_service_point": "村卫生室服务点",
    "township_hospital": "乡镇卫生院", "township_hospital_central": "中心卫生院",
    "chc": "社区卫生服务中心", "chs": "社区卫生服务站", "community_hospital": "社区医院",
    "subcentre": "副中心", "hospital_general": "综合医院",
    "hospital_tcm": "中医医院", "mch": "妇幼保健院", "cdc": "疾病预防控制中心",
    "blood_site": "献血屋", "nursing": "护理院", "childcare": "托育机构",
    "clinic_private": "诊所", "ems_centre": "急救中心", "ems_station": "急救站",
}


class Facilities:
    """Facilities so far; keeps each new one in its township and away from every limit."""

    def __init__(self, demand, areas):
        self.demand = demand
        self.inside = {code: zone_polygon(a).Buffer(-100) for code, a in areas.items()}
        self.rows = []
        self.abroad = []  # over the border

    def kind(self, classes):
        return "ems" if "ems" in classes else "clinic" if "village" in classes else classes

    def fits(self, at, classes):
        for v in self.demand:
            d = geodesic_m(v["at"], at)
            if any(abs(d - limit) < MARGIN_M for limit in LIMITS_M):
                return False
            if any(self.kind(f["classes"]) == self.kind(classes)
                   and abs(geodesic_m(v["at"], f["at"]) - d) < MARGIN_M for f in self.rows):
                return False
        return all(geodesic_m(f["at"], at) > 20 for f in self.rows)

    def add(self, name, classes, village, near_m, far_m, yard_of=None, **more):
        """At a random place between near_m and far_m of a village, or of the hospital in whose
        yard it stands."""
        x, y = zone(*(yard_of or village)["at"])
        source = yards if yard_of else rng
        while True:
            angle = 2 * math.pi * source.random()
            r = near_m + (far_m - near_m) * source.random()
            p = (x + r * math.cos(angle), y + r * math.sin(angle))
            at = lonlat(*p)
            if "ems" in classes:
                # A station's circle is so long that 0.05 m of it would show in a small
                # uncovered area: it lies just where its list says, to 6 decimals of BD-09.
                at = tuple(round(c, 9)
                           for c in unshift(bd09, [round(c, 6) for c in bd09(*at)]))
            if self.inside[village["township_code"]].Contains(point(p)) \
                    and self.fits(at, classes):
                break
        row = {"name": name, "classes": classes, "township": village["township"], "at": at,
               "village": village["name"], "level": "", "owner": "政府", "beds": 0, "doctors": 0,
               "nurses": 0, "village_doctors": 0, "area": 0, "standard": "", "status": "正常",
               "note": NOTE, "vehicles": 0, "negative": 0}
        row.update(more)
        self.rows.append(row)
        return row


def short(name):
    for end in ("社区居民委员会", "村民委员会"):
        if name.endswith(end):
            return name[:-len(end)]
    return name


def hospitals(found, seat):
    """What stands in the county town and in the seats of the townships."""
    town, street = seat["530403001"], seat["530403002"]
    found.add("江川区人民医院", "hospital_general", town, 300, 900, level="二级甲等", beds=380,
              doctors=168, nurses=236, area=38200)
    found.add("江川区中医医院", "hospital_tcm", street, 300, 900, level="二级乙等", beds=160,
              doctors=71, nurses=98, area=15400)
    found.add("江川区妇幼保健院", "mch", town, 500, 1200, level="二级乙等", beds=60, doctors=34,
              nurses=45, area=5200)
    found.add("江川区疾病预防控制中心", "cdc", street, 300, 900, doctors=22, area=3600)
    found.add("江川区街头献血屋", "blood_site", town, 100, 400, area=40)
    found.add("江川仁爱医院", "hospital_general", street, 700, 1500, level="一级", owner="民营",
              beds=50, doctors=14, nurses=20, area=3100)
    found.add("江川颐康护理院", "nursing", town, 900, 1800, owner="民营", beds=80, doctors=8,
              nurses=26, area=4200)
    found.add("江川区公办托育园", "childcare", town, 300, 900, area=900)
    found.add("宁海街道社区托育点", "childcare", street, 300, 900, owner="民营", area=260)
    found.add("星云街道社区卫生服务中心", "chc;community_hospital", town, 200, 700, beds=40,
              doctors=21, nurses=28, area=3300, standard="推荐标准")
    found.add("宁海街道社区卫生服务中心(原大街卫生院)", "chc", street, 200, 700, beds=25,
              doctors=15, nurses=18, area=2300, standard="基本标准")
    for code, classes, name, standard in (
            ("530403101", "township_hospital_central;subcentre", "江城镇中心卫生院", "推荐标准"),
            ("530403102", "township_hospital_central", "前卫镇中心卫生院", "推荐标准"),
            ("530403103", "township_hospital", "九溪镇卫生院", "基本标准"),
            ("530403104", "township_hospital", "路居镇卫生院", "基本标准"),
            ("530403201", "township_hospital", "安化彝族乡卫生院", "基本标准"),
            ("530403202", "township_hospital", "雄关乡卫生院", "未达标")):
        big = "central" in classes
        found.add(name, classes, seat[code], 150, 600, level="一级甲等" if big else "一级",
                  beds=round(between(50, 90) if big else between(18, 40)),
                  doctors=round(between(16, 26) if big else between(6, 12)),
                  nurses=round(between(18, 30) if big else between(7, 14)),
                  area=round(between(3500, 5200) if big else between(1500, 2600)),
                  standard=standard)


def clinics(found, rows):
    for v in rows:
        base = short(v["name"])
        if v["urban"] == "111":
            if between(0, 1) < 0.5:
                found.add(base + "社区卫生服务站", "chs", v, 80, 400, doctors=2, nurses=2,
                          area=round(between(120, 260)), standard="基本标准")
            continue
        if v["code"] in NO_CLINIC or (v["seat"] and v["urban"] != "111"):
            continue  # a seat has the township hospital (JC-05 exempts it)
        n = v["population"]
        if n < 800:
            if v["code"] in MOVED_AWAY or between(0, 1) < 0.5:
                continue
            name, classes = base + "村卫生室服务点", "village_service_point"
        elif n >= 2000 and between(0, 1) < 0.85:
            name, classes = base + "中心村卫生室", "village_clinic_central"
        elif between(0, 1) < 0.15:
            name, classes = base + "村卫生室", "village_clinic"
        else:
            name, classes = base + "一般村卫生室", "village_clinic_general"
        found.add(name, classes, v, 60, 700, owner="村集体",
                  village_doctors=max(1, round(n / 1100)),
                  area=round(between(85, 220) if n >= 2000 else between(60, 130)))
    # Two that do not count: one closed, one only planned (their villages have no other).
    for code, status in (("530403104205", "停业"), ("530403202203", "规划")):
        v = next(v for v in rows if v["code"] == code)
        found.add(short(v["name"]) + "村卫生室", "village_clinic", v, 60, 400, owner="村集体",
                  area=70, status=status)
    for i, v in enumerate([v for v in rows if v["urban"] in ("111", "121")][:6]):
        found.add(f"{short(v['name'])}{'惠民仁和安康福寿'[i]}诊所", "clinic_private", v, 80, 500,
                  owner="个体", doctors=1, area=60)


def stations(found, seat):
    """An ambulance station stands in the yard of its hospital and has its name."""
    def station(host, end, classes, code, **more):
        yard = next(f for f in found.rows if f["name"] == host)
        found.add(host + end, classes, seat[code], 22, 50, yard_of=yard, **more)

    station("江川区人民医院", "急救中心", "ems_centre", "530403001", vehicles=5, negative=2)
    station("江城镇中心卫生院", "急救站", "ems_station", "530403101", vehicles=2, negative=0)
    station("前卫镇中心卫生院", "急救站", "ems_station", "530403102", vehicles=1, negative=0,
            status="在建")
    # The stations once stood at random places of `rng`; these draws leave all else where it was.
    for _ in range(DRAWS_OF_STATIONS):
        rng.random()


def point(p):
    return ogr.CreateGeometryFromWkt(f"POINT({p[0]} {p[1]})")


def neighbours(found, county, rows):
    """Clinics over the border, each within reach of a village near it."""
    shape = zone_polygon(county)
    edge = shape.Boundary()
    for v in sorted(rows, key=lambda v: point(zone(*v["at"])).Distance(edge)):
        if len(found.abroad) == 4:
            return
        x, y = zone(*v["at"])
        for _ in range(200):
            angle, r = between(0, 2 * math.pi), between(900, 2300)
            p = (x + r * math.cos(angle), y + r * math.sin(angle))
            at = lonlat(*p)
            if not shape.Contains(point(p)) and point(p).Distance(edge) > 200 \
                    and found.fits(at, "village_clinic"):
                found.abroad.append({"name": f"邻县{'甲乙丙丁'[len(found.abroad)]}村卫生室",
                                     "classes": "village_clinic", "at": at})
                break


# ---- roads -----------------------------------------------------------------------------

ROAD_CLASSES = {"省道": ("S", 60), "县道": ("X", 40), "乡道": ("Y", 30), "村道": ("C", 20)}


def roads(rows):
    """A tree: each place joined to the nearest one that is on the network already, seats of
    townships first (省道, 县道), then villages (乡道, 村道); lines meet in the villages."""
    on, out, count = [], [], dict.fromkeys(ROAD_CLASSES, 0)
    seats = [v for v in rows if v["seat"]]
    main = {"530403001", "530403101", "530403102", "530403002"}
    for v in seats + [v for v in rows if not v["seat"]]:
        p = zone(*v["at"])
        if on:
            other = min(on, key=lambda o: math.hypot(o[0][0] - p[0], o[0][1] - p[1]))
            if v["seat"]:
                kind = "省道" if {v["township_code"], other[1]["township_code"]} <= main else "县道"
            else:
                kind = "乡道" if other[1]["seat"] or v["population"] > 2000 else "村道"
            count[kind] += 1
            letter, speed = ROAD_CLASSES[kind]
            bend = roughen([p, other[0]], 4, 0.12)
            out.append({"id": f"{letter}{count[kind]:03d}", "kind": kind, "speed": speed,
                        "line": [v["at"]] + [lonlat(*q) for q in bend[1:-1]] + [other[1]["at"]]})
        on.append((p, v))
    return out


# ---- figures ---------------------------------------------------------------------------

FIGURES = ("床位数", "执业(助理)医师", "注册护士", "乡村医生", "全科医生", "公共卫生人员", "救护车",
           "负压救护车", "托位数")


def indicators(rows, found):
    """One row for the county, then one a township; staff and beds are the sums of the list."""
    out = []
    for code, name in [COUNTY] + [(c, next(v["township"] for v in rows if v["township_code"] == c))
                                  for c in TOWNSHIPS]:
        mine = [v for v in rows if code == COUNTY[0] or v["township_code"] == code]
        here = [f for f in found.rows if (code == COUNTY[0] or f["township"] == name)
                and f["status"] == "正常"]

        def total(key):
            return sum(f[key] for f in here)
        n = sum(v["population"] for v in mine)
        out.append({"区划代码": code, "名称": name, "常住人口": n,
                    "户籍人口": sum(v["registered"] for v in mine),
                    "服务人口": round(n * 1.02), "65岁及以上人口": sum(v["aged65"] for v in mine),
                    "床位数": total("beds"), "执业(助理)医师": total("doctors"),
                    "注册护士": total("nurses"), "乡村医生": total("village_doctors"),
                    "全科医生": round(total("doctors") * 0.19),
                    "公共卫生人员": round(n / 10000 * 5.1), "救护车": total("vehicles"),
                    "负压救护车": total("negative"),
                    "托位数": 90 * sum("childcare" in f["classes"] for f in here)})
    return out


# ---- writing ---------------------------------------------------------------------------

def geometry(kind, at):
    if kind == ogr.wkbPoint:
        g = ogr.Geometry(kind)
        g.AddPoint_2D(*at)
        return g
    return line(at) if kind == ogr.wkbLineString else at


def add_layer(source, name, srs, kind, fields, rows, options=()):
    """fields: (name, OGR type, width); rows: (values, geometry or None)."""
    layer = source.CreateLayer(name, srs, kind, list(options))
    for field, of_type, width in fields:
        d = ogr.FieldDefn(field, of_type)
        d.SetWidth(width)
        layer.CreateField(d)
    for values, at in rows:
        f = ogr.Feature(layer.GetLayerDefn())
        for i, value in enumerate(values):
            if value not in ("", None):
                f.SetField(i, value)
        if at is not None:
            f.SetGeometry(geometry(kind, at))
        layer.CreateFeature(f)


TEXT, NUMBER = ogr.OFTString, ogr.OFTInteger
NOTE_FIELD = ("说明", TEXT, 30)


# Classes under which the plans ask for a kind by its Chinese word (中心储血点): their word goes
# with them, so that the clean layer says no less than the list.
TOLD = {"blood_site"}


def facility_class(f, words):
    if words == "zh":
        return ";".join(CLASS_ZH[c] for c in f["classes"].split(";"))
    return ";".join(f"{c};{CLASS_ZH[c]}" if c in TOLD else c for c in f["classes"].split(";"))


def write_clean(folder, rows, areas, county, found, network, figures):
    path = folder / "jiangchuan-made-up.gpkg"
    path.unlink(missing_ok=True)
    gpkg = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))

    def layer(name, kind, fields, content):
        title = f"{name}: {NOTE}"
        add_layer(gpkg, name, LONLAT if kind != ogr.wkbNone else None, kind,
                  fields + [NOTE_FIELD], content, [f"DESCRIPTION={title}", f"IDENTIFIER={title}"])

    name_of = {v["township_code"]: v["township"] for v in rows}
    layer("county", ogr.wkbPolygon, [("代码", TEXT, 12), ("名称", TEXT, 30)],
          [((*COUNTY, NOTE), county)])
    layer("townships", ogr.wkbPolygon,
          [("区划代码", TEXT, 12), ("名称", TEXT, 30), ("乡镇类型", TEXT, 12)],
          [((c, name_of[c], TOWNSHIPS[c][0], NOTE), a) for c, a in areas_in_order(areas)])
    layer("villages", ogr.wkbPoint,
          [("统计用区划代码", TEXT, 12), ("村名", TEXT, 60), ("所属乡镇", TEXT, 30),
           ("城乡分类代码", TEXT, 3), ("常住人口", NUMBER, 0), ("户籍人口", NUMBER, 0),
           ("户数", NUMBER, 0), ("65岁及以上人口", NUMBER, 0), ("村庄类型", TEXT, 12),
           ("替代服务", TEXT, 30)],
          [((v["code"], v["name"], v["township"], v["urban"], v["population"], v["registered"],
             v["households"], v["aged65"], v["plan_type"], SUBSTITUTE.get(v["code"], ""), NOTE),
            v["at"]) for v in rows])
    layer("facilities", ogr.wkbPoint,
          [("code", TEXT, 20), ("name", TEXT, 60), ("class", TEXT, 60), ("等级", TEXT, 12),
           ("举办主体", TEXT, 12), ("所属乡镇", TEXT, 30), ("床位数", NUMBER, 0),
           ("医师数", NUMBER, 0), ("护士数", NUMBER, 0), ("乡村医生", NUMBER, 0),
           ("房屋面积", NUMBER, 0), ("达标情况", TEXT, 12), ("状态", TEXT, 12)],
          [((f["code"], f["name"], facility_class(f, "en"), f["level"], f["owner"], f["township"],
             # 0 is left blank here as in the list: nothing was filled in
             *(f[k] or None for k in ("beds", "doctors", "nurses", "village_doctors", "area")),
             f["standard"], f["status"], NOTE), f["at"]) for f in found.rows if "ems" not in f["classes"]])
    layer("stations", ogr.wkbPoint,
          [("code", TEXT, 20), ("name", TEXT, 60), ("class", TEXT, 60), ("救护车", NUMBER, 0),
           ("负压救护车", NUMBER, 0), ("状态", TEXT, 12)],
          [((f["code"], f["name"], facility_class(f, "en"), f["vehicles"], f["negative"],
             f["status"], NOTE), f["at"]) for f in found.rows if "ems" in f["classes"]])
    layer("neighbours", ogr.wkbPoint,
          [("code", TEXT, 20), ("name", TEXT, 60), ("class", TEXT, 60)],
          [((f["code"], f["name"], facility_class(f, "en"), NOTE), f["at"])
           for f in found.abroad])
    layer("roads", ogr.wkbLineString,
          [("路线编码", TEXT, 10), ("道路等级", TEXT, 12), ("设计速度", NUMBER, 0)],
          [((r["id"], r["kind"], r["speed"], NOTE), r["line"]) for r in network])
    layer("indicators", ogr.wkbNone,
          [(k, TEXT, 30) if k in ("区划代码", "名称") else (k, NUMBER, 0) for k in figures[0]],
          [((*r.values(), NOTE), None) for r in figures])
    gpkg = None


def gbk_shapefile(folder, name, kind, fields, rows):
    """GBK names and text, LDID 0, no .cpg: as older desktop programs leave it."""
    driver = ogr.GetDriverByName("ESRI Shapefile")
    path = folder / f"{name}.shp"
    if path.exists():
        driver.DeleteDataSource(str(path))
    source = driver.CreateDataSource(str(path))
    add_layer(source, name, ZONE, kind, fields, rows,
              ["ENCODING=GBK", f"DBF_DATE_LAST_UPDATE={DATE}"])
    source = None
    (folder / f"{name}.cpg").unlink()
    dbf = path.with_suffix(".dbf").read_bytes()
    assert dbf[29] == 0, "language id must be 0"


def zone_at(at):
    return [zone(*p) for p in at] if isinstance(at, list) else zone(*at)


class Sheet:
    """A worksheet, written by hand: no library keeps its bytes equal over versions."""

    def __init__(self, title):
        self.title, self.rows, self.merged = title, [], []

    def add(self, *cells):
        self.rows.append(cells)
        return len(self.rows)


def column_letters(n):
    return (column_letters(n // 26 - 1) if n >= 26 else "") + chr(65 + n % 26)


def write_xlsx(path, sheets):
    strings = {}

    def cell(row, col, value):
        if value is None or value == "":
            return ""
        where = f'r="{column_letters(col)}{row}"'
        if isinstance(value, str):
            return f'<c {where} t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
        return f"<c {where}><v>{value!r}</v></c>"

    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {}
    for i, sheet in enumerate(sheets, 1):
        body = "".join(f'<row r="{r}">' + "".join(cell(r, c, v) for c, v in enumerate(row))
                       + "</row>" for r, row in enumerate(sheet.rows, 1))
        merges = "".join(f'<mergeCell ref="{m}"/>' for m in sheet.merged)
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            f'{head}<worksheet xmlns="{main}"><sheetData>{body}</sheetData>'
            + (f'<mergeCells count="{len(sheet.merged)}">{merges}</mergeCells>' if merges else "")
            + "</worksheet>")
    numbers = range(1, len(sheets) + 1)
    parts["xl/sharedStrings.xml"] = (
        f'{head}<sst xmlns="{main}" uniqueCount="{len(strings)}">'
        + "".join(f'<si><t xml:space="preserve">{escape(s)}</t></si>' for s in strings) + "</sst>")
    parts["xl/workbook.xml"] = (
        f'{head}<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
        + "".join(f'<sheet name="{escape(s.title)}" sheetId="{i}" r:id="rId{i}"/>'
                  for i, s in enumerate(sheets, 1)) + "</sheets></workbook>")
    parts["xl/_rels/workbook.xml.rels"] = (
        f'{head}<Relationships xmlns="{package}/relationships">'
        + "".join(f'<Relationship Id="rId{i}" Type="{rel}/worksheet" '
                  f'Target="worksheets/sheet{i}.xml"/>' for i in numbers)
        + f'<Relationship Id="rId{len(sheets) + 1}" Type="{rel}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>')
    parts["_rels/.rels"] = (
        f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts["[Content_Types].xml"] = (
        f'{head}<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>'
        + "".join(f'<Override PartName="/xl/worksheets/sheet{i}.xml" '
                  f'ContentType="{kind}.worksheet+xml"/>' for i in numbers) + "</Types>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as z:
        for name in ["[Content_Types].xml"] + [n for n in parts if n[0] != "["]:
            z.writestr(zipfile.ZipInfo(name), parts[name])


def full_width(n):
    return "".join(chr(ord(c) + 0xFEE0) for c in str(n))


def as_typed(n, i):
    """A number as people type it into a list; the value stays."""
    return (n, str(n), f"{n:,}", full_width(n))[i % 4] if n else None


CLINIC_COLUMNS = ("序号", "所属乡镇", "机构代码", "机构名称", "机构类别", "等级", "举办主体", "经度",
                  "纬度", "床位数", "医师数", "护士数", "乡村医生", "房屋面积", "达标情况", "状态",
                  "备注")


def clinic_list(found):
    """An Excel list as a bureau hands it in: titles, merged townships, 小计, 合计."""
    sheet = Sheet("机构一览表")
    last = column_letters(len(CLINIC_COLUMNS) - 1)
    sheet.add("玉溪市江川区医疗卫生机构一览表(虚构数据，仅供演示，与真实机构无关；made-up)")
    sheet.add("填报单位：(虚构)", *[None] * 6, "坐标系：GCJ-02，取自电子地图", *[None] * 5,
              "单位：人、张、平方米", None, DATE.replace("-", "/"))
    sheet.add(*CLINIC_COLUMNS)
    sheet.merged += [f"A1:{last}1", "A2:C2"]
    listed = [f for f in found.rows if "ems" not in f["classes"]]
    number = 0
    for township in dict.fromkeys(f["township"] for f in listed):
        mine = [f for f in listed if f["township"] == township]
        first = len(sheet.rows) + 1
        for f in mine:
            number += 1
            lon, lat = (round(c, 6) for c in gcj02(*f["at"]))
            if number % 9 == 4:  # some coordinates are text
                lon, lat = f"{lon:.6f}", f"{lat:.6f} "
            row = sheet.add(number, township if len(sheet.rows) + 1 == first else None, f["code"],
                            f["name"], facility_class(f, "zh"), f["level"], f["owner"], lon, lat,
                            as_typed(f["beds"], number), as_typed(f["doctors"], number),
                            f["nurses"] or None, f["village_doctors"] or None,
                            as_typed(f["area"], number + 1), f["standard"], f["status"], f["note"])
        if len(mine) > 1:
            sheet.merged.append(f"B{first}:B{row}")
        sheet.add("小计", None, None, f"{len(mine)}所", *[None] * 5, sum(f["beds"] for f in mine))
    sheet.add("合计", None, None, f"{len(listed)}所", *[None] * 5, sum(f["beds"] for f in listed))
    note = Sheet("填表说明")
    note.add("虚构数据 made-up：本表由 scripts/make-jiangchuan.py 生成，地点、机构、数字均为虚构。")
    return [sheet, note]


def figure_list(figures):
    sheet = Sheet("资源配置")
    columns = [k for k in figures[0]]
    sheet.add("江川区卫生资源配置情况表(虚构数据 made-up)")
    sheet.add(None, None, "单位：人", *[None] * 3, "单位：张、人、辆")
    sheet.add(*columns, "备注")
    sheet.merged += [f"A1:{column_letters(len(columns))}1", "C2:F2"]
    for i, r in enumerate(figures):
        cells = []
        for k, v in r.items():
            if k == "常住人口":
                cells.append(f"{v:,}人" if i % 2 else f"{v:,}")
            elif k == "户籍人口" and i % 3 == 1:
                cells.append(full_width(v))
            else:
                cells.append(v)
        sheet.add(*cells, NOTE)
    return [sheet]


def write_text(path, rows, encoding):
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def dms(degrees):
    """102°45′30.123″, to 0.03 m."""
    n = round(degrees * 3600000)
    return f"{n // 3600000}°{n // 60000 % 60:02d}′{n % 60000 / 1000:06.3f}″"


def write_messy(folder, rows, areas, county, found, network, figures):
    gbk_shapefile(folder, "villages-made-up", ogr.wkbPoint,
                  [("统计用区划", TEXT, 12), ("村名", TEXT, 60), ("所属乡镇", TEXT, 30),
                   ("城乡分类代", TEXT, 3), ("常住人口", NUMBER, 9), ("户籍人口", NUMBER, 9),
                   ("户数", NUMBER, 9), ("65岁及以上", NUMBER, 9), ("村庄类型", TEXT, 12),
                   ("替代服务", TEXT, 30), NOTE_FIELD],
                  [((v["code"], v["name"], v["township"], v["urban"], v["population"],
                     v["registered"], v["households"], v["aged65"], v["plan_type"],
                     SUBSTITUTE.get(v["code"], ""), NOTE),
                    zone_at(v["at"])) for v in rows])
    gbk_shapefile(folder, "roads-made-up", ogr.wkbLineString,
                  [("路线编码", TEXT, 10), ("道路等级", TEXT, 12), ("设计速度", NUMBER, 9),
                   NOTE_FIELD],
                  [((r["id"], r["kind"], r["speed"], NOTE), zone_at(r["line"]))
                   for r in network])
    path = folder / "boundary-made-up.gpkg"
    path.unlink(missing_ok=True)
    gpkg = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    name_of = {v["township_code"]: v["township"] for v in rows}
    for layer, fields, content in (
            ("区界", [("XZQDM", TEXT, 12), ("XZQMC", TEXT, 30), NOTE_FIELD],
             [((*COUNTY, NOTE), zone_polygon(county))]),
            ("乡镇界", [("XZQDM", TEXT, 12), ("XZQMC", TEXT, 30), ("乡镇类型", TEXT, 12), NOTE_FIELD],
             [((c, name_of[c], TOWNSHIPS[c][0], NOTE), zone_polygon(a))
              for c, a in areas_in_order(areas)])):
        add_layer(gpkg, layer, ZONE, ogr.wkbPolygon, fields, content,
                  [f"DESCRIPTION={NOTE}", f"IDENTIFIER={layer}: {NOTE}"])
    gpkg = None
    write_xlsx(folder / "clinics-made-up.xlsx", clinic_list(found))
    write_xlsx(folder / "indicators-made-up.xlsx", figure_list(figures))
    table = [["玉溪市江川区院前急救站点表（虚构数据 made-up）"] + [""] * 6,
             ["站点代码", "站点名称", "类型", "经纬度", "救护车", "负压救护车", "状态"]]
    for i, f in enumerate(f for f in found.rows if "ems" in f["classes"]):
        lon, lat = bd09(*f["at"])
        table.append([f["code"], f["name"], facility_class(f, "zh"), f"{lon:.6f},{lat:.6f}",
                      full_width(f["vehicles"]) if i == 0 else f"{f['vehicles']}辆",
                      f["negative"], f["status"]])
    table.append(["合计", "", "", "", sum(f["vehicles"] for f in found.rows), "", ""])
    write_text(folder / "stations-made-up.csv", table, "gbk")
    write_text(folder / "neighbours-made-up.csv",
               [["代码", "机构名称", "机构类别", "东经", "北纬", "备注"]]
               + [[f["code"], f["name"], facility_class(f, "zh"), dms(f["at"][0]), dms(f["at"][1]),
                   NOTE] for f in found.abroad], "utf-8-sig")


CASE = """\
# 虚构数据 / made-up: names and codes are real, all else is invented (geodata/README.md).
# {what}
county:     {{code: "530403", name: 江川区}}
plan:       jiangchuan-2025
date:       "{date}"
{layers}"""

MESSY = """\
villages:   {path: villages-made-up.shp}
facilities:
  - {path: clinics-made-up.xlsx, layer: 机构一览表, datum: gcj02, fields: {code: 机构代码}}
  - {path: stations-made-up.csv, datum: bd09, fields: {code: 站点代码, name: 站点名称}}
boundary:   {path: boundary-made-up.gpkg, layer: 区界}
townships:  {path: boundary-made-up.gpkg, layer: 乡镇界, fields: {name: XZQMC}}
roads:      {path: roads-made-up.shp}
neighbours: {facilities: {path: neighbours-made-up.csv, fields: {code: 代码}}}
indicators: {path: indicators-made-up.xlsx}
"""

CLEAN = """\
villages:   {path: jiangchuan-made-up.gpkg, layer: villages}
facilities:
  - {path: jiangchuan-made-up.gpkg, layer: facilities}
  - {path: jiangchuan-made-up.gpkg, layer: stations}
boundary:   {path: jiangchuan-made-up.gpkg, layer: county}
townships:  {path: jiangchuan-made-up.gpkg, layer: townships}
roads:      {path: jiangchuan-made-up.gpkg, layer: roads}
neighbours: {facilities: {path: jiangchuan-made-up.gpkg, layer: neighbours}}
indicators: {path: jiangchuan-made-up.gpkg, layer: indicators}
"""


# ---- the whole -------------------------------------------------------------------------

def tell(rows, areas, county, found, network):
    work = zone_polygon(county)
    print(f"county {work.GetArea() / 1e6:.1f} km2, {len(areas)} townships, {len(rows)} villages, "
          f"{sum(v['population'] for v in rows)} people, {len(found.rows)} facilities, "
          f"{len(found.abroad)} over the border, {len(network)} roads")
    open_now = [f for f in found.rows if f["status"] == "正常"]
    for what, classes, limits, urban in (
            ("clinic", "village", (2500,), ""), ("ambulance, urban", "ems", (5000,), "1"),
            ("ambulance, rural", "ems", (10000, 20000), "2")):
        chosen = [v for v in rows if v["urban"].startswith(urban)]
        near = [min(geodesic_m(v["at"], f["at"]) for f in open_now + found.abroad
                    if any(c.startswith(classes) for c in f["classes"].split(";")))
                for v in chosen]
        print(f"{what}: " + ", ".join(f"{sum(d <= limit for d in near)} of {len(chosen)} villages "
                                      f"within {limit} m" for limit in limits))


def main():
    names_path = Path(sys.argv[1]) if len(sys.argv) > 1 else \
        ROOT.parent / "shared/data/county-names/villages_names_codes.csv"
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "geodata/jiangchuan-demo"
    if not names_path.exists():
        sys.exit(f"make-jiangchuan: no {names_path}")
    gdal.UseExceptions()
    ogr.UseExceptions()
    osr.UseExceptions()
    gdal.SetConfigOption("OGR_CURRENT_DATE", f"{DATE}T00:00:00.000Z")
    check_shifts()
    assert max(abs(a - b) for a, b in zip(zone(102.75, 24.29), CENTRE)) < 1e-3

    areas, county = districts()
    rows = villages(read_names(names_path), areas)
    seat = {v["township_code"]: v for v in rows if v["seat"]}
    found = Facilities(rows, areas)
    hospitals(found, seat)
    stations(found, seat)
    clinics(found, rows)
    neighbours(found, county, rows)
    for i, f in enumerate(found.rows + found.abroad, 1):
        f["code"] = f"H{COUNTY[0]}-{i:03d}"
    network = roads(rows)
    figures = indicators(rows, found)

    for kind, write, layers, what in (
            ("messy", write_messy, MESSY, "As planners have it: GBK, GCJ-02, BD-09, title rows."),
            ("clean", write_clean, CLEAN, "The same county clean: UTF-8, EPSG:4490.")):
        folder = out / kind
        folder.mkdir(parents=True, exist_ok=True)
        write(folder, rows, areas, county, found, network, figures)
        (folder / "case.yaml").write_text(CASE.format(what=what, date=DATE, layers=layers),
                                          encoding="utf-8")
    tell(rows, areas, county, found, network)


if __name__ == "__main__":
    main()
