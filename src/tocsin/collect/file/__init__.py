"""Files in: detect the shape, guess the columns, read rows into posts; nothing is dropped in silence."""

from tocsin.collect.file.guess import Column
from tocsin.collect.file.mapping import (
    ColumnMapping,
    Field,
    Preset,
    list_presets,
    load_preset,
    save_preset,
)
from tocsin.collect.file.plan import FilePlan, PlannedColumn, Remark, plan_file
from tocsin.collect.file.read import read_pages, write_reject
from tocsin.collect.file.sniff import Encoding, FileFormat, FileInput, Shape
from tocsin.collect.file.times import DateOrder, OrderReason
from tocsin.collect.file.unpack import Bounds, Compression

__all__ = [
    "Bounds",
    "Column",
    "ColumnMapping",
    "Compression",
    "DateOrder",
    "Encoding",
    "Field",
    "FileFormat",
    "FileInput",
    "FilePlan",
    "OrderReason",
    "PlannedColumn",
    "Preset",
    "Remark",
    "Shape",
    "list_presets",
    "load_preset",
    "plan_file",
    "read_pages",
    "save_preset",
    "write_reject",
]
