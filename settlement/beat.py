"""What the beat wakes in this app."""

BEAT = {
    "settlement-sweep": {"task": "settlement.sweep", "schedule": 5.0, "options": {"expires": 30}},
    "settlement-close-books": {"task": "settlement.close_books", "schedule": 60.0, "options": {"expires": 60}},
}
