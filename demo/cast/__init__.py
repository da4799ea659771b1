"""The people and lines of the demo world: named, fictitious, and the same at every seeding."""
