"""The modules that tests share: environments, terminals, documents, third-party parts and crafted files."""
