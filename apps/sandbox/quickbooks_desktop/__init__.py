"""A pocket QuickBooks Desktop: a company file that executes qbXML, and a Web Connector that polls us."""
