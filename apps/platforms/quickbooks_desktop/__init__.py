"""QuickBooks Desktop through the Web Connector: qbXML letters and their answers; see README.md for limits and quirks."""
