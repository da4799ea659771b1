"""The clerk's pages. Read-only in this issue; what a clerk does at the counter comes with the desk's own issue."""
