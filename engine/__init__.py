"""Shape Studio's engine: learned 3D shapes without a window. Start at `engine.api.Engine`."""
