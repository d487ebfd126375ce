#!/usr/bin/python3
"""Annotation workbooks as people make them in spreadsheet programs, and what they say.

    /usr/bin/python3 make_workbooks.py          (Debian 12: python3-openpyxl 3.0.9)

Writes hospital.xlsx and expectations.json beside this script. Every UID is made up.
"""
import io
import json
import os
import re
import zipfile

import openpyxl
from openpyxl.styles import Alignment, Font

HERE = os.path.dirname(os.path.abspath(__file__))
UID = "1.2.826.0.1.3680043.9999.%d.%d"
NAMES = ["CTA", "MIP", "AVG", "BF"]


def uids(patient):
    return [UID % (patient, n) for n in range(1, 5)]


def full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def sheet(book):
    """title merged over all columns, header in the second row, remarks in a column of their own, blank rows, a note"""
    ws = book.create_sheet("数据")
    ws.append(["心肌灌注数据标注表（2021年5月）"])
    ws.merge_cells("A1:G1")
    ws["A1"].font, ws["A1"].alignment = Font(bold=True, size=14), Alignment(horizontal="center")
    ws.append(["序号", " 病人编号(Patient ID) ", "ＣＴＡ", "MIP", "AVG ", "BF", "备注"])
    expected = []

    def row(number, written, pid, cells, remark=None):
        ws.append([number, written, *cells, remark])
        expected.append({"row": ws.max_row, "pid": pid, "cells": {n: re.split(r"[\s;，]+", c.strip()) if c and c.strip() else [] for n, c in zip(NAMES, cells)}})

    row(1, 1023293, "1023293", uids(1))                                     # the id as a number
    row(2, "1037361", "1037361", uids(2), "质量好")                          # as text
    row(3, " 0012345　", "0012345", [f"  {u} \n" for u in uids(3)])          # spaces of both widths, line ends
    ws.append([])                                                           # an empty row
    ws.append([None, "   ", " ", None, "", None, "仅备注"])                  # and one that only looks filled
    row(4, full_width("P4-001"), "P4-001", uids(4))                         # full-width letters
    row(5, 1041000, "1041000", [uids(5)[0] + "；" + UID % (5, 9), uids(5)[1], None, uids(5)[3]])   # two in a cell; none
    expected[-1]["cells"]["CTA"] = [uids(5)[0], UID % (5, 9)]
    row(None, "合计 5 例", "合计 5 例", [None] * 4)                          # a note below the table
    return expected


def save(book, path):
    """the same workbook gives the same bytes: no clock in the zip entries or the properties"""
    held = io.BytesIO()
    book.save(held)
    with zipfile.ZipFile(held) as src, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as dst:
        for name in src.namelist():
            data = src.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2021-01-31T00:00:00Z", data)
            entry = zipfile.ZipInfo(name, (2021, 1, 31, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            dst.writestr(entry, data)


def main():
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["标注说明：请勿改动表头"])
    expected = sheet(book)
    save(book, os.path.join(HERE, "hospital.xlsx"))
    with open(os.path.join(HERE, "expectations.json"), "w") as f:
        json.dump(expected, f, ensure_ascii=False, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
