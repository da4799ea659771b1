"""The demo world's pages; all of them work without JavaScript."""
