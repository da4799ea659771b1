"""The second adapter: a province behind TM Forum resources over HTTPS (docs/provinces-over-http.md)."""
