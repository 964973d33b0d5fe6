#!/usr/bin/python3
"""A slow second opinion on every unit rule, presence, tier, ratio, share, count, exclude and
radius rule of all shipped plans on the clean demo county.

    tests/twin/plan_twin.py PROGRAM

Reads the plan files (with a small YAML reader of its own) and the GeoPackage (with GDAL's Python)
by itself, takes distances by Vincenty's inverse formula (Survey Review 23, 1975) on the CGCS2000
ellipsoid over all pairs, and works out value, numerator, denominator, required, shortfall and
verdict of every unit, and the village counts of every radius rule. Shares no code with banjing.

Rules of a whole city, and rules of travel time and what hangs on them, are left to other tests.
What this twin cannot judge must be not_evaluated in summary.json, and the other way round.
Every number that agreed is then changed in a copy, and the comparison must see it.
Exit code 1 with the differences, 77 without python3-gdal.
"""
import copy
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    from osgeo import gdal, ogr
except ImportError:
    print("plan_twin: skipped, no python3-gdal")
    sys.exit(77)

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = ROOT / "geodata/jiangchuan-demo/clean"
CLINICS = {"village_clinic", "village_clinic_central", "village_clinic_general",
           "village_service_point"}
SUB = {"village_clinic": CLINICS, "township_hospital": {"township_hospital", "township_hospital_central"},
       "ems_station": {"ems_station", "ems_centre"}}
# Where the demo's columns for a plan's field are called otherwise (domain facts, 6.4).
SYNONYM = {"床位": ["床位数"], "执业(助理)医师": ["医师数"], "注册护士": ["护士数"], "托位": ["托位数"]}
RESIDENT = {"resident": "常住人口", "registered": "户籍人口", "service": "服务人口",
            "aged65": "65岁及以上人口", "children": "儿童人口"}


# ---- the plan's YAML: block maps and lists, flow maps and lists, plain and quoted scalars ----

def scalar(s):
    s = s.strip()
    if s[:1] in "\"'" and s[-1:] == s[:1]:
        return s[1:-1]
    if s == "~":
        return None
    try:
        return float(s)
    except ValueError:
        return s


def flow(s, i):
    """The value that begins at s[i]; (value, position behind it)."""
    while s[i] == " ":
        i += 1
    if s[i] in "[{":
        out, is_map = ({} if s[i] == "{" else []), s[i] == "{"
        i += 1
        while s[i] not in "]}":
            if s[i] in ", ":
                i += 1
                continue
            if is_map:
                k = s.index(":", i)
                out[s[i:k].strip()], i = flow(s, k + 1)
            else:
                v, i = flow(s, i)
                out.append(v)
        return out, i + 1
    if s[i] in "\"'":
        k = s.index(s[i], i + 1)
        return s[i + 1:k], k + 1
    k = i
    while k < len(s) and s[k] not in ",]}":
        k += 1
    return scalar(s[i:k]), k


def value(s):
    return flow(s, 0)[0] if s.strip()[:1] in ("[", "{") else scalar(s)


def block(lines, indent):
    """The map or list whose lines are indented by `indent`; takes them off lines."""
    out = None
    while lines:
        line = lines[0]
        depth = len(line) - len(line.lstrip(" "))
        if depth < indent:
            break
        assert depth == indent, line
        text = line.strip()
        if text.startswith("- "):
            out = [] if out is None else out
            body = text[2:]
            if body.startswith("{"):
                lines.pop(0)
                out.append(value(body))
            else:
                lines[0] = " " * (depth + 2) + body
                out.append(block(lines, depth + 2))
        else:
            out = {} if out is None else out
            key, rest = text.split(":", 1)
            lines.pop(0)
            if rest.strip():
                out[key] = value(rest)
            else:
                out[key] = block(lines, len(lines[0]) - len(lines[0].lstrip(" ")))
    return out


def read_plan(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines()
             if line.strip() and not line.lstrip().startswith("#")]
    return block(lines, 0)


# ---- distance ----------------------------------------------------------------------------

def metres(lon1, lat1, lon2, lat2):
    """Vincenty's inverse on CGCS2000; well below a millimetre at these distances."""
    a, f = 6378137.0, 1 / 298.257222101
    b = a * (1 - f)
    if (lon1, lat1) == (lon2, lat2):
        return 0.0
    u1, u2 = (math.atan((1 - f) * math.tan(math.radians(p))) for p in (lat1, lat2))
    l = lam = math.radians(lon2 - lon1)
    for _ in range(200):
        s = math.hypot(math.cos(u2) * math.sin(lam),
                       math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam))
        c = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
        sigma = math.atan2(s, c)
        sin_alpha = math.cos(u1) * math.cos(u2) * math.sin(lam) / s
        cos2 = 1 - sin_alpha ** 2
        cm = c - 2 * math.sin(u1) * math.sin(u2) / cos2 if cos2 else 0.0
        k = f / 16 * cos2 * (4 + f * (4 - 3 * cos2))
        before, lam = lam, l + (1 - k) * f * sin_alpha * (
            sigma + k * s * (cm + k * c * (2 * cm ** 2 - 1)))
        if abs(lam - before) < 1e-14:
            break
    q = cos2 * (a * a - b * b) / (b * b)
    big_a = 1 + q / 16384 * (4096 + q * (-768 + q * (320 - 175 * q)))
    big_b = q / 1024 * (256 + q * (-128 + q * (74 - 47 * q)))
    d = big_b * s * (cm + big_b / 4 * (c * (2 * cm ** 2 - 1) - big_b / 6 * cm *
                                       (4 * s * s - 3) * (4 * cm ** 2 - 3)))
    return b * big_a * (sigma - d)


def mm(p, q):
    return math.floor(1000 * metres(p["lon"], p["lat"], q["lon"], q["lat"]) + 0.5)


# ---- the county -----------------------------------------------------------------------------

def rows(layer):
    out = []
    for f in layer:
        row, g = dict(f.items()), f.GetGeometryRef()
        row["geometry"] = g.Clone() if g else None
        if g and ogr.GT_Flatten(g.GetGeometryType()) == ogr.wkbPoint:
            row["lon"], row["lat"] = g.GetX(), g.GetY()
        out.append(row)
    return out


class County:
    def __init__(self):
        ds = ogr.Open(str(DEMO / "jiangchuan-made-up.gpkg"))
        get = lambda name: rows(ds.GetLayerByName(name))
        self.code, self.name = "530403", "江川区"
        self.villages = get("villages")
        self.townships = get("townships")
        self.indicators = {r["区划代码"]: r for r in get("indicators")}
        self.facilities = []
        for layer in ("facilities", "stations", "neighbours"):
            for f in get(layer):
                if f.get("状态", "正常") != "正常":  # 停业, 规划, 在建
                    continue
                f["neighbour"] = layer == "neighbours"
                f["classes"] = set(f["class"].split(";"))
                f["township"] = f.get("所属乡镇") or next(
                    (t["名称"] for t in self.townships if t["geometry"].Contains(f["geometry"])), None)
                self.facilities.append(f)
        self.own = [f for f in self.facilities if not f["neighbour"]]
        for v in self.villages:
            v["urban"] = v["城乡分类代码"][0] == "1"
        for f in self.own:
            f["village"] = min(self.villages, key=lambda v: (mm(f, v), v["统计用区划代码"]))

    def units(self, per):
        """(code, name, indicators row) of the units of that kind."""
        if per == "county":
            return [(self.code, self.name, self.indicators[self.code])]
        street = per == "street"
        return [(t["区划代码"], t["名称"], self.indicators[t["区划代码"]]) for t in self.townships
                if (t["乡镇类型"] == "街道") == street]


def classes_of(names):
    out = set()
    for n in [names] if isinstance(names, str) else names:
        out |= SUB.get(n, {n})
    return out


def owner_is_public(f):
    text = f.get("举办主体") or ""
    return None if not text else text in ("政府", "村集体")


def cell(row, field):
    """A row's text or number for a field, None blank; KeyError: no such column."""
    for name in [field] + SYNONYM.get(field, []):
        if name in row:
            return row[name]
    if field in ("推荐标准", "基本标准"):  # what 达标情况 says
        said = row["达标情况"]
        if said is None:
            return None
        return "是" if said == "推荐标准" or said == field else "否"
    if field == "机构类别" and "class" in row:
        # Class keys do not say more than the class; a Chinese word behind them does (献血屋).
        return next((w for w in row["class"].split(";") if not w.isascii()), None)
    raise KeyError(field)


def says(row, rule_that):
    got = cell(row, rule_that["field"])
    if got is None or got == "":
        return None
    if "min" in rule_that:
        return got >= rule_that["min"]
    return str(got) in rule_that["equals"].split(";")


class Open(Exception):
    """The rule cannot be judged."""


def pick(county, rule, names=None, that=True):
    """Own facilities that a rule counts."""
    want = classes_of(names or rule["facilities"])
    all_of = [f for f in county.facilities if f["classes"] & want]
    if not all_of:
        raise Open("no such facility")
    if "ownership" in rule:
        kept = [f for f in all_of if owner_is_public(f) is (rule["ownership"] == "public")]
        if not kept and any(owner_is_public(f) is None for f in all_of):
            raise Open("ownership")
        all_of = kept
    if that and "that" in rule and all_of:
        try:
            answers = [says(f, rule["that"]) for f in all_of if not f["neighbour"]]
        except KeyError:
            raise Open("column")
        if answers and all(a is None for a in answers):
            raise Open("blank column")
        all_of = [f for f in all_of if not f["neighbour"] and says(f, rule["that"])]
    return [f for f in all_of if not f["neighbour"]]


def in_unit(county, unit, facilities):
    return [f for f in facilities if unit[0] == county.code or f["township"] == unit[1]]


def passes(rule, unit):
    wish = rule.get("if", {})
    if "name" in wish and wish["name"] != unit[1]:
        return False
    if "type" in wish:
        raise Open("type")  # the demo's indicators have no type column
    people = unit[2]["常住人口"]
    return wish.get("population_min", 0) <= people <= wish.get("population_max", math.inf)


def units_of(county, rule, per):
    units = [u for u in county.units(per) if passes(rule, u)]
    if not units:
        raise Open("no unit")
    return units


def amount(county, rule, field, unit):
    """Indicators of the unit, else the sum of the facilities' column; None unknown."""
    if "facilities" not in rule and "that" not in rule:
        try:
            if cell(unit[2], field) is not None:
                return cell(unit[2], field)
        except KeyError:
            pass
    total = None
    facilities = pick(county, rule) if "facilities" in rule else county.own
    for f in in_unit(county, unit, facilities):
        try:
            v = cell(f, field)
        except KeyError:
            v = None
        if v is not None:
            total = (total or 0) + v
    return total


def bounds(v, rule):
    if "min" in rule and v < rule["min"] - 1e-12:
        return "not_met"
    if "max" in rule and v > rule["max"] + 1e-12:
        return "not_met"
    if "target" in rule and v < rule["target"] - 1e-12:
        return "partly"
    return "met"


def entry(code, name, v, num, den, required, short, verdict):
    return {"code": code, "name": name, "value": v, "numerator": num, "denominator": den,
            "required": required, "shortfall": short, "verdict": verdict}


def ceil(x):
    return max(0, math.ceil(x - 1e-9))


def bound_of(rule):
    return rule.get("min", rule.get("target", rule.get("max")))


# ---- the kinds --------------------------------------------------------------------------------

def presence(county, rule):
    units = units_of(county, rule, rule["per"])
    facilities = pick(county, rule)
    out = []
    for u in units:
        n = len(in_unit(county, u, facilities))
        verdict = bounds(n, {k: rule[k] for k in ("min", "target") if k in rule})
        if verdict == "met" and n > rule.get("max", n):
            verdict = "partly"  # more than the one is a warning
        out.append(entry(u[0], u[1], n, n, None, rule["min"], max(0, rule["min"] - n), verdict))
    return out


def count(county, rule):
    u = units_of(county, rule, "county")[0]
    v = amount(county, rule, rule["value"], u) if "value" in rule else len(pick(county, rule))
    if v is None:
        raise Open("column")
    need = bound_of(rule)
    short = max(0, need - v) if "min" in rule or "target" in rule else 0
    return [entry(u[0], u[1], v, v, None, need, short, bounds(v, rule))]


def ratio_entry(rule, code, name, num, den):
    per = rule.get("per", {})
    parts = 1 if den is None else den / per.get("people", per.get("amount", 1))
    v = num / parts
    need = bound_of(rule)
    short = ceil(need * parts - num) if "min" in rule or "target" in rule else 0
    return entry(code, name, v, num, den, need, short, bounds(v, rule))


def ratio(county, rule):
    if rule["unit"] == "facility":
        out = []
        for f in pick(county, rule):
            try:
                v = cell(f, rule["value"])
            except KeyError:
                raise Open("column")
            out.append(entry(f["code"], f["name"], None, None, None, bound_of(rule), None, "not_evaluated")
                       if v is None else ratio_entry(rule, f["code"], f["name"], v, None))
        if all(u["verdict"] == "not_evaluated" for u in out):
            raise Open("blank")
        return out
    u = units_of(county, rule, "county")[0]
    known = CLINICS | {c for f in county.facilities for c in f["classes"]} | set(SUB)
    num = len(pick(county, rule, rule["value"])) if rule["value"] in known \
        else amount(county, rule, rule["value"], u)
    per = rule["per"]
    den = amount(county, rule, per["field"], u) if "field" in per else u[2].get(RESIDENT[per["population"]])
    if num is None or den is None:
        raise Open("column")
    return [ratio_entry(rule, u[0], u[1], num, den)]


def share(county, rule):
    of, that = rule["of"], rule["that"]
    if of in ("township", "street"):
        group = [u[2] for u in units_of(county, rule, of)]
    elif of == "village":
        group = county.villages
    else:
        group = pick(county, rule, of, that=False)
    try:
        if that["field"] == "服务人口":
            people = service_people(county, rule["limit"])
            answers = [people[f["code"]] >= that["min"] for f in group]
        else:
            answers = [says(r, that) for r in group]
    except KeyError:
        raise Open("column")
    answers = [a for a in answers if a is not None]
    if not answers:
        raise Open("blank")
    yes, n = sum(answers), len(answers)
    return [entry(county.code, county.name, yes / n, yes, n, rule["min"],
                  ceil(rule["min"] * n - yes), bounds(yes / n, rule))]


def nearest(v, facilities):
    """(mm, facility) of the nearest; ties by code."""
    return min(((mm(v, f), f["code"], f) for f in facilities), key=lambda t: t[:2])[::2]


def service_people(county, limit_m):
    """Residents of the villages whose nearest covering clinic it is."""
    clinics = [f for f in county.facilities if f["classes"] & CLINICS]
    people = {f["code"]: 0 for f in clinics}
    for v in county.villages:
        d, f = nearest(v, clinics)
        if limit_m is None or d <= 1000 * limit_m:
            people[f["code"]] += v["常住人口"]
    return people


def tier(county, rule):
    """Villages by service population: that of the clinics in it, else its residents."""
    if not rule["bands"]:
        raise Open("no number")
    people = service_people(county, rule["limit"])
    out = []
    for v in county.villages:
        here = [f for f in county.own if f["classes"] & CLINICS and f["village"] is v]
        n = sum(people[f["code"]] for f in here) if here else v["常住人口"]
        for b, band in enumerate(rule["bands"]):
            if not band["min"] <= n < band.get("below", math.inf):
                continue
            more = b > 0 and "below" not in band and rule["bands"][b - 1]["needs"] == band["needs"]
            need = math.ceil(n / band["min"]) if more else 1
            order = ["village_service_point", "village_clinic_general", "village_clinic_central"]
            fit = set(order[order.index(band["needs"]):])
            if band["needs"] == "village_service_point":
                fit = CLINICS
            have = sum(bool(f["classes"] & fit) for f in here)
            untold = sum(f["classes"] == {"village_clinic"} for f in here) if fit != CLINICS else 0
            verdict = "met" if have >= need else "not_evaluated" if have + untold >= need else "not_met"
            out.append(entry(v["统计用区划代码"], v["村名"], n, have, None, need,
                             max(0, need - have), verdict))
    return out


def exclude(county, rule):
    if rule["what"] == "candidates":
        group = county.villages
    elif "facilities" in rule:
        group = pick(county, rule)
    else:
        group = county.own
    try:
        n = sum(w(r, rule["where"]) is True for r in group) if "where" in rule else len(group)
    except KeyError:
        raise Open("column")
    return [entry(county.code, county.name, n, n, len(group), None, None, "not_evaluated")]


def w(row, where):
    got = cell(row, where["field"])
    if got is None:
        return None
    if "below" in where:
        return got < where["below"]
    if "above" in where:
        return got > where["above"]
    return str(got) in where["equals"].split(";")


KINDS = {"presence": presence, "count": count, "ratio": ratio, "share": share, "tier": tier,
         "exclude": exclude}
ORDER = ["met", "partly", "not_met"]


def worst(units):
    seen = [ORDER.index(u["verdict"]) for u in units if u["verdict"] in ORDER]
    return ORDER[max(seen)] if seen else "not_evaluated"


# ---- rules of villages ---------------------------------------------------------------------

STATES = ("total", "target", "covered", "uncovered", "unreachable", "exempt", "alt", "not_evaluated")


def tally(county, state):
    """Counts and people from one state a village; target is in covered, too."""
    n, people = dict.fromkeys(STATES, 0), dict.fromkeys(STATES, 0)
    for v, s in zip(county.villages, state):
        for t, one in ((n, 1), (people, v["常住人口"])):
            if s is None:
                continue
            t["total"] += one
            t[s] += one
            if s == "target":
                t["covered"] += one
    return {"villages": n, "population": people}


def radius(county, rule):
    want = classes_of(rule["facilities"])
    all_of = [f for f in county.facilities if f["classes"] & want]
    own = [f for f in all_of if not f["neighbour"]]
    if not all_of:
        raise Open("no such facility")
    state, own_n, own_people, far, border = [], 0, 0, 0, 0
    for v in county.villages:
        if rule["where"] != "all" and v["urban"] != (rule["where"] == "urban"):
            state.append(None)
            continue
        d = nearest(v, all_of)[0]
        s = "uncovered"
        if d <= 1000 * rule["limit_m"]:
            s = "target" if d <= 1000 * rule.get("target_m", -1) else "covered"
        elif has_substitute(v, rule["alt"]):
            s = "alt"
        state.append(s)
        far = max(far, d)
        border += abs(d - 1000 * rule["limit_m"]) <= 50000
        if own and nearest(v, own)[0] <= 1000 * rule["limit_m"]:
            own_n, own_people = own_n + 1, own_people + v["常住人口"]
    out = tally(county, state)
    out["own_only"] = {"villages_covered": own_n, "population_covered": own_people}
    out["farthest_m"], out["borderline"] = far / 1000, border
    out["share"] = {k: out[k]["covered"] / out[k]["total"] for k in ("villages", "population")}
    out["verdict"] = "not_met" if "uncovered" in state else \
        "partly" if "target_m" in rule and "covered" in state else "met"
    return out, state


SUBSTITUTE = {"joint": ("联", "合并", "邻村"), "outreach": ("巡诊", "巡回"), "posted": ("派驻", "驻村")}


def has_substitute(village, kinds):
    said = village.get("替代服务") or ""
    return any(word in said for kind in kinds for word in SUBSTITUTE[kind])


def presence_by_village(county, rule):
    """JC-05: villages of so many people; the seat of a township hospital is exempt."""
    here = [f["village"] for f in pick(county, rule)]
    seats = [f["village"] for f in county.own if f["classes"] & SUB["township_hospital"]]
    state = []
    for v in county.villages:
        if v["常住人口"] < rule["if"]["population_min"]:
            state.append(None)
        elif any(v is x for x in here):
            state.append("covered")
        else:
            seat = "exempt" in rule and any(v is x for x in seats)
            state.append("exempt" if seat else
                         "alt" if has_substitute(v, rule["alt"]) else "uncovered")
    out = tally(county, state)
    out["share"] = {k: (out[k]["covered"] + out[k]["exempt"]) / out[k]["total"]
                    for k in ("villages", "population")}
    out["verdict"] = "not_met" if "uncovered" in state else "met"
    return out, state


# ---- comparing ---------------------------------------------------------------------------------

def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return all(same(v, b.get(k)) for k, v in a.items())
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= 1e-9 * max(abs(a), abs(b))
    return a == b


def differences(want, got):
    """What of `want` is not in the rule `got`, as texts."""
    out = []
    for key, v in want.items():
        if key == "units":
            if len(v) != len(got.get("units", [])):
                out.append(f"{len(v)} units, banjing has {len(got.get('units', []))}")
                continue
            for mine, theirs in zip(v, got["units"]):
                out += [f"{mine['code']} {mine['name']} {k}: {mine[k]}, banjing has {theirs[k]}"
                        for k in mine if not same(mine[k], theirs[k])]
        elif not same(v, got.get(key)):
            out.append(f"{key}: {v}, banjing has {got.get(key)}")
    return out


def expect(county, rule):
    """What the rule's result must hold."""
    try:
        if rule["kind"] == "radius":
            return radius(county, rule)[0]
        if rule["kind"] == "presence" and rule["per"] == "village":
            return presence_by_village(county, rule)[0]
        units = KINDS[rule["kind"]](county, rule)
        return {"verdict": worst(units), "units": units}
    except Open:
        return {"verdict": "not_evaluated"}


def flat(rules, parent=None):
    for rule in rules:
        yield rule
        if rule["kind"] in ("any", "all"):
            yield from flat(rule["of"], rule)


def clinic_limit(rules):
    """Metres within which a clinic serves: the plan's own radius, None: any."""
    for r in rules:
        if r["kind"] == "radius" and "village_clinic" in r["facilities"]:
            return r["limit_m"]
    return None


def is_left_out(rule):
    city = "city" in (rule.get("unit"), rule.get("per")) or rule.get("of") == "county"
    return city or rule["kind"] in ("time", "mean_time", "any", "all", "alt")


def group_of_units(rule, verdict):
    """any: the best part, all: the worst; parts that are open leave it open unless decided."""
    parts = [verdict[p["id"]] for p in rule["of"]]
    decisive = "met" if rule["kind"] == "any" else "not_met"
    if decisive in parts:
        return decisive
    if "not_evaluated" in parts:
        return "not_evaluated"
    return (min if rule["kind"] == "any" else max)(parts, key=ORDER.index)


def numbers_in(want, path=()):
    for k, v in want.items() if isinstance(want, dict) else enumerate(want):
        if isinstance(v, (dict, list)):
            yield from numbers_in(v, path + (k,))
        elif isinstance(v, (int, float)):
            yield path + (k,)


def blind_spots(want, got):
    """Numbers whose change the comparison does not see."""
    out = []
    for path in numbers_in(want):
        spoilt = copy.deepcopy(got)
        at = spoilt
        for k in path[:-1]:
            at = at[k]
        at[path[-1]] += 1
        if not differences(want, spoilt):
            out.append(path)
    return out


def check_plan(program, county, path, out):
    command = [program, "check", str(DEMO / "case.yaml"), "--plan", str(path), "-o", str(out), "-q",
               "--outputs", "tables"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    rules = list(flat(read_plan(path)["rules"]))
    wrong, verdict, n_judged, n_numbers = [], {}, 0, 0
    if [r["id"] for r in rules] != [r["id"] for r in summary["rules"]]:
        return [f"{path.name}: other rules"], 0, 0
    for rule, got in zip(rules, summary["rules"]):
        if is_left_out(rule):
            verdict[rule["id"]] = got["verdict"]
            continue
        rule["limit"] = clinic_limit(rules)
        rule["alt"] = [k for r in rules if r["kind"] == "alt" and r.get("of") == rule["id"]
                       for k in r["kinds"]]
        want = expect(county, rule)
        verdict[rule["id"]] = want["verdict"]
        found = differences(want, got)
        wrong += [f"{rule['id']}: {d}" for d in found]
        if not found:
            wrong += [f"{rule['id']}: a changed {p} is not seen" for p in blind_spots(want, got)]
        n_judged += want["verdict"] != "not_evaluated"
        n_numbers += len(list(numbers_in(want)))
    for rule, got in zip(rules, summary["rules"]):
        if rule["kind"] in ("any", "all") and not any("demand" in p for p in rule["of"]):
            if group_of_units(rule, verdict) != got["verdict"]:
                wrong.append(f"{rule['id']}: {group_of_units(rule, verdict)}, banjing has {got['verdict']}")
    return wrong, n_judged, n_numbers


def main():
    gdal.UseExceptions()
    ogr.UseExceptions()
    program = str(Path(sys.argv[1]).resolve())
    county, wrong, n_judged = County(), [], 0
    with tempfile.TemporaryDirectory() as work:
        for path in sorted((ROOT / "geodata/plans").glob("*.yaml")):
            found, judged, numbers = check_plan(program, county, path, Path(work) / path.stem)
            print(f"{path.stem}: {judged} rules judged, {numbers} numbers, {len(found)} differ")
            wrong += found
            n_judged += judged
    for line in wrong[:60]:
        print("differs:", line)
    if n_judged < 60:
        print(f"differs: only {n_judged} rules were judged")
    sys.exit(1 if wrong or n_judged < 60 else 0)


if __name__ == "__main__":
    main()
