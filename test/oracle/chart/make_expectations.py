#!/usr/bin/python3
"""Writes expectations.json: the charts that openpyxl 3.0.9 reads from charts.xlsx, which writeWorkbook makes of
sampleSheets.ts; chart.test.ts says where its parts differ. openpyxl refuses elements out of the schema's order."""
import json
import pathlib

import openpyxl

here = pathlib.Path(__file__).parent
json.dump(
    [
        {
            "sheet": ws.title,
            "type": type(chart).__name__,
            "title": chart.title.tx.rich.p[0].r[0].t,
            "axes": [chart.x_axis.title.tx.rich.p[0].r[0].t, chart.y_axis.title.tx.rich.p[0].r[0].t],
            "series": [[s.tx.strRef.f, s.cat.strRef.f, s.val.numRef.f] for s in chart.series],
            "from": [chart.anchor._from.col, chart.anchor._from.row],
        }
        for ws in openpyxl.load_workbook(here / "charts.xlsx").worksheets
        for chart in ws._charts
    ],
    open(here / "expectations.json", "w"),
)
