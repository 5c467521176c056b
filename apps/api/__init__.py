"""What machines call: the Web Connector of QuickBooks, and the platforms' notifications."""
