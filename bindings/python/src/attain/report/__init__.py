"""attain.report: a scorecard to look at, to send and to print.

    table(card)              great_tables     a table for paper
    bullet(card)             altair           per target: value, range, baseline and level
    trend(card or values)    altair           values over periods, against path and level
    tree(card, target=...)   altair           one target's verdicts over the organisation tree
    html(card, path)         nothing          one self-contained page: sorts, filters, explains, prints
    excel(card, path)        XlsxWriter       a formatted workbook

All take locale="en" or "vi" and numbers="plain", "grouped", "vi" or a NumberFormat. All escape the texts of
plans. The packages named are imported when a function is called: pip install attain[plot], attain[excel].
"""

from attain.report._bullet import bullet
from attain.report._page import html
from attain.report._table import table
from attain.report._tree import tree
from attain.report._trend import trend
from attain.report._workbook import excel

__all__ = ["bullet", "excel", "html", "table", "tree", "trend"]
