"""The closure as the API sees it: the same verbs, rules, scopes and words as its pages."""
