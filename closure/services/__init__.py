"""Every write of a closure: one file a step, the step has one word everywhere."""
