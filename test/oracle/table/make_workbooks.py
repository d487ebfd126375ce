"""Writes the workbooks of this folder and expectations.json: their cells as openpyxl reads them.

Made with Python 3.11, openpyxl 3.0.9, Pillow 9.4.0 and LibreOffice 7.4.7. Run: python3 test/oracle/table/make_workbooks.py
libreoffice.xlsx is made again only where soffice is installed; its bytes differ from run to run.

styled.xlsx       everything that a person may have set by hand, on four worksheets
libreoffice.xlsx  the same, saved by LibreOffice (shared strings, cached formula values)
values.xlsx       cells of every kind
handmade.xlsx     legal but unusual XML: prefixed elements, CDATA, single quotes, cells without references,
                  1904 dates, phonetic readings, a calculation chain, titles in docProps/app.xml
"""

import datetime
import io
import json
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table as ListObject
from PIL import Image as Picture

HERE = Path(__file__).parent
FIXED = datetime.datetime(2025, 8, 25, 12, 0, 0)


def fixed(book):
    book.properties.created = FIXED
    book.properties.modified = FIXED
    return book


def save(book, name):
    """As openpyxl saves, but with fixed dates, so that a second run gives the same bytes."""
    buffer = io.BytesIO()
    fixed(book).save(buffer)
    book.properties.modified = FIXED
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(HERE / name, 'w', zipfile.ZIP_DEFLATED) as out:
        for item in made.infolist():
            data = made.read(item)
            if item.filename == 'docProps/core.xml':
                now = data.split(b'W3CDTF">')
                data = b'W3CDTF">'.join([now[0]] + [b'2025-08-25T12:00:00Z' + part[20:] for part in now[1:]])
            out.writestr(zipfile.ZipInfo(item.filename, (2025, 8, 25, 12, 0, 0)), data, zipfile.ZIP_DEFLATED)


def styled():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = 'Manifest'
    sheet.append(['file_path', 'seq', 'pid', 'szx', 'spx', 'scanned'])
    for index in range(1, 13):
        sheet.append([
            f'archive/NME-Seg_{index:03d}.nii.gz', f'{index:03d}', f'0012345678901234{index:02d}',
            256 + index, 0.1 * index, datetime.datetime(2025, 1, index),
        ])
    thin = Side(style='thin', color='FF336699')
    for cell in sheet[1]:
        cell.font = Font(name='Arial', size=12, bold=True, italic=True, color='FFCC0000')
        cell.fill = PatternFill('solid', fgColor='FFFFEE99')
        cell.border = Border(bottom=thin)
        cell.alignment = Alignment(horizontal='center', wrap_text=True)
    for row in sheet.iter_rows(min_row=2):
        row[4].number_format = '0.0000'
        row[5].number_format = 'yyyy-mm-dd'
    sheet['B5'].comment = Comment('Checked by hand', 'Reader 2')
    sheet.column_dimensions['A'].width = 41.5
    sheet.column_dimensions['C'].hidden = True
    sheet.row_dimensions[1].height = 30
    sheet.freeze_panes = 'B2'
    sheet.auto_filter.ref = 'A1:F13'
    sheet.conditional_formatting.add('D2:D13', CellIsRule(operator='greaterThan', formula=['260'], font=Font(bold=True)))
    sheet.conditional_formatting.add('E2:E13', ColorScaleRule('min', None, 'FFFFFFFF', 'max', None, 'FF00AA00'))
    choice = DataValidation(type='list', formula1='"ok,redo"', allow_blank=True)
    choice.add('H2:H13')
    sheet.add_data_validation(choice)
    sheet.print_area = 'A1:F13'
    sheet.print_title_rows = '1:1'
    sheet.page_setup.orientation = 'landscape'
    sheet.oddFooter.center.text = 'Page &P'
    sheet.sheet_properties.tabColor = 'FF1072BA'
    picture = io.BytesIO()
    Picture.new('RGB', (24, 12), (16, 114, 186)).save(picture, 'PNG')
    sheet.add_image(Image(picture), 'J2')

    overview = book.create_sheet('Übersicht & more')
    overview.append(['site', 'count'])
    for site, count in [('Tongji', 11), ('Yunnan', 5), ('Zhongnan', 7)]:
        overview.append([site, count])
    chart = BarChart()
    chart.add_data(Reference(overview, min_col=2, min_row=1, max_row=4), titles_from_data=True)
    chart.set_categories(Reference(overview, min_col=1, min_row=2, max_row=4))
    overview.add_chart(chart, 'D2')
    overview.add_table(ListObject(displayName='SiteTable', ref='A1:B4'))
    overview.merge_cells('A7:B7')
    overview['A7'] = 'merged'
    overview['A8'].hyperlink = 'https://example.org/'
    overview['A8'] = 'link'

    hidden = book.create_sheet('Hidden')
    hidden.sheet_state = 'hidden'
    hidden.append(['key', 'value'])
    hidden.append(['tolerance', 0.0001])

    formulas = book.create_sheet('Formulas')
    formulas.append(['n', 'doubled', 'from manifest'])
    for index in range(2, 6):
        formulas.append([index, f'=A{index}*2', f'=Manifest!D{index}'])
    formulas.auto_filter.ref = 'A1:C5'

    book.defined_names.append(DefinedName('sites', attr_text="'Übersicht & more'!$A$2:$A$4"))
    book.defined_names.append(DefinedName('local', localSheetId=3, attr_text='Formulas!$A$2'))
    book.active = 1
    save(book, 'styled.xlsx')


def values():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = 'Values'
    sheet.append([' name ', 'cell', None, 'second', 'all empty', None])
    rows = [
        ('integer', 42), ('negative', -7), ('decimal', 0.1), ('tiny', 5e-324), ('large', 1e308),
        ('third', 1 / 3), ('sixteen digits', 1234567890123456), ('leading zeros', '000123'),
        ('long id', '123456789012345678901234567890'), ('true', True), ('false', False),
        ('spaces', '  two on each side  '), ('lines', 'first\nsecond'), ('tab', 'a\tb'), ('like formula', 'x=1+1'),
        ('markup', '<a href="x">&amp;</a>'), ('chinese', '武汉同济医院'), ('emoji', '🧠🩻'), ('accents', 'Ünïcödé'),
        ('date', datetime.date(2025, 8, 25)), ('moment', datetime.datetime(2025, 8, 25, 13, 45, 30)),
        ('first day', datetime.date(1900, 1, 1)), ('before leap', datetime.date(1900, 2, 28)),
        ('after leap', datetime.date(1900, 3, 1)), ('last day', datetime.date(9999, 12, 31)),
        ('time', datetime.time(6, 30, 15)), ('not available', '#N/A'), ('divided', '#DIV/0!'),
    ]
    for index, (name, value) in enumerate(rows):
        if index == 5:
            sheet.append([])
        sheet.append([name, value, None, index])
    sheet.cell(60, 2).value = None
    sheet.cell(61, 9).font = Font(bold=True)
    empty = book.create_sheet('Empty')
    empty.column_dimensions['A'].width = 20
    book.create_sheet('Header only').append(['a', 'b'])
    save(book, 'values.xlsx')


HANDMADE = {
    '[Content_Types].xml': '''<?xml version="1.0" encoding="UTF-8"?>
<ct:Types xmlns:ct="http://schemas.openxmlformats.org/package/2006/content-types"><ct:Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><ct:Default Extension="xml" ContentType="application/xml"/><ct:Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><ct:Override PartName="/xl/worksheets/one.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><ct:Override PartName="/xl/worksheets/two.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><ct:Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><ct:Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/><ct:Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/><ct:Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></ct:Types>''',
    '_rels/.rels': '''<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="/xl/workbook.xml"/><Relationship Id="b" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties" Target="docProps/app.xml"/></Relationships>''',
    'docProps/app.xml': '''<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><Application>Microsoft Excel</Application><HeadingPairs><vt:vector size="4" baseType="variant"><vt:variant><vt:lpstr>工作表</vt:lpstr></vt:variant><vt:variant><vt:i4>2</vt:i4></vt:variant><vt:variant><vt:lpstr>命名范围</vt:lpstr></vt:variant><vt:variant><vt:i4>1</vt:i4></vt:variant></vt:vector></HeadingPairs><TitlesOfParts><vt:vector size="3" baseType="lpstr"><vt:lpstr>One</vt:lpstr><vt:lpstr>Two</vt:lpstr><vt:lpstr>total</vt:lpstr></vt:vector></TitlesOfParts></Properties>''',
    'xl/workbook.xml': '''<?xml version='1.0' encoding='UTF-8'?>
<!-- made by hand --><x:workbook xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:workbookPr date1904='1'/><x:bookViews><x:workbookView firstSheet="0" activeTab="1"/></x:bookViews><x:sheets><x:sheet xmlns:rel="http://schemas.openxmlformats.org/officeDocument/2006/relationships" name="One" sheetId="3" rel:id="s1"/><x:sheet xmlns:rel="http://schemas.openxmlformats.org/officeDocument/2006/relationships" name="Two" sheetId="7" rel:id="s2"></x:sheet></x:sheets><x:definedNames><x:definedName name="total">Two!$A$2</x:definedName><x:definedName name="_xlnm.Print_Area" localSheetId="1">Two!$A$1:$B$2</x:definedName></x:definedNames><x:calcPr calcId="1"/></x:workbook>''',
    'xl/_rels/workbook.xml.rels': '''<pr:Relationships xmlns:pr="http://schemas.openxmlformats.org/package/2006/relationships"><pr:Relationship Id="s1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/one.xml"/><pr:Relationship Id="s2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="../xl/worksheets/./two.xml"/><pr:Relationship Id="st" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><pr:Relationship Id="ss" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><pr:Relationship Id="cc" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" Target="calcChain.xml"/></pr:Relationships>''',
    'xl/styles.xml': '''<s:styleSheet xmlns:s="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><s:numFmts count="1"><s:numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></s:numFmts><s:fonts count="1"><s:font><s:b/><s:sz val="10"/><s:name val="Arial"/></s:font></s:fonts><s:fills count="1"><s:fill><s:patternFill patternType="none"/></s:fill></s:fills><s:borders count="1"><s:border/></s:borders><s:cellStyleXfs count="1"><s:xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></s:cellStyleXfs><s:cellXfs count="3"><s:xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><s:xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0"><s:alignment horizontal="left"/></s:xf><s:xf numFmtId="22" fontId="0" fillId="0" borderId="0" xfId="0"/></s:cellXfs></s:styleSheet>''',
    'xl/sharedStrings.xml': '''<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="5" uniqueCount="5"><si><t>plain</t></si><si><r><rPr><b/></rPr><t>rich </t></r><r><t xml:space="preserve">text</t></r></si><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si><si/><si><t><![CDATA[<raw> & all]]></t></si></sst>''',
    'xl/calcChain.xml': '''<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="C2" i="3"/><c r="C3"/></calcChain>''',
    'xl/worksheets/one.xml': '''<?xml version="1.0"?>
<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
  <x:sheetData>
    <x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t='s'><x:v> 1 </x:v></x:c><x:c t="s"><x:v>2</x:v></x:c></x:row>
    <x:row r='2'><x:c r="A2" s="1"><x:v>0</x:v></x:c><x:c r="B2" s="2"><x:v>44432.5</x:v></x:c><x:c r="C2" t="str"><x:f>A2&amp;"x"</x:f><x:v>a &amp; b</x:v></x:c></x:row>
    <x:row spans="1:3"><x:c><x:v>1.5E3</x:v></x:c><x:c t="s"><x:v>3</x:v></x:c><x:c><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row>
    <x:row r="7"><x:c r="C7" t="s"><x:v>4</x:v></x:c></x:row>
  </x:sheetData>
</x:worksheet>''',
    'xl/worksheets/two.xml': '''<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><r><t>b</t></r><r><t>c</t></r></is></c></row><row r="2"><c r="A2"><v>1</v></c><c r="B2" t="b"><v>1</v></c></row></sheetData></worksheet>''',
}


def handmade():
    with zipfile.ZipFile(HERE / 'handmade.xlsx', 'w', zipfile.ZIP_DEFLATED) as out:
        for name, text in HANDMADE.items():
            out.writestr(zipfile.ZipInfo(name, (2025, 8, 25, 12, 0, 0)), text, zipfile.ZIP_DEFLATED)


def libreoffice():
    if not shutil.which('soffice'):
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ['soffice', '--headless', '--convert-to', 'xlsx', '--outdir', folder, str(HERE / 'styled.xlsx')],
            check=True, stdout=subprocess.DEVNULL,
        )
        shutil.copyfile(Path(folder) / 'styled.xlsx', HERE / 'libreoffice.xlsx')


def plain(cell):
    value = cell.value
    if cell.data_type == 'e' or value == '':
        return None
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


def read(name):
    book = openpyxl.load_workbook(HERE / name, data_only=True)
    sheets = {}
    for sheet in book.worksheets:
        rows = [(row[0].row, [plain(cell) for cell in row], row) for row in sheet.iter_rows()]
        errors = [[c.row, c.value] for _, _, row in rows for c in row if c.data_type == 'e']
        bad = {row for row, _ in errors}
        rows = [(n, cells) for n, cells, _ in rows if n in bad or any(cell is not None for cell in cells)]
        width = max((i + 1 for _, cells in rows for i, cell in enumerate(cells) if cell is not None), default=0)
        head = rows[0][1] if rows else []
        sheets[sheet.title] = {
            'columns': ['' if cell is None else str(cell).strip() for cell in head[:width]],
            'rows': [cells[:width] for _, cells in rows[1:]],
            'rowNumbers': [n for n, _ in rows[1:]],
            'errors': errors,
        }
    return sheets


if __name__ == '__main__':
    styled()
    values()
    handmade()
    libreoffice()
    names = ['styled.xlsx', 'libreoffice.xlsx', 'values.xlsx', 'handmade.xlsx']
    text = json.dumps({name: read(name) for name in names}, ensure_ascii=False, indent=1)
    (HERE / 'expectations.json').write_text(text + '\n', encoding='utf-8')
