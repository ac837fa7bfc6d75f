"""The entities: what each accepts, derives, refuses and returns."""
