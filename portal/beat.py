"""When the ground floor's sweeps run, in seconds. Each is safe to run twice at once."""

BEAT = {
    "portal.sweep_notices": {"task": "portal.sweep_notices", "schedule": 3.0},
    "portal.sweep_inbound": {"task": "portal.sweep_inbound", "schedule": 3.0},
    "portal.sweep_orders": {"task": "portal.sweep_orders", "schedule": 10.0},
    "portal.sweep_numbers": {"task": "portal.sweep_numbers", "schedule": 300.0},
    "portal.sweep_spent": {"task": "portal.sweep_spent", "schedule": 3600.0},
    "portal.sweep_anchors": {"task": "portal.sweep_anchors", "schedule": 600.0},
}
