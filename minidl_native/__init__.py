"""The native engine: training steps recorded, compiled to machine code and replayed."""
