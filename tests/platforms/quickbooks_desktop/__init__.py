"""Tests of the QuickBooks Desktop platform."""
