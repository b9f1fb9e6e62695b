"""Guards: each is a function that takes a Catalog and returns sentences, one for each fault."""
