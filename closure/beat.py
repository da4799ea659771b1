"""What the clock starts: the sweep claims what is due, so two beats or none for a while do no harm."""

BEAT = {"closure-sweep": {"task": "closure.sweep", "schedule": 2.0}}
