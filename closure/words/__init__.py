"""What is told of a case, in the words of the lexicon: the same on a page, through the API and at the desk."""
