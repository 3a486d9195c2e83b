"""The report of a dossier, and the packet that prepares an officer's report: PDF files from plain values."""

from __future__ import annotations

from tocsin.report.dossier.packet import packet_pdf
from tocsin.report.dossier.report import report_pdf
from tocsin.report.dossier.values import CapturePart, ReportFacts

__all__ = ["CapturePart", "ReportFacts", "packet_pdf", "report_pdf"]
