"""Figures for people: charts as plain values, drawn in the page, in mails and in documents from one description."""
