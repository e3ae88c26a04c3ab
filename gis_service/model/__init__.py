"""The nouns: frozen facts, no I/O."""
