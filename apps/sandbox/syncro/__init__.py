"""A pocket Syncro that obeys the vendor's published pages."""
