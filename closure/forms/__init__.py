"""The shape of what is typed in a closure; nothing else."""
