"""What the beat wakes in this app; the day of a reconciliation is the product's clock's, so it looks each minute."""

BEAT = {
    "settlement-sweep": {"task": "settlement.sweep", "schedule": 5.0, "options": {"expires": 30}},
    "settlement-close-books": {"task": "settlement.close_books", "schedule": 60.0, "options": {"expires": 60}},
    "settlement-reconcile": {"task": "settlement.reconcile", "schedule": 60.0, "options": {"expires": 120}},
}
