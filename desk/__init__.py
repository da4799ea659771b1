"""The counter: worklist and case workbench."""
