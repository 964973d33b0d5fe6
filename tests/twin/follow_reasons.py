#!/usr/bin/python3
"""What a rule says that it needs must be what it needs.

    tests/twin/follow_reasons.py PROGRAM

Takes a copy of the clean demo county, judges every shipped plan on it, and does what each reason
of a rule that was not evaluated asks for: adds the column to a layer it names, a facility of the
class, the type of the county; then judges again, until nothing more is asked. In the end only
such rules may be open as no data of one county could close. A second run says `none:` for classes
instead of adding facilities. Exit code 1 with what was left, 77 without python3-gdal.
"""
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    from osgeo import gdal, ogr
except ImportError:
    print("follow_reasons: skipped, no python3-gdal")
    sys.exit(77)

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = ROOT / "geodata/jiangchuan-demo/clean"
GPKG = "jiangchuan-made-up.gpkg"
# The layers of the demo county for the roles that reasons name.
LAYER = {"facilities": "facilities", "indicators": "indicators", "villages": "villages",
         "townships": "townships"}
# Reasons that no column and no facility of this county answers.
CLOSED = [r"puts its counties together", r"travel times are not computed", r"limits what is added",
          r"a substitute asks for nothing", r"the document names the tier and gives no number",
          r"the rule is for .* only$", r"counties of another population",
          r"the county has no .* that the rule is about",  # after `none:`
          r"is 0 or not given for every unit",  # after `none:`: nothing to divide by
          r"points hang on a part that could not be judged"]
COLUMN = re.compile(r"a column '([^']+)' is needed \(([^)]+)\)")
BLANK = re.compile(r"the column '([^']+)' is blank")
UNTOLD = re.compile(r"the column '([^']+)' does not say which facility is '([^';]+)")
CLASS = re.compile(r"no facility of class .* `none: \[([^\]]+)\]`")
TYPE = re.compile(r"counties of type '([^']+)' only: a type column \((\S+)\) in the (\w+) layer")


def add_column(ds, layer, field, value, only_blank=False):
    table = ds.GetLayerByName(layer)
    if table.GetLayerDefn().GetFieldIndex(field) < 0:
        table.CreateField(ogr.FieldDefn(field, ogr.OFTString))
    for f in list(table):
        if not (only_blank and f[field]):
            f.SetField(field, value)
            table.SetFeature(f)


def add_facility(ds, cls):
    table = ds.GetLayerByName("facilities")
    f = ogr.Feature(table.GetLayerDefn())
    beside = table.GetFeature(1)
    at = beside.GetGeometryRef().Clone()
    at.SetPoint_2D(0, at.GetX() + 0.0005 * (1 + sum(map(ord, cls)) % 37), at.GetY())
    f.SetGeometry(at)
    for key, text in (("code", "n-" + cls[:18]), ("name", "新 " + cls), ("class", cls), ("状态", "正常"),
                      ("举办主体", "政府"), ("所属乡镇", "星云街道")):
        f.SetField(key, text)
    table.CreateFeature(f)


class Case:
    def __init__(self, program, work, plan, say_none):
        self.program, self.work, self.plan, self.say_none = program, work, plan, say_none
        self.none, self.done, self.types = [], {}, []
        shutil.copy(DEMO / GPKG, work / GPKG)

    def judge(self):
        text = (DEMO / "case.yaml").read_text(encoding="utf-8")
        if self.none:
            text += f"none: [{', '.join(sorted(set(self.none)))}]\n"
        (self.work / "case.yaml").write_text(text, encoding="utf-8")
        out = self.work / "out"
        command = [self.program, "check", str(self.work / "case.yaml"), "--plan", self.plan, "-o",
                   str(out), "--overwrite", "-q", "--outputs", "tables", "--lang", "en"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        rules = json.loads((out / "summary.json").read_text(encoding="utf-8"))["rules"]
        return [(r["id"], r["reason"]) for r in rules if r["verdict"] == "not_evaluated"]

    def follow(self, ds, reason):
        """Does what a reason asks; False when it has been done or asks for nothing."""
        if self.done.get(reason, 0) == 3: # a facility added later has blank cells again
            return False
        self.done[reason] = self.done.get(reason, 0) + 1
        if COLUMN.search(reason):
            for field, layers in COLUMN.findall(reason):
                add_column(ds, LAYER[layers.split(", ")[0]], field, "1")
        elif BLANK.search(reason):
            for layer in ("facilities", "stations", "indicators", "villages"):
                table, field = ds.GetLayerByName(layer), BLANK.search(reason)[1]
                if layer == "stations" or table.GetLayerDefn().GetFieldIndex(field) >= 0:
                    add_column(ds, layer, field, "1", only_blank=True)
        elif UNTOLD.search(reason):
            field, word = UNTOLD.search(reason).groups()
            for layer in ("facilities", "stations"):
                for f in list(table := ds.GetLayerByName(layer)):
                    f.SetField(field, f"{f[field]};{word}")
                    table.SetFeature(f)
        elif CLASS.search(reason):
            classes = CLASS.search(reason)[1].split(", ")
            if self.say_none:
                self.none += classes
            else:
                add_facility(ds, classes[0])
        elif TYPE.search(reason):
            wanted, field, layer = TYPE.search(reason).groups()
            self.types.append(wanted)
            add_column(ds, LAYER[layer], field, ";".join(self.types))
        else:
            return False
        return True

    def run(self):
        """Reasons that are left when all was done, and how many rules were closed."""
        first = left = self.judge()
        for _ in range(12):
            ds = gdal.OpenEx(str(self.work / GPKG), gdal.OF_VECTOR | gdal.OF_UPDATE)
            changed = [r for _, reason in left for r in reason.split("; ") if self.follow(ds, r)]
            ds = None
            if not changed:
                break
            left = self.judge()
        return [(i, r) for i, r in left if not any(re.search(p, r) for p in CLOSED)], \
            len(first) - len(left)


def main():
    gdal.UseExceptions()
    ogr.UseExceptions()
    program, failed, n_closed = str(Path(sys.argv[1]).resolve()), 0, 0
    for path in sorted((ROOT / "geodata/plans").glob("*.yaml")):
        for say_none in (False, True):
            with tempfile.TemporaryDirectory() as work:
                left, closed = Case(program, Path(work), str(path), say_none).run()
            n_closed += closed
            failed += len(left)
            print(f"{path.stem}{' with none' if say_none else ''}: {closed} rules closed, {len(left)} left")
            for rule, reason in left:
                print(f"left: {rule}: {reason}")
    sys.exit(1 if failed or n_closed < 150 else 0)


if __name__ == "__main__":
    main()
