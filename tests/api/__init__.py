"""What machines call: envelopes on the wire, notifications, and what strangers get."""
