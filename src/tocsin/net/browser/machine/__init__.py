"""The machine around a visit: what it is, its clock, its resolvers."""
