"""Pages of a closure: GET shows, POST acts and redirects."""
