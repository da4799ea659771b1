"""What the beat wakes in this app."""

BEAT = {"settlement-sweep": {"task": "settlement.sweep", "schedule": 5.0, "options": {"expires": 30}}}
