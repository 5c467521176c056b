"""The other systems: plain Python that knows HTTP or qbXML and our records, no Django, no database."""
