"""What a person can type, press or send, one file a group: parse, ask a service, show a view."""
