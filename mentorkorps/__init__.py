"""A portal for volunteer mentor corps, generated from YAML."""
