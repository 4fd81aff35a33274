"""The settings that components are checked under, derived from their constructors."""
