"""The shapes of the data, a module for each kind of resource."""
